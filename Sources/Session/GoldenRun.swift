import Configuration
import FixedPoint
import GoldenModel

/// The golden model's results for a workload, and how far they are from exact attention.
public struct GoldenRun: Sendable {
    public let workload: LaneWorkload
    /// For each layer [heads x rows].
    public let results: [[LaneResult]]
    /// Against double precision on the same quantised inputs, over all layers.
    public let errors: ErrorMetrics
    /// Against the outputs that the workload brings; nil if it brings none. Quantisation included.
    public let errorToExpected: ExpectedOutputError?

    /// Runs every row, on all cores.
    /// - Parameter rowFinished: Called after each row, from any thread.
    public init(_ workload: LaneWorkload, rowFinished: @Sendable () -> Void = {}) throws {
        let lane = try Lane(configuration: workload.configuration, settings: workload.settings)
        var results: [[LaneResult]] = []
        var errors = ErrorMetrics()
        var expected = ExpectedOutputError()
        for layer in workload.layers {
            let largestValues = layer.keyValues.map { Self.largestMagnitudes(of: $0.values, headSize: layer.headSize) }
            let rows = try concurrentMap(count: layer.queries.count) { query in
                defer { rowFinished() }
                return try Self.run(query, of: layer, on: lane)
            }
            for (query, row) in rows.enumerated() {
                let kvHead = layer.kvHead(ofQuery: query)
                errors.add(
                    row.result, reference: row.reference,
                    maxMagnitudeV: largestValues[kvHead][layer.keyCount(ofQuery: query)],
                    valueFormat: workload.settings.valueFormat)
                expected.add(row.result.outputs, query: query, of: layer)
            }
            results.append(rows.map(\.result))
        }
        self.workload = workload
        self.results = results
        self.errors = errors
        errorToExpected = expected.isEmpty ? nil : expected
    }

    private static func run(
        _ query: Int, of layer: QuantizedLayer, on lane: Lane
    ) throws -> (result: LaneResult, reference: [Double]) {
        let quantized = layer.queries[query]
        let keyValues = layer.keyValues[layer.kvHead(ofQuery: query)]
        let keyCount = layer.keyCount(ofQuery: query)
        let result = try lane.run(LaneRow(
            query: quantized.codes, keys: keyValues.keys, values: keyValues.values, keyCount: keyCount,
            scale: quantized.scoreScale))
        let reference = DoubleReference.attention(
            query: quantized.codes, keys: keyValues.keys, values: keyValues.values, keyCount: keyCount,
            scale: quantized.realScale)
        return (result, reference)
    }

    /// The largest |code| among the first n rows, n = 0 ... all.
    private static func largestMagnitudes(of values: [Int16], headSize: Int) -> [Int] {
        var largest = [0]
        for start in stride(from: 0, to: values.count, by: headSize) {
            let row = values[start..<start + headSize]
            largest.append(row.reduce(largest[largest.count - 1]) { max($0, Int($1.magnitude)) })
        }
        return largest
    }
}

/// Distance of outputs, in real units, from those that a workload brings.
public struct ExpectedOutputError: Sendable {
    private var squaredError = 0.0
    private var squaredExpected = 0.0
    fileprivate private(set) var isEmpty = true

    /// Root mean square of the error over that of the expected outputs; 0 if both are zero.
    public var rmsRelativeError: Double {
        squaredError == 0 ? 0 : (squaredError / squaredExpected).squareRoot()
    }

    fileprivate mutating func add(_ outputs: [Int16], query: Int, of layer: QuantizedLayer) {
        guard let expected = layer.expectedOutput else { return }
        isEmpty = false
        let scale = layer.keyValues[layer.kvHead(ofQuery: query)].scales.outputScale
        for (element, code) in outputs.enumerated() {
            let real = Double(expected[query * layer.headSize + element])
            squaredError += (Double(code) * scale - real) * (Double(code) * scale - real)
            squaredExpected += real * real
        }
    }
}
