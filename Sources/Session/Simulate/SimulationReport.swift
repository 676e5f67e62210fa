import Configuration
import FixedPoint
import Foundation
import GoldenModel

/// What `simulate` found; its names are those of the JSON that scripts read.
public struct SimulationReport: Codable, Sendable {
    /// The lane's work over all layers.
    public struct Counters: Codable, Hashable, Sendable {
        /// Requests of the memory port, and beats delivered for each plane.
        public let requests, keyMSBBeats, keyLSBBeats, valueBeats: Int
        /// Keys that rows attended to, summed over rows.
        public let keys: Int
        public let tiles: Int
    }

    /// What the row buffers of all pseudo-channels saw, over all layers.
    public struct RowBuffers: Codable, Hashable, Sendable {
        /// Reads of 32 bytes: of a row that was open, for which a closed bank was opened, and for which another row was
        /// closed first.
        public let hits, misses, conflicts: Int
        public let refreshes: Int
    }

    /// One layer of the run.
    public struct Layer: Codable, Hashable, Sendable {
        public let layer, rows, cycles, boundCycles, mismatches: Int
    }

    public let preset: String
    public let engine: Engine
    public let workload: String
    /// Rows of all heads and layers, also those of pruned heads.
    public let rows: Int
    /// Output elements that differ from the golden model, with what else does (`SimulationRun.mismatches`); rows that hold such an element.
    public let mismatches, mismatchedRows: Int
    public let firstMismatches: [Mismatch]
    /// Against double precision on the same quantised inputs, before output rounding.
    public let rmsRelativeError, maxRelativeToMaxV: Double
    /// Of the rounded outputs, in units of their last place.
    public let maxErrorLSB: Double
    /// From the first request to the last output, summed over layers.
    public let cycles: Int
    /// What no schedule gets below.
    public let boundCycles: Int
    public let bindingResource: String
    /// Bytes of all beats that passed the memory port.
    public let bytesRead: Int
    /// Bytes of the output rows, which leave the lane on a stream.
    public let bytesWritten: Int
    /// Beats over cycles.
    public let portUtilization: Double
    /// Multiplications that the result needs over those the arrays could have done.
    public let multiplierUtilization: Double
    public let counters: Counters
    public let layers: [Layer]
    public let keyBits, valueBits: String
    public let tileKeys: Int
    /// Of a cluster: lanes that took part, and how the work was cut.
    public let lanes: Int?
    public let policy: SchedulePolicy?
    public let memory: MemoryKind
    public let memoryLatency: Int
    /// At its best; nil: as much as the port.
    public let memoryBytesPerCycle: Double?
    /// Most requests on the way; nil: no limit.
    public let memoryOutstanding: Int?
    /// `boundCycles` for a memory that moves no more than `memoryBytesPerCycle`.
    public let memoryBoundCycles: Int
    /// Bytes of all sectors that the requests touched.
    public let memoryBytesMoved: Int
    /// Of HBM2.
    public let rowBuffers: RowBuffers?
    public let stallSeed: UInt64?
    public let seed: UInt64
    public let configHash: String
    public let quantization: QuantizationSummary
    /// Of a lane that prunes.
    public let pruning: PruningSummary?
    /// Of a lane with the cascade.
    public let cascade: CascadeSummary?
    /// Of a lane for prefill.
    public let prefill: PrefillSummary?
    public let simulatedCyclesPerSecond: Double

    /// For people, not in the JSON.
    private var engineDescription = "", workloadSummary = "", computedRows = 0

    private enum CodingKeys: String, CodingKey {
        case preset, engine, workload, rows, mismatches, mismatchedRows, firstMismatches, rmsRelativeError
        case maxRelativeToMaxV, maxErrorLSB, cycles, boundCycles, bindingResource, bytesRead, bytesWritten
        case portUtilization, multiplierUtilization, counters, layers, keyBits, valueBits, tileKeys, lanes, policy, memory, memoryLatency
        case memoryBytesPerCycle, memoryOutstanding, memoryBoundCycles, memoryBytesMoved, rowBuffers
        case stallSeed, seed, configHash, quantization, pruning, cascade, prefill, simulatedCyclesPerSecond
    }

