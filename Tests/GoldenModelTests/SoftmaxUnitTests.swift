import FixedPoint
import Foundation
import GoldenModel
import SeededRandom
import Testing

@Suite("Softmax unit")
struct SoftmaxUnitTests {
    @Test("every weight is within one ulp of 2^-x, and weights never rise")
    func exhaustive() {
        var worst = (error: 0.0, delta: 0)
        var last = UInt32.max
        var rises = 0
        for delta in 0..<(1 << 12) * 40 {
            let weight = SoftmaxUnit.weight(scaledScore: Int32(-delta), reference: 0)
            let error = abs(Double(weight) - exp2(20 - Double(delta) / 4096))
            if error > worst.error { worst = (error, delta) }
            rises += weight > last ? 1 : 0
            last = weight
        }
        print("exponential: largest error \(worst.error) ulp of 2^-20, at delta \(worst.delta)")
        #expect(worst.error < 1 && rises == 0)
    }

    @Test("the check values of Docs/numerics.md", arguments: [
        (0, 1_048_576), (1, 1_048_399), (7, 1_047_335), (8, 1_047_158), (31, 1_043_090), (2048, 741_455), (4095, 524_377),
        (4096, 524_288), (4097, 524_199), (40960, 1024), (81920, 1), (86016, 1), (86017, 0), (90112, 0), (16_773_120, 0),
    ])
    func checkValues(delta: Int, weight: UInt32) {
        #expect(SoftmaxUnit.weight(scaledScore: Int32(8_384_512 - delta), reference: 2047) == weight)
    }

    @Test("a weight depends on the distance to the reference alone", arguments: [-2048, -1, 0, 1, 2047])
    func shiftInvariant(reference: Int) {
        let deltas = stride(from: 0, to: 30 << 12, by: 37).filter { (reference << 12) - $0 >= -(1 << 23) }
        #expect(
            deltas.map { SoftmaxUnit.weight(scaledScore: Int32((reference << 12) - $0), reference: reference) }
                == deltas.map { SoftmaxUnit.weight(scaledScore: Int32(-$0), reference: 0) })
    }

    @Test("the reference is the ceiling of the largest score", arguments: [
        (-(1 << 23), -2048), (-4097, -1), (-4096, -1), (-4095, 0), (-1, 0), (0, 0), (1, 1), (4096, 1), (4097, 2),
        ((1 << 23) - (1 << 12), 2047),
    ])
    func reference(largest: Int, reference: Int) {
        #expect(SoftmaxUnit.reference(scaledScores: [Int32(largest)]) == reference)
        #expect(SoftmaxUnit.reference(scaledScores: [-(1 << 23), Int32(largest), -(1 << 23)]) == reference)
    }
}

@Suite("Score scaler")
struct ScoreScalerTests {
    /// The page's formula, word for word.
    private func plain(_ score: Int32, _ scale: ScoreScale) -> Int32 {
        let product = Int128(score) * Int128(scale.mantissa)
        let doubled: Int128 = (2 * product) >> Int128(scale.shift)
        let rounded: Int128 = (doubled + 1) >> 1
        return Int32(max(-8_388_608, min(8_384_512, rounded)))
    }

    @Test("random scores and scales agree with the page")
    func random() throws {
        var random = SeededGenerator(seed: 11)
        var differences = 0
        for _ in 0..<200_000 {
            let score = Int32.random(in: -(1 << 30)...(1 << 30), using: &random) >> Int32.random(in: 0...30, using: &random)
            let scale = try ScoreScale(
                mantissa: Int.random(in: 0..<1 << 18, using: &random), shift: Int.random(in: 0...63, using: &random))
            differences += ScoreScaler.scaled(score: score, scale: scale) == plain(score, scale) ? 0 : 1
        }
        #expect(differences == 0)
    }

    /// Score, mantissa, shift, scaled score.
    static let edgeCases: [(Int, Int, Int, Int)] = [
        (1, 1, 1, 1), (-1, 1, 1, 0), (3, 1, 1, 2), (-3, 1, 1, -1), (5, 1, 2, 1), (6, 1, 2, 2), (-6, 1, 2, -1), (-7, 1, 2, -2),
        (7, 3, 0, 21), (0, 262_143, 0, 0),
        (8_384_511, 1, 0, 8_384_511), (8_384_512, 1, 0, 8_384_512), (8_384_513, 1, 0, 8_384_512),
        (-8_388_607, 1, 0, -8_388_607), (-8_388_608, 1, 0, -8_388_608), (-8_388_609, 1, 0, -8_388_608),
        (536_870_912, 262_143, 0, 8_384_512), (-536_870_912, 262_143, 0, -8_388_608),
        (536_870_912, 262_143, 63, 0), (-536_870_912, 262_143, 63, 0), (536_870_912, 0, 0, 0),
    ]

    @Test("halves go up, also below zero; extremes saturate", arguments: edgeCases)
    func edges(score: Int, mantissa: Int, shift: Int, scaled: Int) throws {
        #expect(ScoreScaler.scaled(score: Int32(score), scale: try ScoreScale(mantissa: mantissa, shift: shift)) == scaled)
    }
}
