import Accelerator
import Configuration
import FixedPoint
import GoldenModel
import SeededRandom
import Verification

extension UnitScenario {
    /// Every shift, small and large mantissas, extreme scores, ties, and scores next to where they saturate.
    ///
    /// - Parameter doubled: Scores come doubled; what they stand for is as extreme.
    package static func scoreScaler(
        _ lane: LaneConfiguration, doubled: Bool = false, _ random: SeededGenerator
    ) throws -> UnitScenario {
        let unit = Accelerator.ScoreScaler(lane: lane, doubled: doubled), scoreBits = unit.scoreBits
        var random = random
        // The first scale leaves the score as it is.
        let scales = try [ScoreScale(mantissa: 1 << 17, shift: 17)] + (0..<64).flatMap { shift in
            try [0, 1, 1 << 17, (1 << 18) - 1, random.below(1 << 18)].map { try ScoreScale(mantissa: $0, shift: shift) }
        }
        var given: [ScoreItem] = [], expected: [ScoreItem] = []
        for scale in scales {
            let half = (1 << scale.shift) >> 1, limit = Int32((Int64(1) << (scoreBits - 1)) - 1)
            let corners = [0, 1, -1, 3, -3, half, -half].map { min(max(Int32(clamping: $0), -limit - 1), limit) }
            var scores: [Int32] = corners + [limit, -limit - 1]
            scores += aroundSaturation.map { doubled ? 2 * $0 - 1 : $0 }
            scores += (0..<6).map { _ in Int32(random.code(scoreBits)) }
            func beats(_ scores: [Int32]) -> [ScoreItem] {
                lane.beats(tiles: [scores.count]) { keys, occupied, tileLast, rowLast in
                    ScoreItem(scores: Array(scores[keys]), occupied: occupied, tileLast: tileLast, rowLast: rowLast)
                }
            }
            given += beats(scores)
            expected += beats(scores.map {
                doubled ? ScoreScaler.scaled(doubledScore: Int64($0), scale: scale) : ScoreScaler.scaled(score: $0, scale: scale)
            })
        }
        return try UnitScenario(unit) { streams in
            try streams.send(scales, to: "scale") { scale, beat in
                try beat.set("mantissa", scale.mantissa)
                try beat.set("shift", scale.shift)
            }
            try streams.send(given, to: "scores") { try $0.encode(into: $1, bits: scoreBits) }
            try streams.expect(expected, from: "scaled") { try $0.encode(into: $1, bits: NumericFormats.scaledScoreBits) }
        }
    }

    /// Next to both ends of the scaled score.
    private static var aroundSaturation: [Int32] {
        let limit = Int32(1) << (NumericFormats.scaledScoreBits - 1), highest = limit - (1 << NumericFormats.scaledScoreFractionBits)
        return [highest - 1, highest, highest + 1, -limit - 1, -limit, -limit + 1]
    }
}
