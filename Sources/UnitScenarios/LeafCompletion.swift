import Accelerator
import Configuration
import FixedPoint
import GoldenModel
import SeededRandom
import Verification

extension UnitScenario {
    /// Tiles with and without kept values, with and without a leaf, masses up to the largest, in every value format.
    package static func leafCompletion(
        _ configuration: SpAttenConfiguration, _ random: SeededGenerator, _ extent: Extent = .full
    ) throws -> UnitScenario {
        let lane = configuration.lane
        var random = random
        let rows = (0..<(extent == .full ? 400 : 24)).map { index -> (format: ValueFormat, tiles: [CompletedTile]) in
            let tiles = 1 + random.below(3)
            return (ValueFormat.supported[index % ValueFormat.supported.count],
                    (0..<tiles).map { .random(rowLast: $0 == tiles - 1, configuration, &random) })
        }
        let tiles = rows.flatMap { row in row.tiles.map { (row.format, $0) } }
        return try UnitScenario(Accelerator.LeafCompletion(configuration: configuration)) { streams in
            try streams.send(rows.map(\.format.bits), to: "value_bits") { try $1.set("", $0) }
            let sumBits = NumericFormats.tileOutputSumBits(keys: configuration.maximumRowKeys)
            let sent = tiles.flatMap { tile in lane.leafParts(tile.1.outputSums) }
            try streams.send(sent, to: "leaf") { try $1.set("output_sums", $0, width: sumBits) }
            try streams.send(tiles.map(\.1.sums), to: "sums") { try $0.encode(into: $1) }
            let completed = tiles.flatMap { format, tile -> [LeafItem] in
                let leaf = tile.sums.sums.flatMap {
                    GoldenModel.LeafCompletion.leaf(
                        $0, outputSums: tile.sums.keepsValues ? tile.outputSums : tile.outputSums.map { _ in 0 }, valueFormat: format)
                }
                return LeafItem.beats(
                    of: leaf, elements: lane.headSize + GoldenModel.LeafCompletion.masses, rowLast: tile.sums.rowLast, lane)
            }
            try streams.expect(completed, from: "completed") { try $0.encode(into: $1, bits: sumBits) }
        }
    }

    private struct CompletedTile {
        var sums: TileSumsItem
        var outputSums: [Int64]

        static func random(rowLast: Bool, _ configuration: SpAttenConfiguration, _ random: inout SeededGenerator) -> CompletedTile {
            let one = 1 << NumericFormats.weightFractionBits
            let keys = random.below(8) == 0 ? configuration.maximumRowKeys : 1 + random.below(9)
            let weights = (0..<keys).map { _ in UInt32(random.below(8) == 0 ? random.below(one) : one) }
            func flags() -> [Bool] {
                let kind = random.below(3)
                return weights.map { _ in kind == 2 ? random.flip() : kind == 1 }
            }
            let kept = flags(), isEmpty = random.below(8) == 0
            let sums = GoldenModel.LocalValueSelector.sums(
                reference: random.code(NumericFormats.referenceBits), weights: weights, refined: flags(), kept: kept,
                renormalise: random.flip())
            let bits = NumericFormats.tileOutputSumBits(keys: configuration.maximumRowKeys)
            return CompletedTile(
                sums: TileSumsItem(sums: isEmpty ? nil : sums, keepsValues: kept.contains(true) && !isEmpty, rowLast: rowLast),
                outputSums: (0..<configuration.lane.headSize).map { _ in Int64(random.code(bits)) })
        }
    }
}
