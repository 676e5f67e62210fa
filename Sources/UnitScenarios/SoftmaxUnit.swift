import Accelerator
import Configuration
import FixedPoint
import GoldenModel
import SeededRandom
import Verification

extension UnitScenario {
    /// Rows of every length around a tile's ends, negative references, scores far apart, empty rows.
    package static func softmaxUnit(_ lane: LaneConfiguration, _ random: SeededGenerator) throws -> UnitScenario {
        var random = random
        let one = 1 << NumericFormats.scaledScoreFractionBits, highest = 2047 * one
        let rows: [[Int32]] = ([1, 2, 3, 0, 15, 16, 17, 31, 32, 33, 0, 0] + [Int](repeating: 1, count: 18) + [200]).map { keys in
            let center = [0, -3, 1000, -2047, 2046][random.below(5)] * one
            let spread = [1, one, 20 * one, 1 << 22][random.below(4)]
            return (0..<keys).map { _ in
                let score = random.below(16) == 0 ? random.code(24) : center + random.below(spread) - spread / 2
                return Int32(min(max(score, -(1 << 23)), highest))
            }
        } + [-2048, -3, 0, 5, 2046].flatMap { whole in
            // Next to an integer: the reference is the integer above.
            [-1, 0, 1].map { [Int32(max(whole * one + $0, -(1 << 23)))] }
        }
        return try softmaxUnit(lane, rows: rows, tileKeys: 16)
    }

    /// Tiles as long as there are, three in a row.
    package static func softmaxUnitFullTiles(
        _ lane: LaneConfiguration, tileKeys: Int = NumericFormats.maximumTileKeys, _ random: SeededGenerator
    ) throws -> UnitScenario {
        var random = random
        return try softmaxUnit(lane, rows: [(0..<3 * tileKeys).map { _ in Int32(random.below(1 << 16)) }], tileKeys: tileKeys)
    }

    /// Every segment of the exponential's table, at every shift in turn.
    package static func softmaxUnitSegments(_ lane: LaneConfiguration, _ random: SeededGenerator) throws -> UnitScenario {
        var random = random
        let segments = 1 << NumericFormats.exponentialSegmentBits, one = 1 << NumericFormats.scaledScoreFractionBits
        let scores = [0] + (0..<segments).map { segment in
            -((segment % (NumericFormats.weightFractionBits + 2)) * one + segment * one / segments + random.below(one / segments))
        }
        return try softmaxUnit(lane, rows: [scores.map { Int32($0) }], tileKeys: 1024)
    }

    private static func softmaxUnit(_ lane: LaneConfiguration, rows: [[Int32]], tileKeys: Int) throws -> UnitScenario {
        func scores(_ row: [Int32]) -> [ScoreItem] {
            lane.beats(tiles: tileSizes(keys: row.count, tileKeys: tileKeys)) { keys, occupied, tileLast, rowLast in
                ScoreItem(scores: Array(row[keys]), occupied: occupied, tileLast: tileLast, rowLast: rowLast)
            }
        }
        func weights(_ row: [Int32]) -> [WeightItem] {
            lane.beats(tiles: tileSizes(keys: row.count, tileKeys: tileKeys)) { keys, occupied, tileLast, rowLast in
                guard !row.isEmpty else {
                    return WeightItem(weights: occupied.map { _ in 0 }, reference: nil, tileLast: tileLast, rowLast: rowLast)
                }
                let first = keys.lowerBound / tileKeys * tileKeys
                let reference = SoftmaxUnit.reference(scaledScores: row[first..<min(first + tileKeys, row.count)])
                return WeightItem(
                    weights: row[keys].map { SoftmaxUnit.weight(scaledScore: $0, reference: reference) }
                        + [UInt32](repeating: 0, count: lane.slots - keys.count),
                    reference: reference, tileLast: tileLast, rowLast: rowLast)
            }
        }
        return try UnitScenario(Accelerator.SoftmaxUnit(lane: lane, tileKeys: max(tileKeys, NumericFormats.maximumTileKeys))) { streams in
            try streams.send(rows.flatMap(scores), to: "scores") { try $0.encode(into: $1, bits: NumericFormats.scaledScoreBits) }
            try streams.expect(rows.flatMap(weights), from: "weights") { try $0.encode(into: $1) }
        }
    }
}
