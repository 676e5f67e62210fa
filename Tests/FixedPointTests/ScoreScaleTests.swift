import FixedPoint
import Foundation
import SeededRandom
import Testing

@Suite("Score scale")
struct ScoreScaleTests {
    @Test("the mantissa is normalised and within half a step of the real scale")
    func nearest() throws {
        var random = SeededGenerator(seed: 1)
        for _ in 0..<10_000 {
            let real = exp2(Double.random(in: -30...5, using: &random))
            let scale = try ScoreScale(real: real)
            #expect((1 << 17..<1 << 18).contains(scale.mantissa))
            let factor = Double(scale.mantissa) / exp2(Double(scale.shift))
            let exact = real * log2(M_E) * 4096
            #expect(abs(factor - exact) <= 0.5000001 / exp2(Double(scale.shift)))
            #expect(abs(scale.real / real - 1) <= exp2(-18))
        }
    }

    @Test("scale 0, denormal scales, a mantissa that rounds up, the largest scale")
    func edges() throws {
        #expect(try ScoreScale(real: 0) == ScoreScale(mantissa: 0, shift: 63))
        let unit = log(2.0) / 4096
        #expect(try ScoreScale(real: unit * 2) == ScoreScale(mantissa: 1 << 17, shift: 16))
        #expect(try ScoreScale(real: unit * 3 * exp2(-63)) == ScoreScale(mantissa: 3, shift: 63))
        #expect(try ScoreScale(real: unit * exp2(-65)) == ScoreScale(mantissa: 0, shift: 63))
        #expect(try ScoreScale(real: .leastNonzeroMagnitude) == ScoreScale(mantissa: 0, shift: 63))
        #expect(try ScoreScale(real: unit * (2 - exp2(-20))) == ScoreScale(mantissa: 1 << 17, shift: 16))
        let largest = unit * Double((1 << 18) - 1)
        #expect(try ScoreScale(real: largest) == ScoreScale(mantissa: (1 << 18) - 1, shift: 0))
        #expect(throws: ScoreScaleError.tooLarge(largest + unit * 0.75)) { try ScoreScale(real: largest + unit * 0.75) }
    }

    @Test("what is no scale is refused", arguments: [-1.0, .nan, .infinity, -.leastNonzeroMagnitude])
    func refused(real: Double) {
        #expect(throws: ScoreScaleError.self) { try ScoreScale(real: real) }
    }

    @Test("fields are range checked", arguments: [(1 << 18, 0), (-1, 0), (0, 64), (0, -1)])
    func fields(mantissa: Int, shift: Int) {
        #expect(throws: ScoreScaleError.fieldOutOfRange(mantissa: mantissa, shift: shift)) {
            try ScoreScale(mantissa: mantissa, shift: shift)
        }
        #expect(throws: ScoreScaleError.tooLarge(1e300)) { try ScoreScale(real: 1e300) }
    }
}
