import Configuration
import FixedPoint
import Foundation
import GoldenModel
import SeededRandom
import Testing

/// Kinds of rows that are drawn as real tensors and quantized by the host.
enum Family: String, CaseIterable, Sendable {
    case random, flat, peaky, sink

    /// Query [d], keys and values [n x d].
    func tensors(d: Int, n: Int, random: inout SeededGenerator) -> (query: [Float], keys: [Float], values: [Float]) {
        func gaussian(_ count: Int) -> [Float] {
            (0..<count).map { _ in
                let radius = (-2 * log(Double.random(in: 1e-12...1, using: &random))).squareRoot()
                return Float(radius * cos(2 * .pi * Double.random(in: 0...1, using: &random)))
            }
        }
        var (query, keys, values) = (gaussian(d), gaussian(n * d), gaussian(n * d))
        switch self {
        case .random: break
        case .flat: query = query.map { $0 * 0.1 }
        case .peaky:
            query = query.map { $0 * 1.5 }
            for key in [n / 3, n / 2, n - 1] {
                for element in 0..<d { keys[key * d + element] += query[element] / 2 }
            }
        case .sink:
            // The first key draws half of the weight and has little value, as trained decoders do it.
            for element in 0..<d {
                keys[element] = query[element] * Float(log(Double(n)) / Double(d).squareRoot())
                values[element] *= 0.1
            }
        }
        return (query, keys, values)
    }
}

@Suite("Accuracy against double precision on the same integers")
struct AccuracyTests {
    static let rmsLimit = 2e-4
    static let maxLimit = 1e-3

    /// Metrics of `rows` rows of a family.
    private func measure(
        _ family: Family, headSize: Int, settings: RowSettings, contexts: [Int], seed: UInt64
    ) throws -> ErrorMetrics {
        var random = SeededGenerator(seed: seed)
        var metrics = ErrorMetrics()
        let lane = try Lane(configuration: LaneConfiguration(headSize: headSize, multipliers: 32), settings: settings)
        let quantizer = HostQuantizer(keyFormat: settings.keyFormat, valueFormat: settings.valueFormat)
        for n in contexts {
            let (query, keys, values) = family.tensors(d: headSize, n: n, random: &random)
            let quantized = try quantizer.quantize(keys: keys, values: values, headSize: headSize)
            let row = try quantized.scales.encodeQuery(query, softmaxScale: 1 / Double(headSize).squareRoot())
            let result = try lane.run(
                LaneRow(query: row.codes, keys: quantized.keys, values: quantized.values, keyCount: n, scale: row.scoreScale))
            let reference = DoubleReference.attention(
                query: row.codes, keys: quantized.keys, values: quantized.values, keyCount: n, scale: row.realScale)
            let maxV = quantized.values.map { Int($0.magnitude) }.max() ?? 0
            metrics.add(result, reference: reference, maxMagnitudeV: maxV, valueFormat: settings.valueFormat)
        }
        return metrics
    }

    private func figures(_ metrics: ErrorMetrics) -> String {
        String(
            format: "rms %.2e, max/max|V| %.2e, %.2f LSB", metrics.rmsRelativeError, metrics.maxRelativeToMaxV,
            metrics.maxErrorLSB)
    }

    @Test("realistic rows, every key and value format", arguments: Family.allCases, LaneConfiguration.headSizes)
    func realistic(family: Family, headSize: Int) throws {
        for tileKeys in [128, 1024] {
            var worst = (rms: 0.0, relative: 0.0, lsb: 0.0)
            for settings in RowSettings.all where settings.tileKeys == tileKeys {
                let metrics = try measure(
                    family, headSize: headSize, settings: settings, contexts: [1024, 993, 100], seed: 17)
                worst = (
                    max(worst.rms, metrics.rmsRelativeError), max(worst.relative, metrics.maxRelativeToMaxV),
                    max(worst.lsb, metrics.maxErrorLSB)
                )
                #expect(metrics.rmsRelativeError <= Self.rmsLimit, "\(family) d \(headSize) \(settings): \(figures(metrics))")
                #expect(metrics.maxRelativeToMaxV <= Self.maxLimit, "\(family) d \(headSize) \(settings): \(figures(metrics))")
            }
            print(
                String(
                    format: "%@ d %d tile %d: worst format rms %.2e, max/max|V| %.2e, %.2f LSB", family.rawValue, headSize,
                    tileKeys, worst.rms, worst.relative, worst.lsb))
        }
    }

