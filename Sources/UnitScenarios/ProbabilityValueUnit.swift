import Accelerator
import Configuration
import FixedPoint
import GoldenModel
import SeededRandom
import Verification

extension UnitScenario {
    /// Tiles of some lengths, empty rows, and a full tile of the largest weights and values, which fills the sums.
    package static func probabilityValueUnit(_ lane: LaneConfiguration, _ random: SeededGenerator) throws -> UnitScenario {
        var random = random
        let one = 1 << NumericFormats.weightFractionBits
        var weightBeats: [WeightItem] = [], leaves: [LeafItem] = []
        // Vectors, and which of their elements a key owns.
        var vectors: [(elements: [Int16], owned: [Bool])] = []
        for tiles in [[1], [2], [0], [16, 16, 3], [1], [0], [5, 1, 1, 1], [1024]] {
            for (tile, keys) in tiles.enumerated() {
                let reference = random.code(12), rowLast = tile == tiles.count - 1
                let weights = (0..<keys).map { _ in UInt32(keys == 1024 ? one : random.number(in: 0...one)) }
                let values = keys == 1024 ? [Int16](repeating: -2048, count: keys * lane.headSize)
                    : random.codes(keys * lane.headSize, bits: 12)
                weightBeats += lane.beats(tiles: [keys]) { range, _, tileLast, _ in
                    WeightItem(weights: Array(weights[range]) + [UInt32](repeating: 0, count: lane.slots - range.count),
                               reference: keys > 0 ? reference : nil, tileLast: tileLast, rowLast: tileLast && rowLast)
                }
                let owned = lane.vectors(of: values.map { _ in 1 }).map { $0.map { $0 == 1 } }
                vectors += zip(lane.vectors(of: values), owned).map { ($0, $1) }
                let leaf = keys == 0 ? nil : TileLeaf(
                    reference: reference, weightSum: UInt64(weights.reduce(0, +)),
                    outputSums: ProbabilityValueUnit.outputSums(weights: weights, values: values, headSize: lane.headSize))
                leaves += LeafItem.beats(of: leaf, rowLast: rowLast, lane)
            }
        }
        return try UnitScenario(Accelerator.ProbabilityValueUnit(lane: lane)) { streams in
            try streams.send(weightBeats, to: "weights") { try $0.encode(into: $1) }
            try streams.send(vectors, to: "values") { vector, beat in
                try beat.set("", vector.elements, width: NumericFormats.valueBits, where: vector.owned)
            }
            try streams.expect(leaves, from: "leaf") { try $0.encode(into: $1) }
        }
    }
}
