import Accelerator
import Configuration
import FixedPoint
import GoldenModel
import RTL
import SeededRandom
import Verification

/// The output sums of a tile some of whose values were dropped; what else its leaf says means nothing (`LeafCompletion`).
private struct KeptLeafItem {
    /// Nil: nothing was kept.
    let outputSums: ArraySlice<Int64>?
    let rowLast: Bool
}

extension UnitScenario {
    /// In a lane that prunes: tiles of which some keys, their last one or all were dropped, and of the largest products: some, which
    /// show a product that is wrong by a power of two, and as many as fill the sums.
    ///
    /// - Parameter standIn: What stands in for the unit, as `SerialProbabilityValueUnit` does behind a narrow port.
    package static func probabilityValueUnit(
        _ configuration: SpAttenConfiguration, kept random: SeededGenerator, standIn: (any Module)? = nil
    ) throws -> UnitScenario {
        let lane = configuration.lane, one = 1 << NumericFormats.weightFractionBits
        var random = random
        var weightBeats: [WeightItem] = [], vectors: [[Int16]] = [], leaves: [KeptLeafItem] = []
        let lengths = (0..<40).map { _ in (0..<1 + random.below(3)).map { _ in random.below(20) } } + [[20], [configuration.maximumRowKeys]]
        for tiles in lengths {
            for (tile, keys) in tiles.enumerated() {
                let isLargest = keys >= 20, rowLast = tile == tiles.count - 1
                let weights = (0..<keys).map { _ in UInt32(isLargest ? one : random.number(in: 0...one)) }
                let values = isLargest ? [Int16](repeating: -2048, count: keys * lane.headSize) : random.codes(keys * lane.headSize, bits: 12)
                let endsUnoccupied = keys == 0 || !isLargest && random.flip()
                weightBeats += weights.enumerated().map { key, weight in
                    let isLast = key == keys - 1 && !endsUnoccupied
                    return WeightItem(weights: [weight], reference: 5, tileLast: isLast, rowLast: isLast && rowLast)
                }
                if endsUnoccupied { weightBeats.append(WeightItem(weights: [0], reference: nil, tileLast: true, rowLast: rowLast)) }
                vectors += lane.vectors(of: values)
                let sums = ProbabilityValueUnit.outputSums(weights: weights, values: values, headSize: lane.headSize)
                leaves += lane.leafParts(sums).map { KeptLeafItem(outputSums: keys == 0 ? nil : $0, rowLast: rowLast) }
            }
        }
        let unit = standIn ?? Accelerator.ProbabilityValueUnit(lane: lane, tileKeys: configuration.maximumRowKeys)
        return try UnitScenario(unit) { streams in
            try streams.send(weightBeats, to: "weights") { try $0.encode(into: $1) }
            try streams.send(vectors, to: "values") { try $1.set("", $0, width: NumericFormats.valueBits) }
            try streams.expect(leaves, from: "leaf") { item, beat in
                try beat.set("row_last", item.rowLast)
                guard let sums = item.outputSums else { return }
                try beat.set("output_sums", sums, width: NumericFormats.tileOutputSumBits(keys: configuration.maximumRowKeys))
            }
        }
    }

    /// Tiles of some lengths, empty rows, and of the largest products a few and as many as fill the sums.
    package static func probabilityValueUnit(
        _ lane: LaneConfiguration, _ random: SeededGenerator, standIn: (any Module)? = nil
    ) throws -> UnitScenario {
        var random = random
        let one = 1 << NumericFormats.weightFractionBits
        var weightBeats: [WeightItem] = [], leaves: [LeafItem] = []
        // Vectors, and which of their elements a key owns.
        var vectors: [(elements: [Int16], owned: [Bool])] = []
        for tiles in [[1], [2], [0], [16, 16, 3], [1], [0], [5, 1, 1, 1], [20], [1024]] {
            for (tile, keys) in tiles.enumerated() {
                let reference = random.code(12), isLargest = keys >= 20, rowLast = tile == tiles.count - 1
                let weights = (0..<keys).map { _ in UInt32(isLargest ? one : random.number(in: 0...one)) }
                let values = isLargest ? [Int16](repeating: -2048, count: keys * lane.headSize)
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
        let unit = standIn ?? Accelerator.ProbabilityValueUnit(lane: lane)
        return try UnitScenario(unit) { streams in
            try streams.send(weightBeats, to: "weights") { try $0.encode(into: $1) }
            try streams.send(vectors, to: "values") { vector, beat in
                try beat.set("", vector.elements, width: NumericFormats.valueBits, where: vector.owned)
            }
            try streams.expect(leaves, from: "leaf") { try $0.encode(into: $1) }
        }
    }
}