    public init(_ run: SimulationRun, description: RunDescription) {
        let workload = run.golden.workload
        let configuration = workload.configuration
        let errors = run.golden.errors
        var bound = 0, usefulMultiplications = 0
        for part in run.runs {
            bound += part.bound.cycles
            usefulMultiplications += part.bound.usefulMultiplications
        }
        let cycles = run.runs.reduce(0) { $0 + $1.cycles }
        let beats = run.runs.reduce(0) { $0 + $1.beats }
        let keyRanges = run.golden.keyRanges
        let tileKeys = workload.settings.tileKeys

        preset = description.preset
        engine = run.options.engine
        self.workload = workload.name
        rows = workload.rowCount
        mismatches = run.mismatches
        mismatchedRows = run.layers.reduce(0) { $0 + $1.comparison.mismatchedRows }
        firstMismatches = Array(run.layers.flatMap(\.comparison.firstMismatches).prefix(OutputComparison.mismatchesShown))
        rmsRelativeError = errors.rmsRelativeError
        maxRelativeToMaxV = errors.maxRelativeToMaxV
        maxErrorLSB = errors.maxErrorLSB
        self.cycles = cycles
        boundCycles = bound
        bindingResource = run.runs.map(\.bound).bindingResource.rawValue
        bytesRead = run.runs.reduce(0) { $0 + $1.beats * $1.beatBytes }
        bytesWritten = run.golden.computedRows * configuration.headSize * MemoryLayout<Int16>.size
        portUtilization = cycles == 0 ? 0 : Double(beats) / Double(cycles * run.runs[0].channels)
        multiplierUtilization = cycles == 0
            ? 0 : Double(usefulMultiplications)
                / Double(2 * configuration.multipliers * workload.kind.lanes * cycles)
        counters = Counters(
            requests: run.runs.reduce(0) { $0 + $1.requests },
            keyMSBBeats: run.runs.reduce(0) { $0 + $1.keyMSBBeats },
            keyLSBBeats: run.runs.reduce(0) { $0 + $1.keyLSBBeats },
            valueBeats: run.runs.reduce(0) { $0 + $1.valueBeats },
            keys: keyRanges.reduce(0) { $0 + $1.count },
            tiles: keyRanges.reduce(0) { $0 + ($1.isEmpty ? 0 : ($1.upperBound - 1) / tileKeys - $1.lowerBound / tileKeys + 1) })
        layers = zip(run.layers, workload.layers).map { measured, layer in
            Layer(
                layer: layer.index, rows: layer.queries.count, cycles: measured.cycles,
                boundCycles: measured.boundCycles, mismatches: measured.comparison.mismatches)
        }
        keyBits = workload.settings.keyFormat.description
        valueBits = workload.settings.valueFormat.description
        self.tileKeys = tileKeys
        lanes = workload.kind.cluster?.schedule.lanes
        policy = workload.kind.cluster?.schedule.policy
        memory = run.options.memory.kind
        memoryLatency = run.memory.latency
        memoryBytesPerCycle = run.memory.bytesPerCycle
        memoryOutstanding = run.options.memory.outstanding
        memoryBoundCycles = run.runs.reduce(0) { $0 + $1.memoryBoundCycles }
        memoryBytesMoved = run.runs.reduce(0) { $0 + $1.bytesMoved }
        let counts = run.runs.compactMap(\.rowBuffers)
        rowBuffers = counts.isEmpty ? nil : RowBuffers(
            hits: counts.reduce(0) { $0 + $1.rowHits }, misses: counts.reduce(0) { $0 + $1.rowMisses },
            conflicts: counts.reduce(0) { $0 + $1.rowConflicts }, refreshes: counts.reduce(0) { $0 + $1.refreshes })
        stallSeed = run.options.stallSeed
        seed = description.seed
        configHash = workload.accelerator.configHash.hexadecimal
        quantization = QuantizationSummary(run.golden)
        pruning = PruningSummary(run.golden, differentReports: run.layers.reduce(0) { $0 + $1.differentReports })
        cascade = CascadeSummary(run.golden, differentDecisions: run.runs.reduce(0) { $0 + $1.differentDecisions })
        prefill = PrefillSummary(workload)
        simulatedCyclesPerSecond = run.cyclesPerSecond.rounded()
        engineDescription = run.engineDescription
        workloadSummary = workload.summary
        computedRows = run.golden.computedRows
    }

    /// The report for people.
    public var text: String {
        let elements = bytesWritten / MemoryLayout<Int16>.size, rows = computedRows
        let wrong = layers.reduce(0) { $0 + $1.mismatches }, others = mismatches - wrong
        let verdict = mismatches == 0
            ? "yes: all \(grouped(elements)) outputs of \(plural(rows, "row")) equal the golden model"
            : "NO: \(grouped(wrong)) of \(grouped(elements)) outputs differ, in \(grouped(mismatchedRows)) of \(plural(rows, "row"))"
                + (others > 0 ? ", and \(grouped(others)) of what goes with them" : "")
                + (wrong > 0 ? "; first:\n" : "") + firstMismatches.map(\.description).joined(separator: "\n")
        let share = lanes.flatMap { lanes in policy.map { ", \(plural(lanes, "lane")) under \($0.rawValue)" } } ?? ""
        var lines = [
            ("workload", "\(workload)\n\(workloadSummary)"),
            ("engine", "\(engineDescription), \(grouped(Int(simulatedCyclesPerSecond))) cycles/s\(share)"),
            ("bit-exact", verdict),
            ("error", errorText(rms: rmsRelativeError, max: maxRelativeToMaxV, lsb: maxErrorLSB, prunes: pruning != nil)),
            ("cycles", "\(grouped(cycles)); bound \(grouped(boundCycles)) (\(bindingResource)), "
                + "\(percent(Double(boundCycles) / Double(max(1, cycles)))) of it reached"),
            ("memory", "\(bytes(bytesRead)) read, port busy \(percent(portUtilization)); multipliers busy "
                + percent(multiplierUtilization)),
        ]
        if let memoryBytesPerCycle {
            var text = "\(memory.rawValue) at \(String(format: "%g", memoryBytesPerCycle)) bytes a cycle: bound \(grouped(memoryBoundCycles)), "
                + "\(percent(Double(memoryBoundCycles) / Double(max(1, cycles)))) of it reached"
            if let rows = rowBuffers {
                text += "\n\(grouped(rows.hits)) row hits, \(grouped(rows.misses)) misses, \(grouped(rows.conflicts)) conflicts, "
                    + "\(grouped(rows.refreshes)) refreshes"
            }
            lines.append(("timing", text))
        }
        return "\(preset) (configuration \(configHash))\n" + table(
            lines + (cascade?.lines ?? []) + (pruning?.lines ?? []) + (prefill?.lines ?? []) + quantization.lines)
    }
}
