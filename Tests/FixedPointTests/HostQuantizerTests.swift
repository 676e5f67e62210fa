import FixedPoint
import Foundation
import SeededRandom
import Testing

@Suite("Host quantizer")
struct HostQuantizerTests {
    private func noise(_ count: Int, seed: UInt64) -> [Float] {
        var random = SeededGenerator(seed: seed)
        return (0..<count).map { _ in Float.random(in: -1...1, using: &random) }
    }

    @Test("codes are within half a step of the real elements", arguments: KeyFormat.supported)
    func withinHalfAStep(format: KeyFormat) throws {
        let quantizer = HostQuantizer(keyFormat: format, valueFormat: try ValueFormat(bits: 8))
        let keys = noise(100 * 32, seed: 1), values = noise(100 * 32, seed: 2)
        let quantized = try quantizer.quantize(keys: keys, values: values, headSize: 32)
        let limit = Int16(format.largestSymmetricCode)
        for index in keys.indices {
            let step = quantized.scales.keyScales[index % 32]
            #expect(abs(Double(quantized.keys[index]) * step - Double(keys[index])) <= step * 0.5000001)
        }
        #expect(quantized.keys.max() ?? 0 == limit || quantized.keys.min() ?? 0 == -limit)
        #expect(quantized.keys.allSatisfy { (-limit...limit).contains($0) })
        #expect(quantized.keyError.saturated == 0 && quantized.keyError.elements == keys.count)
        let step = quantized.scales.keyScales[0]
        #expect(abs(quantized.keyError.rmsError / (step / 12.0.squareRoot()) - 1) < 0.15)
        #expect(abs(quantized.scales.outputScale - quantized.scales.valueScale / 256) < 1e-12)
    }

    @Test("the prompt fixes the scales; what comes later saturates and is counted")
    func frozenScales() throws {
        let quantizer = HostQuantizer(keyFormat: try KeyFormat("8+0"), valueFormat: try ValueFormat(bits: 8))
        var keys = [Float](repeating: 1, count: 3 * 32)
        keys[64] = 1.24
        keys[65] = -1.5
        keys[66] = 100
        let quantized = try quantizer.quantize(keys: keys, values: keys, headSize: 32, promptKeys: 2)
        #expect(abs(quantized.scales.keyScales[0] - 1.25 / 127) < 1e-12)
        #expect(Array(quantized.keys[64..<67]) == [126, -127, 127])
        #expect(quantized.keyError.saturated == 2 && quantized.valueError.saturated == 2)
        #expect(quantized.keyError.rmsError > 98 / 96.0.squareRoot())

        let later = quantized.scales.encodeKeys(Array(keys[64...]))
        #expect(later.codes == Array(quantized.keys[64...]))
    }

