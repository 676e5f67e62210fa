import FixedPoint
import Foundation
import PerformanceModel

/// The error that quantising a workload's tensors caused, in reports.
public struct QuantizationSummary: Codable, Hashable, Sendable {
    public let keyRMSRelativeError: Double
    public let valueRMSRelativeError: Double
    /// With the keys' scales folded in.
    public let queryRMSRelativeError: Double
    /// Elements beyond the largest code.
    public let saturatedKeys, saturatedValues: Int
    /// Outputs in real units against those the workload brings, in double precision from unquantised tensors: RMS of
    /// the error over RMS of the outputs. Absent if it brings none.
    public let outputRMSRelativeError: Double?

    init(_ golden: GoldenRun) {
        var keys = QuantizationReport(), values = QuantizationReport(), queries = QuantizationReport()
        for layer in golden.workload.layers {
            for head in layer.keyValues {
                keys.add(head.keyError)
                values.add(head.valueError)
            }
            for query in layer.queries { queries.add(query.error) }
        }
        keyRMSRelativeError = keys.rmsRelativeError
        valueRMSRelativeError = values.rmsRelativeError
        queryRMSRelativeError = queries.rmsRelativeError
        saturatedKeys = keys.saturated
        saturatedValues = values.saturated
        outputRMSRelativeError = golden.errorToExpected?.rmsRelativeError
    }
}

extension QuantizationSummary {
    /// For the report for people.
    var lines: [(String, String)] {
        outputRMSRelativeError.map { [("quantisation", "RMS \(short($0)) of the outputs the workload brings")] } ?? []
    }
}

/// The errors of a run in words.
///
/// - Parameter prunes: What the lane leaves out is a part of them.
func errorText(rms: Double, max: Double, lsb: Double, prunes: Bool) -> String {
    "RMS \(short(rms)), at most \(short(max)) of max |V|, \(String(format: "%.2f", lsb)) LSB after rounding\n"
        + "(against double precision on the same quantised inputs\(prunes ? ", nothing left out" : ""))"
}

extension LaneBound {
    /// The bound of a layer's rows.
    init(_ layer: QuantizedLayer, of workload: LaneWorkload) {
        self.init(configuration: workload.configuration)
        for query in layer.queries.indices {
            addRow(keys: layer.keyCount(ofQuery: query), settings: workload.settings)
        }
    }
}

extension GoldenRun {
    /// What a lane needs at least for each layer; for a cascade, for all.
    func bounds() throws -> [LaneBound] {
        switch workload.kind {
        case .dense: workload.layers.map { LaneBound($0, of: workload) }
        case .prunes(let reduction):
            try zip(workload.layers, pruned).map { layer, rows in
                try SpAttenProgram(layer, expecting: rows, settings: workload.settings, reduction).bound.lane
            }
        case .cascade, .system: [cascade!.program.bound().shared(by: workload.kind.lanes)]
        case .prefill(let configuration, _):
            try workload.layers.indices.map { try prefillProgram($0, configuration).bound.lane }
        case .cluster(let run), .leanSystem(_, let run):
            try workload.layers.indices.map { try clusterProgram($0, run).laneBound() }
        }
    }
}

extension [LaneBound] {
    /// All layers run with the same settings: the one with the most to do speaks for all.
    var bindingResource: LaneBound.Resource { self.max { $0.cycles < $1.cycles }!.bindingResource }
}

/// What a run was of, in reports.
public struct RunDescription: Sendable {
    /// Name of the preset, or of the configuration file.
    public let preset: String
    /// Global seed: of synthetic workloads and of the state that no reset sets.
    public let seed: UInt64

    public init(preset: String, seed: UInt64) {
        self.preset = preset
        self.seed = seed
    }
}

extension LaneWorkload {
    /// The size and formats in one line.
    var summary: String {
        let lengths = layers.flatMap(\.lengths)
        let (shortest, longest) = (lengths.min() ?? 0, lengths.max() ?? 0)
        let heads = layers[0].heads, rows = layers[0].rows
        return "\(plural(layers.count, "layer")) x \(plural(heads, "head")) x \(plural(rows, "row")), "
            + (shortest == longest ? plural(shortest, "key") : "\(shortest) to \(longest) keys")
            + ", K \(settings.keyFormat), V \(settings.valueFormat), tile \(settings.tileKeys)"
    }
}

extension UInt64 {
    /// 16 hexadecimal digits.
    var hexadecimal: String {
        let digits = String(self, radix: 16)
        return String(repeating: "0", count: 16 - digits.count) + digits
    }
}
