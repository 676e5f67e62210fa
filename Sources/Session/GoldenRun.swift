import Configuration
import FixedPoint
import GoldenModel

/// The golden model's results for a workload, and how far they are from exact attention.
public struct GoldenRun: Sendable {
    public let workload: LaneWorkload
    /// For each layer [heads x rows].
    public let results: [[LaneResult]]
    /// The same from a lane that prunes, with what it left out; empty for a dense one.
    public let pruned: [[SpAttenResult]]
    /// Against double precision on the same quantised inputs, over all layers.
    public let errors: ErrorMetrics
    /// Against the outputs that the workload brings; nil if it brings none. Quantisation included.
    public let errorToExpected: ExpectedOutputError?

    /// Runs every row, on all cores.
    /// - Parameter rowFinished: Called after each row, from any thread.
    public init(_ workload: LaneWorkload, rowFinished: @Sendable () -> Void = {}) throws {
        let run = try Self.row(workload)
        var results: [[LaneResult]] = [], pruned: [[SpAttenResult]] = []
        var errors = ErrorMetrics()
        var expected = ExpectedOutputError()
        for layer in workload.layers {
            let largestValues = layer.keyValues.map { Self.largestMagnitudes(of: $0.values, headSize: layer.headSize) }
            let rows = try concurrentMap(count: layer.queries.count) { query in
                defer { rowFinished() }
                return (result: try run(query, layer), reference: Self.reference(query, of: layer))
            }
            for (query, row) in rows.enumerated() {
                let kvHead = layer.kvHead(ofQuery: query)
                errors.add(
                    row.result.lane, reference: row.reference,
                    maxMagnitudeV: largestValues[kvHead][layer.keyCount(ofQuery: query)],
                    valueFormat: workload.settings.valueFormat)
                expected.add(row.result.lane.outputs, query: query, of: layer)
            }
            results.append(rows.map(\.result.lane))
            if workload.reduction != nil { pruned.append(rows.compactMap(\.result.pruned)) }
        }
        self.workload = workload
        self.results = results
        self.pruned = pruned
        self.errors = errors
        errorToExpected = expected.isEmpty ? nil : expected
    }

    /// A row from whichever lane.
    private struct Row: Sendable {
        let lane: LaneResult
        let pruned: SpAttenResult?
    }

    /// How the workload's lane runs a query of a layer.
    private static func row(_ workload: LaneWorkload) throws -> @Sendable (Int, QuantizedLayer) throws -> Row {
        if let reduction = workload.reduction {
            let lane = try SpAttenLane(
                configuration: reduction.configuration, settings: workload.settings, pruning: reduction.pruning,
                scope: reduction.scope)
            return { query, layer in
                let result = try lane.run(layer.prunedRow(query))
                return Row(lane: result.lane, pruned: result)
            }
        }
        let lane = try Lane(configuration: workload.configuration, settings: workload.settings)
        return { query, layer in
            let quantized = layer.queries[query], keyValues = layer.keyValues[layer.kvHead(ofQuery: query)]
            return Row(
                lane: try lane.run(LaneRow(
                    query: quantized.codes, keys: keyValues.keys, values: keyValues.values,
                    keyCount: layer.keyCount(ofQuery: query), scale: quantized.scoreScale)),
                pruned: nil)
        }
    }

    private static func reference(_ query: Int, of layer: QuantizedLayer) -> [Double] {
        let quantized = layer.queries[query], keyValues = layer.keyValues[layer.kvHead(ofQuery: query)]
        return DoubleReference.attention(
            query: quantized.codes, keys: keyValues.keys, values: keyValues.values, keyCount: layer.keyCount(ofQuery: query),
            scale: quantized.realScale)
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