    @Test("a prompt alone leaves the scales that it leaves where keys follow it")
    func scalesOfAPrompt() throws {
        let quantizer = HostQuantizer(keyFormat: try KeyFormat("6+4"), valueFormat: try ValueFormat(bits: 6))
        let keys = noise(10 * 32, seed: 7), values = noise(10 * 32, seed: 8)
        let scales = try quantizer.scales(ofPrompt: Array(keys[..<192]), values: Array(values[..<192]), headSize: 32)
        #expect(try scales == quantizer.quantize(keys: keys, values: values, headSize: 32, promptKeys: 6).scales)
        #expect(throws: QuantizationError.promptOutOfRange(promptKeys: 0, keys: 0)) {
            try quantizer.scales(ofPrompt: [], values: [], headSize: 32)
        }
    }

    @Test("without appended keys there is no headroom")
    func noHeadroom() throws {
        let quantizer = HostQuantizer(keyFormat: try KeyFormat("8+0"), valueFormat: try ValueFormat(bits: 8))
        let quantized = try quantizer.quantize(
            keys: [Float](repeating: 2, count: 32), values: [Float](repeating: -3, count: 32), headSize: 32)
        #expect(quantized.keys.allSatisfy { $0 == 127 } && quantized.values.allSatisfy { $0 == -127 })
    }

    @Test("removing the keys' mean shifts every score of a row alike")
    func meanRemoval() throws {
        let biased = noise(50 * 32, seed: 5).enumerated().map { $1 + Float($0 % 32) }
        let query = noise(32, seed: 6)
        let quantizer = HostQuantizer(
            keyFormat: try KeyFormat("12+0"), valueFormat: try ValueFormat(bits: 12), removesKeyMean: true)
        let quantized = try quantizer.quantize(keys: biased, values: biased, headSize: 32)
        let row = try quantized.scales.encodeQuery(query, softmaxScale: 1)
        let shifts = (0..<50).map { key in
            let exact = (0..<32).reduce(0.0) { $0 + Double(query[$1]) * Double(biased[key * 32 + $1]) }
            let score = (0..<32).reduce(0) { $0 + Int(row.codes[$1]) * Int(quantized.keys[key * 32 + $1]) }
            return exact - Double(score) * row.realScale
        }
        #expect((shifts.max() ?? 0) - (shifts.min() ?? 0) < 0.02)
        #expect(abs(shifts[0]) > 10)
        let plain = try HostQuantizer(keyFormat: quantizer.keyFormat, valueFormat: quantizer.valueFormat)
            .quantize(keys: biased, values: biased, headSize: 32)
        #expect(quantized.keyError.rmsError < plain.keyError.rmsError / 5)
    }

    @Test("silent tensors, silent channels, a query of zeros, no keys")
    func silence() throws {
        let quantizer = HostQuantizer(keyFormat: try KeyFormat("8+4"), valueFormat: try ValueFormat(bits: 12))
        let zeros = [Float](repeating: 0, count: 64)
        let silent = try quantizer.quantize(keys: zeros, values: zeros, headSize: 32)
        #expect(silent.keys.allSatisfy { $0 == 0 } && silent.keyError.rmsRelativeError == 0)
        let query = try silent.scales.encodeQuery([Float](repeating: 0, count: 32), softmaxScale: 0.125)
        #expect(query.scoreScale.mantissa == 0 && query.realScale == 0)

        var keys = zeros
        keys[0] = 4
        let partly = try quantizer.quantize(keys: keys, values: zeros, headSize: 32)
        #expect(partly.scales.keyScales.allSatisfy { $0 == 4.0 / 2047 })
        let empty = try quantizer.quantize(keys: [], values: [], headSize: 32)
        #expect(empty.keyCount == 0 && empty.keyError.rmsError == 0)
    }

    @Test("bad tensors are refused, and the message says where")
    func refused() throws {
        let quantizer = HostQuantizer(keyFormat: try KeyFormat("8+4"), valueFormat: try ValueFormat(bits: 12))
        let good = noise(64, seed: 1)
        var bad = good
        bad[40] = .nan
        #expect(throws: QuantizationError.notFinite(tensor: .key, row: 1, element: 8)) {
            try quantizer.quantize(keys: bad, values: good, headSize: 32)
        }
        bad[40] = -.infinity
        #expect(throws: QuantizationError.notFinite(tensor: .value, row: 1, element: 8)) {
            try quantizer.quantize(keys: good, values: bad, headSize: 32)
        }
        #expect(throws: QuantizationError.partialRow(tensor: .key, elements: 64, headSize: 48)) {
            try quantizer.quantize(keys: good, values: good, headSize: 48)
        }
        #expect(throws: QuantizationError.unequalCounts(keys: 64, values: 32)) {
            try quantizer.quantize(keys: good, values: Array(good[..<32]), headSize: 32)
        }
        for prompt in [0, -1, 3] {
            #expect(throws: QuantizationError.promptOutOfRange(promptKeys: prompt, keys: 2)) {
                try quantizer.quantize(keys: good, values: good, headSize: 32, promptKeys: prompt)
            }
        }
        let scales = try quantizer.quantize(keys: good, values: good, headSize: 32).scales
        #expect(throws: QuantizationError.partialRow(tensor: .query, elements: 64, headSize: 32)) {
            try scales.encodeQuery(good, softmaxScale: 1)
        }
        #expect(throws: QuantizationError.self) { try scales.encodeQuery(Array(good[..<32]), softmaxScale: .nan) }
        #expect(throws: QuantizationError.self) { try scales.encodeQuery(Array(good[..<32]), softmaxScale: 1e12) }
    }
}
