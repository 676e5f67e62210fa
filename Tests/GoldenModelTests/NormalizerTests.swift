import FixedPoint
import GoldenModel
import SeededRandom
import Testing

@Suite("Normalizer")
struct NormalizerTests {
    /// A reachable state: output sums are weight sums times a value within the format.
    private func state(_ format: ValueFormat, random: inout SeededGenerator) -> PartialState {
        func sums(_ bits: Int) -> (weight: UInt128, outputs: [Int128]) {
            let weight = UInt128(1) << bits | UInt128.random(in: 0..<UInt128(1) << bits, using: &random)
            let outputs = (0..<32).map { _ in
                let value = Double.random(in: Double(format.codeRange.lowerBound)...Double(format.codeRange.upperBound), using: &random)
                return Int128(Double(weight) * value)
            }
            return (weight, outputs)
        }
        let upper = sums(Int.random(in: 19...60, using: &random)), lower = sums(Int.random(in: 0...60, using: &random))
        return PartialState(
            isValid: true, stateClass: 0, upperWeightSum: upper.weight, lowerWeightSum: lower.weight,
            upperOutputSums: upper.outputs, lowerOutputSums: lower.outputs)
    }

    /// The page's formula, word for word.
    private func plain(_ state: PartialState, _ element: Int, _ format: ValueFormat) -> Int128 {
        let l = Int128(state.upperWeightSum + state.lowerWeightSum / (1 << 32))
        let n = state.upperOutputSums[element] + (state.lowerOutputSums[element] >> 32)
        var e = 0
        while l >> e != 0 { e += 1 }
        let (lm, nm) = e >= 24 ? (l >> (e - 24), n >> (e - 24)) : (l << (24 - e), n << (24 - e))
        let g = Int128(16 - format.bits)
        let rounded: Int128 = (nm * ((1 << 47) / lm) + (1 << (46 - g))) >> (47 - g)
        return max(-32768, min(32767, rounded))
    }

    @Test("agrees with the page, and with the exact quotient within 0.52 LSB", arguments: ValueFormat.supported)
    func quotient(format: ValueFormat) {
        var random = SeededGenerator(seed: UInt64(format.bits))
        var worst = 0.0
        for _ in 0..<2_000 {
            let state = state(format, random: &random)
            let outputs = Normalizer.outputs(state, valueFormat: format)
            let unrounded = Normalizer.unrounded(state)
            #expect(outputs.map { Int128($0) } == outputs.indices.map { plain(state, $0, format) })
            for element in outputs.indices {
                let exact = unrounded[element] * Double(1 << format.outputGainBits)
                let clamped = min(max(exact, -32768), 32767)
                worst = max(worst, abs(Double(outputs[element]) - clamped))
            }
        }
        print("normalizer: \(format)-bit values, largest distance to the exact quotient \(worst) LSB")
        #expect(worst < 0.52)
    }

    @Test("within 1/2 + 1/64 of an output unit of the exact rational quotient")
    func rational() throws {
        let format = try ValueFormat(bits: 12)
        var random = SeededGenerator(seed: 5)
        var misses = 0
        for _ in 0..<50_000 {
            let l = Int64.random(in: 1 << 19...1 << 30, using: &random)
            let n = Int64.random(in: -2048 * l...2047 * l, using: &random)
            let state = PartialState(
                isValid: true, stateClass: 3, upperWeightSum: UInt128(l), lowerWeightSum: 0,
                upperOutputSums: [Int128(n)], lowerOutputSums: [0])
            let output = Int64(Normalizer.outputs(state, valueFormat: format)[0])
            // |output * l - 16 n| <= (1/2 + 1/64) l, in integers.
            misses += 64 * (output * l - 16 * n).magnitude <= 33 * l ? 0 : 1
        }
        #expect(misses == 0)
    }

    @Test("floors of the lower class go past the most negative output by less than half a unit")
    func floors() throws {
        let state = PartialState(
            isValid: true, stateClass: 0, upperWeightSum: 1 << 19, lowerWeightSum: 1,
            upperOutputSums: [-2048 << 19, 2047 << 19], lowerOutputSums: [-2048, 2047])
        #expect(Normalizer.outputs(state, valueFormat: try ValueFormat(bits: 12)) == [-32768, 32752])
        let most = PartialState(
            isValid: true, stateClass: 0, upperWeightSum: 1 << 19, lowerWeightSum: (1 << 32) - 1,
            upperOutputSums: [-2048 << 19], lowerOutputSums: [-2048 * ((1 << 32) - 1)])
        #expect(plain(most, 0, try ValueFormat(bits: 12)) == -32768)
        #expect(Normalizer.outputs(most, valueFormat: try ValueFormat(bits: 12)) == [-32768])
    }

    @Test("a state that no leaves make saturates")
    func saturates() throws {
        let state = PartialState(
            isValid: true, stateClass: 0, upperWeightSum: 1 << 20, lowerWeightSum: 0,
            upperOutputSums: [-2049 << 20, 2048 << 20, 4000 << 20], lowerOutputSums: [0, 0, 0])
        #expect(Normalizer.outputs(state, valueFormat: try ValueFormat(bits: 12)) == [-32768, 32767, 32767])
    }

    @Test("the empty state gives zeros", arguments: ValueFormat.supported)
    func empty(format: ValueFormat) {
        #expect(Normalizer.outputs(.empty(headSize: 64), valueFormat: format) == [Int16](repeating: 0, count: 64))
        #expect(Normalizer.unrounded(.empty(headSize: 64)).allSatisfy { $0 == 0 })
    }
}
