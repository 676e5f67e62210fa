import Configuration
import FixedPoint
import GoldenModel
import PerformanceModel

/// What `golden` found; its names are those of the JSON.
public struct GoldenReport: Codable, Sendable {
    public let preset, workload: String
    /// Rows of all heads and layers.
    public let rows: Int
    /// Against double precision on the same quantised inputs, before output rounding.
    public let rmsRelativeError, maxRelativeToMaxV: Double
    /// Of the rounded outputs, in units of their last place.
    public let maxErrorLSB: Double
    /// What a lane needs at least, with what it runs out of.
    public let boundCycles: Int
    public let bindingResource: String
    public let keyBits, valueBits: String
    public let tileKeys: Int
    public let seed: UInt64
    public let configHash: String
    public let quantization: QuantizationSummary
    /// Of a lane that prunes.
    public let pruning: PruningSummary?
    /// Of a lane with the cascade.
    public let cascade: CascadeSummary?
    /// Of a lane for prefill.
    public let prefill: PrefillSummary?
    public let output: String

    /// For people, not in the JSON.
    private var workloadSummary = ""

    private enum CodingKeys: String, CodingKey {
        case preset, workload, rows, rmsRelativeError, maxRelativeToMaxV, maxErrorLSB, boundCycles, bindingResource
        case keyBits, valueBits, tileKeys, seed, configHash, quantization, pruning, cascade, prefill, output
    }

    public init(_ run: GoldenRun, description: RunDescription, output: String) throws {
        let bounds = try run.bounds()
        preset = description.preset
        workload = run.workload.name
        rows = run.workload.rowCount
        rmsRelativeError = run.errors.rmsRelativeError
        maxRelativeToMaxV = run.errors.maxRelativeToMaxV
        maxErrorLSB = run.errors.maxErrorLSB
        boundCycles = bounds.reduce(0) { $0 + $1.cycles }
        bindingResource = bounds.bindingResource.rawValue
        keyBits = run.workload.settings.keyFormat.description
        valueBits = run.workload.settings.valueFormat.description
        tileKeys = run.workload.settings.tileKeys
        seed = description.seed
        configHash = run.workload.accelerator.configHash.hexadecimal
        quantization = QuantizationSummary(run)
        pruning = PruningSummary(run)
        cascade = CascadeSummary(run)
        prefill = PrefillSummary(run.workload)
        self.output = output
        workloadSummary = run.workload.summary
    }

    public var text: String {
        "\(preset) (configuration \(configHash)), golden model\n" + table([
            ("workload", "\(workload)\n\(workloadSummary)"),
            ("error", errorText(rms: rmsRelativeError, max: maxRelativeToMaxV, lsb: maxErrorLSB, prunes: pruning != nil)),
            ("bound", "\(grouped(boundCycles)) cycles of a lane (\(bindingResource))"),
        ] + (cascade?.lines ?? []) + (pruning?.lines ?? []) + (prefill?.lines ?? []) + quantization.lines + [("written to", output)])
    }
}
