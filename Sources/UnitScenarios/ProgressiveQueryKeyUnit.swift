import Accelerator
import Configuration
import FixedPoint
import GoldenModel
import SeededRandom
import Verification

extension UnitScenario {
    /// A row for the Q.K array of a lane that prunes.
    package struct ProgressiveRow {
        var query, keys: [Int16]
        var format: KeyFormat
        var joined: Bool
        /// A row that refines: which of its keys.
        var refined: [Bool]?

        /// - Parameter refines: the share of the keys that are refined; nil: the row does not decide.
        static func random(
            keys count: Int, _ format: KeyFormat, refines share: Double?, extreme: Bool = false, _ lane: LaneConfiguration,
            _ random: inout SeededGenerator
        ) -> ProgressiveRow {
            func code(_ range: ClosedRange<Int>) -> Int16 {
                Int16(extreme ? (random.flip() ? range.lowerBound : range.upperBound) : random.number(in: range))
            }
            let joined = format.lsbBits == 0 || (share == nil && random.flip())
            let query = extreme ? [Int16](repeating: random.flip() ? -2048 : 2047, count: lane.headSize)
                : random.codes(lane.headSize, bits: NumericFormats.queryBits)
            return ProgressiveRow(
                query: query, keys: (0..<count * lane.headSize).map { _ in code(format.codeRange) }, format: format,
                joined: joined,
                refined: joined ? nil : share.map { share in (0..<count).map { _ in Double(random.below(1000)) < share * 1000 } })
        }

        func codes(_ key: Int, _ headSize: Int) -> [Int16] { Array(keys[key * headSize..<(key + 1) * headSize]) }
    }

    /// Rows of every format, joined, unrefined, and refined in none, some and all of their keys; short ones and empty ones.
    package static func progressiveQueryKeyUnit(
        _ configuration: SpAttenConfiguration, _ random: SeededGenerator, _ extent: Extent = .full
    ) throws -> UnitScenario {
        let lane = configuration.lane
        var random = random
        var rows: [ProgressiveRow] = []
        for round in 0..<(extent == .full ? 12 : 2) {
            for format in KeyFormat.supported {
                let keys = [0, 1, 2, 3, 5, 17, random.below(40)][random.below(extent == .full ? 7 : 5)]
                let share = [nil, 0, 0.3, 1, 1][random.below(5)]
                rows.append(.random(keys: keys, format, refines: share, extreme: round % 4 == 1, lane, &random))
            }
        }
        // More refined rows of one key each than queries can wait.
        rows += (0..<(extent == .full ? 24 : 10)).map { _ in
            .random(keys: 1, KeyFormat.supported[3], refines: 1, lane, &random)
        }
        // The largest score there is.
        let lowest = [Int16](repeating: -2048, count: lane.headSize)
        rows.append(ProgressiveRow(query: lowest, keys: lowest, format: KeyFormat.supported[7], joined: true, refined: nil))
        return try progressiveQueryKeyUnit(configuration, rows)
    }

    /// Refined rows one behind another, of one length.
    package static func progressiveQueryKeyUnit(
        _ configuration: SpAttenConfiguration, rows: Int, keys: Int, refines: Double?, _ random: SeededGenerator
    ) throws -> UnitScenario {
        var random = random
        let format = KeyFormat.supported[3]
        return try progressiveQueryKeyUnit(configuration, (0..<rows).map { _ in
            .random(keys: keys, format, refines: refines, configuration.lane, &random)
        })
    }

    private static func progressiveQueryKeyUnit(_ configuration: SpAttenConfiguration, _ rows: [ProgressiveRow]) throws -> UnitScenario {
        let lane = configuration.lane, tileKeys = 16
        return try UnitScenario(ProgressiveQueryKeyUnit(configuration: configuration)) { streams in
            try streams.send(rows, to: "row") { row, beat in
                try beat.set("joined", row.joined)
                try beat.set("refines", row.refined != nil)
                try beat.set("lsb_bits", row.format.lsbBits)
            }
            try streams.send(rows.map(\.query), to: "query") { try $1.set("", $0, width: NumericFormats.queryBits) }
            let keys = rows.flatMap { row in
                PassItem.row(row.joined ? row.keys : row.keys.map { $0 >> row.format.lsbBits }, first: 0, tileKeys: tileKeys,
                             summed: !row.joined, lane)
            }
            try streams.send(keys, to: "keys") { try $0.encode(into: $1) }
            let lsb = rows.flatMap { row -> [VectorItem] in
                guard let refined = row.refined else { return [] }
                let chosen = refined.indices.filter { refined[$0] }.flatMap { row.codes($0, lane.headSize) }
                return VectorItem.row(chosen.map { $0 & (1 << Int16(row.format.lsbBits) - 1) }, lane, lastKept: refined.last ?? false)
            }
            try streams.send(lsb, to: "lsb") { try $0.encode(into: $1) }

            let centres = rows.map { GoldenModel.ScoreRefiner.centres(query: $0.query, keys: $0.keys, lsbBits: $0.format.lsbBits) }
            let scores = zip(rows, centres).flatMap { row, centres -> [ScoreItem] in
                let doubled = row.joined ? GoldenModel.QueryKeyUnit.scores(query: row.query, keys: row.keys).map { 2 * $0 } : centres
                return lane.beats(tiles: tileSizes(keys: doubled.count, tileKeys: tileKeys)) { keys, occupied, tileLast, rowLast in
                    ScoreItem(scores: Array(doubled[keys]), occupied: occupied, tileLast: tileLast, rowLast: rowLast)
                }
            }
            let bits = NumericFormats.scoreBits(headSize: lane.headSize) + 1
            try streams.expect(scores, from: "scores") { try $0.encode(into: $1, bits: bits) }
            let corrections = zip(rows, centres).flatMap { row, centres -> [Int] in
                guard let refined = row.refined else { return [] }
                return refined.indices.filter { refined[$0] }.map { key in
                    2 * Int(GoldenModel.QueryKeyUnit.scores(query: row.query, keys: row.codes(key, lane.headSize))[0]) - Int(centres[key])
                }
            }
            try streams.expect(corrections, from: "corrections") { try $1.set("", $0) }
        }
    }
}
