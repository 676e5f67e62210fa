import Configuration
import FixedPoint
import GoldenModel

/// The golden model's results for a workload, and how far they are from exact attention.
public struct GoldenRun: Sendable {
    public let workload: LaneWorkload
    /// For each layer [heads x rows].
    public package(set) var results: [[LaneResult]]
    /// The same from a lane that prunes, with what it left out; empty for a dense one. Of a pruned head: a row without keys.
    public let pruned: [[SpAttenResult]]
    /// Of a lane with the cascade.
    let cascade: CascadeWorkload?
    /// Against double precision on the same quantised inputs, over all layers.
    public let errors: ErrorMetrics
    /// Against the outputs that the workload brings; nil if it brings none. Quantisation included.
    public let errorToExpected: ExpectedOutputError?

    /// Runs every row, on all cores.
    /// - Parameter rowFinished: Called after each row, from any thread.
    public init(_ workload: LaneWorkload, rowFinished: @Sendable () -> Void = {}) throws {
        cascade = if let plan = workload.kind.cascade, let reduction = workload.reduction {
            try CascadeWorkload(workload, reduction, plan)
        } else {
            nil
        }
        let run = try Self.row(workload, cascade)
        var results: [[LaneResult]] = [], pruned: [[SpAttenResult]] = []
        var errors = ErrorMetrics()
        var expected = ExpectedOutputError()
        for (position, layer) in workload.layers.enumerated() {
            let largestValues = layer.keyValues.map { Self.largestMagnitudes(of: $0.values, headSize: layer.headSize) }
            let rows = try concurrentMap(count: layer.queries.count) { query in
                defer { rowFinished() }
                return (result: try run(position, query), reference: Self.reference(query, of: layer))
            }
            for (query, row) in rows.enumerated() {
                let kvHead = layer.kvHead(ofQuery: query), keys = layer.keys(ofQuery: query)
                errors.add(
                    row.result.lane, reference: row.reference,
                    maxMagnitudeV: keys.lowerBound == 0
                        ? largestValues[kvHead][keys.upperBound]
                        : layer.keyValues[kvHead].values[keys.lowerBound * layer.headSize..<keys.upperBound * layer.headSize]
                            .reduce(0) { max($0, Int($1.magnitude)) },
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

    /// Rows that a lane computes: all but those of pruned heads.
    var computedRows: Int { workload.rowCount - (cascade?.program.skipped.count ?? 0) }

    /// The keys that each row sees; in a cascade as positions of the kept list.
    var keyRanges: [Range<Int>] {
        guard cascade == nil else { return pruned.joined().map { 0..<$0.tokens.count } }
        return workload.layers.flatMap { layer in layer.queries.indices.map { layer.keys(ofQuery: $0) } }
    }

    /// A row from whichever lane.
    private struct Row: Sendable {
        let lane: LaneResult
        let pruned: SpAttenResult?
    }

    /// How the workload's lane runs a query of the layer at a position.
    private static func row(_ workload: LaneWorkload, _ cascade: CascadeWorkload?) throws -> @Sendable (Int, Int) throws -> Row {
        let layers = workload.layers
        if let cascade {
            return { Row(lane: cascade.results[$0][$1].lane, pruned: cascade.results[$0][$1]) }
        }
        if let reduction = workload.reduction {
            let lane = try SpAttenLane(
                configuration: reduction.configuration, settings: workload.settings, pruning: reduction.pruning,
                scope: reduction.scope)
            return { position, query in
                let result = try lane.run(layers[position].prunedRow(query))
                return Row(lane: result.lane, pruned: result)
            }
        }
        let lane = try Lane(configuration: workload.configuration, settings: workload.settings)
        return { position, query in
            let layer = layers[position], keys = layer.keys(ofQuery: query)
            let quantized = layer.queries[query], keyValues = layer.keyValues[layer.kvHead(ofQuery: query)]
            return Row(
                lane: try lane.run(LaneRow(
                    query: quantized.codes, keys: keyValues.keys, values: keyValues.values, firstKey: keys.lowerBound,
                    keyCount: keys.upperBound, scale: quantized.scoreScale)),
                pruned: nil)
        }
    }

    private static func reference(_ query: Int, of layer: QuantizedLayer) -> [Double] {
        let quantized = layer.queries[query], keyValues = layer.keyValues[layer.kvHead(ofQuery: query)]
        let keys = layer.keys(ofQuery: query), elements = keys.lowerBound * layer.headSize..<keys.upperBound * layer.headSize
        let isWhole = keys.lowerBound == 0
        return DoubleReference.attention(
            query: quantized.codes, keys: isWhole ? keyValues.keys : Array(keyValues.keys[elements]),
            values: isWhole ? keyValues.values : Array(keyValues.values[elements]), keyCount: keys.count, scale: quantized.realScale)
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