    @Test("a context of 65,536 keys", arguments: Family.allCases)
    func longContext(family: Family) throws {
        let settings = RowSettings(tileKeys: 1024, keyFormat: try KeyFormat("8+4"), valueFormat: try ValueFormat(bits: 12))
        let metrics = try measure(family, headSize: 64, settings: settings, contexts: [65_536], seed: 3)
        print("\(family) d 64, 65,536 keys: \(figures(metrics))")
        #expect(metrics.rmsRelativeError <= Self.rmsLimit && metrics.maxRelativeToMaxV <= Self.maxLimit)
    }

    /// Query (1024, 1), keys (a, b): scores 1024 a + b are scaled scores, one unit is 2^-12.
    private func adversarial(
        top: (Int16, Int16), rest: (Int16, Int16), count: Int, tileKeys: Int
    ) throws -> ErrorMetrics {
        let settings = RowSettings(tileKeys: tileKeys, keyFormat: try KeyFormat("8+0"), valueFormat: try ValueFormat(bits: 12))
        func row(_ a: Int16, _ b: Int16) -> [Int16] { [a, b] + [Int16](repeating: 0, count: 30) }
        let query = row(1024, 1)
        var keys: [Int16] = [], values: [Int16] = []
        for key in 0..<count {
            let isTop = key % tileKeys == 0
            keys += isTop ? row(top.0, top.1) : row(rest.0, rest.1)
            values += [Int16](repeating: isTop ? 2047 : -2047, count: 32)
        }
        let lane = try Lane(configuration: LaneConfiguration(headSize: 32, multipliers: 32), settings: settings)
        let result = try lane.run(
            LaneRow(query: query, keys: keys, values: values, keyCount: count, scale: ScoreScale(mantissa: 1 << 17, shift: 17)))
        let reference = DoubleReference.attention(
            query: query, keys: keys, values: values, keyCount: count, scale: log(2) / 4096)
        var metrics = ErrorMetrics()
        metrics.add(result, reference: reference, maxMagnitudeV: 2047, valueFormat: settings.valueFormat)
        return metrics
    }

    @Test("adversarial: every other key just under the weight floor", arguments: RowSettings.tileSizes, [1, 8])
    func underTheFloor(tileKeys: Int, tiles: Int) throws {
        let unit = Double(tileKeys) * exp2(-20)
        // The largest score is the reference: its weight is 2^20.
        let whole = try adversarial(top: (0, 0), rest: (-84, -1), count: tileKeys * tiles, tileKeys: tileKeys)
        #expect(whole.maxRelativeToMaxV <= unit)
        // The largest score is just above an integer: its weight is 2^19, so the same floor costs twice as much.
        let half = try adversarial(top: (0, 1), rest: (-80, -1), count: tileKeys * tiles, tileKeys: tileKeys)
        #expect(half.maxRelativeToMaxV <= 2 * unit)
        print(
            String(
                format: "under the floor, %d tiles of %d: %.3f (reference reached), %.3f (just missed) x tileKeys 2^-20 max|V|",
                tiles, tileKeys, whole.maxRelativeToMaxV / unit, half.maxRelativeToMaxV / unit))
    }

    @Test("all keys equal: the mean, however many", arguments: [1, 3, 128, 1000, 70_000])
    func allEqual(count: Int) throws {
        let metrics = try adversarial(top: (5, 5), rest: (5, 5), count: count, tileKeys: 1024)
        #expect(metrics.maxRelativeToMaxV < 1e-9 && metrics.maxErrorLSB < 0.52)
    }

    @Test("the error metrics see an error")
    func metricsSeeErrors() throws {
        let lane = try Lane(
            configuration: LaneConfiguration(headSize: 32, multipliers: 32),
            settings: RowSettings(tileKeys: 128, keyFormat: KeyFormat("8+4"), valueFormat: ValueFormat(bits: 12)))
        let result = try lane.run(
            LaneRow(
                query: [Int16](repeating: 1, count: 32), keys: [Int16](repeating: 1, count: 32),
                values: [Int16](repeating: 1000, count: 32), keyCount: 1, scale: ScoreScale(real: 1)))
        var metrics = ErrorMetrics()
        metrics.add(
            result, reference: [Double](repeating: 1001, count: 32), maxMagnitudeV: 1000,
            valueFormat: lane.settings.valueFormat)
        #expect(metrics.rows == 1 && abs(metrics.maxErrorLSB - 16) < 1e-9)
        #expect(abs(metrics.maxRelativeToMaxV - 1e-3) < 1e-12 && abs(metrics.rmsRelativeError - 1 / 1001) < 1e-9)
    }
}
