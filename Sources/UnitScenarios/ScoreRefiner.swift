import Accelerator
import Configuration
import FixedPoint
import SeededRandom
import Verification

extension UnitScenario {
    /// Rows that decide, joined ones and unrefined ones; corrections at both ends of their range; empty rows.
    package static func scoreRefiner(
        _ configuration: SpAttenConfiguration, _ random: SeededGenerator, _ extent: Extent = .full
    ) throws -> UnitScenario {
        var random = random
        let lengths = extent == .full ? (0..<120).map { $0 < 20 ? $0 % 4 : random.below(70) } : [0, 1, 2, 0, 5, 1, 0, 33]
        return try scoreRefiner(configuration, lengths: lengths, random)
    }

    /// Scores of as many keys as a row can have.
    package static func scoreRefinerFullRows(_ configuration: SpAttenConfiguration, _ random: SeededGenerator) throws -> UnitScenario {
        try scoreRefiner(configuration, lengths: [2, 2, 1].map { $0 * configuration.maximumRowKeys }, random)
    }

    private static func scoreRefiner(
        _ configuration: SpAttenConfiguration, lengths: [Int], _ random: SeededGenerator
    ) throws -> UnitScenario {
        let lane = configuration.lane, scoreBits = NumericFormats.scoreBits(headSize: lane.headSize) + 1
        let correctionBits = NumericFormats.queryBits + 5 + ceilLog2(lane.headSize)
        var random = random
        let rows = lengths.map { keys -> (decides: Bool, joined: Bool, scores: [Int], refined: [Bool], corrections: [Int]) in
            let kind = random.below(4)
            let refined = (0..<keys).map { _ in kind >= 2 && random.below(3) > 0 }
            // What is corrected stays a score: the correction is a part of it.
            let corrections = refined.map { $0 ? random.code(correctionBits) : 0 }
            let scores = corrections.map { correction in
                let score = random.code(scoreBits), limit = 1 << (scoreBits - 1)
                return min(max(score, -limit - min(correction, 0)), limit - 1 - max(correction, 0))
            }
            return (kind >= 2, kind == 0, scores, refined, corrections)
        }
        func beats(_ row: Int, _ values: [Int]) -> [ScoreItem] {
            lane.beats(tiles: tileSizes(keys: values.count, tileKeys: 16)) { keys, occupied, tileLast, rowLast in
                ScoreItem(scores: values[keys].map { Int32($0) }, occupied: occupied, tileLast: tileLast, rowLast: rowLast)
            }
        }
        return try UnitScenario(ScoreRefiner(configuration: configuration)) { streams in
            try streams.send(rows, to: "row") { row, beat in
                try beat.set("decides", row.decides)
                try beat.set("joined", row.joined)
            }
            try streams.send(rows.indices.flatMap { beats($0, rows[$0].scores) }, to: "scores") { try $0.encode(into: $1, bits: scoreBits) }
            try streams.send(rows.filter(\.decides).flatMap { DecisionItem.row($0.refined) }, to: "decisions") { try $0.encode(into: $1) }
            let corrections = rows.flatMap { row in zip(row.refined, row.corrections).filter(\.0).map(\.1) }
            try streams.send(corrections, to: "corrections") { try $1.set("", $0) }
            let refined = rows.indices.flatMap { beats($0, zip(rows[$0].scores, rows[$0].corrections).map { $0 + $1 }) }
            try streams.expect(refined, from: "refined") { try $0.encode(into: $1, bits: scoreBits) }
            let unrefined = rows.flatMap { row -> [Bool?] in
                row.refined.isEmpty ? [nil] : row.refined.map { !row.joined && !$0 }
            }
            try streams.expect(unrefined, from: "unrefined") { if let isUnrefined = $0 { try $1.set("", isUnrefined) } }
        }
    }
}

/// Whether a position is kept.
struct DecisionItem {
    let keep, rowLast: Bool

    /// A beat a position; an empty row has one.
    static func row(_ keeps: [Bool]) -> [DecisionItem] {
        keeps.isEmpty ? [DecisionItem(keep: false, rowLast: true)]
            : keeps.enumerated().map { DecisionItem(keep: $1, rowLast: $0 == keeps.count - 1) }
    }

    func encode(into beat: Beat) throws {
        try beat.set("keep", keep)
        try beat.set("row_last", rowLast)
    }
}
