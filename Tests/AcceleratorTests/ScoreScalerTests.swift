import Accelerator
import Configuration
import FixedPoint
import GoldenModel
import TestSupport
import Testing
import Verification

@Suite struct ScoreScalerTests {
    /// Next to both ends of the scaled score.
    private static let aroundSaturation: [Int32] = {
        let limit = Int32(1) << (NumericFormats.scaledScoreBits - 1), highest = limit - (1 << NumericFormats.scaledScoreFractionBits)
        return [highest - 1, highest, highest + 1, -limit - 1, -limit, -limit + 1]
    }()

    /// Every shift, small and large mantissas, extreme scores, ties.
    @Test(arguments: lanes) func scaledScores(lane: LaneConfiguration) throws {
        let scoreBits = NumericFormats.scoreBits(headSize: lane.headSize)
        var random = TestSeed.generator(#function)
        // The first scale leaves the score as it is.
        let scales = try [ScoreScale(mantissa: 1 << 17, shift: 17)] + (0..<64).flatMap { shift in
            try [0, 1, 1 << 17, (1 << 18) - 1, random.below(1 << 18)].map { try ScoreScale(mantissa: $0, shift: shift) }
        }
        var beats: [ScoreItem] = [], expected: [ScoreItem] = []
        for scale in scales {
            let corners = [0, 1, -1, 3, -3, (1 << scale.shift) >> 1, -((1 << scale.shift) >> 1)].map { Int32(clamping: $0) }
            let limit = Int32((Int64(1) << (scoreBits - 1)) - 1)
            let scores = corners.map { min(max($0, -limit - 1), limit) } + [limit, -limit - 1] + Self.aroundSaturation
                + (0..<6).map { _ in Int32(random.code(scoreBits)) }
            beats += lane.beats(tiles: [scores.count]) { keys, occupied, tileLast, rowLast in
                ScoreItem(scores: Array(scores[keys]) + [Int32](repeating: 5, count: lane.slots - keys.count),
                          occupied: occupied, tileLast: tileLast, rowLast: rowLast)
            }
            expected += lane.beats(tiles: [scores.count]) { keys, occupied, tileLast, rowLast in
                let scaled = scores[keys].map { ScoreScaler.scaled(score: $0, scale: scale) }
                return ScoreItem(scores: scaled + [Int32](repeating: 0, count: lane.slots - keys.count),
                                 occupied: occupied, tileLast: tileLast, rowLast: rowLast)
            }
        }
        for timing in timings("scale", "scores", "scaled") {
            let bench = try bench(Accelerator.ScoreScaler(lane: lane), timing)
            try bench.send(scales, to: "scale") { port in
                let mantissa = try port.field("mantissa"), shift = try port.field("shift")
                return { mantissa.value = $0.mantissa; shift.value = $0.shift }
            }
            let scores = try bench.send(beats, to: "scores", ScoreItem.writer(bits: scoreBits))
            let scaled = try bench.receive(
                expected.count, from: "scaled", ScoreItem.reader(bits: NumericFormats.scaledScoreBits))
            try bench.run()
            #expect(difference(scaled.items, expected) == nil)
            if timing.isSteady {
                #expect(difference(scaled.cycles, scores.cycles.map { $0 + Accelerator.ScoreScaler.latency }) == nil)
            }
        }
    }
}
