import Accelerator
import Configuration
import GoldenModel
import PerformanceModel
import Verification

/// What a lane did in one run from reset: with one layer, or with all layers of a cascade.
public struct RunMeasurement: Sendable {
    public let layers: [LayerMeasurement]
    /// From the first request to the last output, both included; of a whole accelerator its busy cycles.
    public let cycles: Int
    public let bound: LaneBound
    /// The bound with a memory that moves no more than it does at its best.
    public let memoryBoundCycles: Int
    /// Bytes of all sectors that the requests touched.
    public let bytesMoved: Int
    /// Of a memory that has them.
    public let rowBuffers: HBM2Counts?
    /// Requests of the memory port.
    public let requests: Int
    /// Beats delivered for each plane.
    public let keyMSBBeats, keyLSBBeats, valueBeats: Int
    /// Bytes of a beat, and channels that each move one a cycle.
    public let beatBytes, channels: Int
    /// Pruned rows that are others than the golden model's, words of the final importances that differ, and one if other keys
    /// than those of the kept lists were read; of a whole accelerator as in `CascadeSummary`.
    public let differentDecisions: Int

    public var beats: Int { keyMSBBeats + keyLSBBeats + valueBeats }

    init(
        _ layers: [LayerMeasurement], cycles: Int, traffic: MemoryModel.Traffic, bound: LaneBound, _ runner: LaneRunner,
        differentDecisions: Int = 0
    ) {
        self.layers = layers
        self.cycles = cycles
        self.bound = bound
        memoryBoundCycles = bound.cycles(bytesPerCycle: runner.memory.bytesPerCycle)
        bytesMoved = traffic.bytesMoved
        rowBuffers = traffic.rowBuffers
        requests = traffic.requests
        keyMSBBeats = traffic.beats[MemoryPort.Tag.keyMSB.rawValue]
        keyLSBBeats = traffic.beats[MemoryPort.Tag.keyLSB.rawValue]
        valueBeats = traffic.beats[MemoryPort.Tag.value.rawValue]
        (beatBytes, channels) = runner.beat
        self.differentDecisions = differentDecisions
    }
}

/// One layer of a run.
public struct LayerMeasurement: Sendable {
    /// N of the tensor names `layerN.*`.
    public let index: Int
    /// Of the run; in a cascade, from the last output of the layer before to that of this one, over all iterations; of one on a
    /// whole accelerator what its completion records say, in which layers overlap.
    public let cycles: Int
    public let boundCycles: Int
    public let comparison: OutputComparison
    /// Rows whose report of left-out masses, or whose place in their group, is not the golden model's; of launches, completion
    /// records that are wrong, and one if anything in memory but these and outputs is not as it should be.
    public let differentReports: Int

    init(
        of layer: QuantizedLayer, outputs: [[Int16]], golden: [LaneResult], cycles: Int, boundCycles: Int, differentReports: Int = 0
    ) {
        index = layer.index
        self.cycles = cycles
        self.boundCycles = boundCycles
        comparison = OutputComparison(outputs, golden: golden, of: layer)
        self.differentReports = differentReports
    }
}

extension GoldenRun {
    /// Runs a layer by itself.
    func measure(_ index: Int, on runner: LaneRunner) throws -> RunMeasurement {
        let layer = workload.layers[index], golden = results[index]
        func measurement(
            _ outputs: [[Int16]], _ cycles: Int, _ traffic: MemoryModel.Traffic, _ bound: LaneBound, differentReports: Int = 0
        ) -> RunMeasurement {
            let measured = LayerMeasurement(
                of: layer, outputs: outputs, golden: golden, cycles: cycles, boundCycles: bound.cycles, differentReports: differentReports)
            return RunMeasurement([measured], cycles: cycles, traffic: traffic, bound: bound, runner)
        }
        switch workload.kind {
        case .cascade, .system:
            preconditionFailure("the layers of a cascade are one run")
        case .dense:
            let result = try runner.run(layer.program)
            return measurement(result.outputs, result.cycles, result.traffic, LaneBound(layer, of: workload))
        case .prunes(let reduction):
            let program = try SpAttenProgram(layer, expecting: pruned[index], settings: workload.settings, reduction)
            let outcome = try runner.run(program)
            return measurement(
                outcome.outputs, outcome.cycles, outcome.traffic, program.bound.lane,
                differentReports: zip(outcome.reports, program.expected).count { $0 != $1.report })
        case .prefill(let configuration, _):
            let program = try prefillProgram(index, configuration)
            let outcome = try runner.run(program)
            return measurement(
                outcome.outputs, outcome.cycles, outcome.traffic, program.bound.lane, differentReports: outcome.wrongPlaces)
        case .cluster(let cluster):
            let program = try clusterProgram(index, cluster)
            let (result, differentReports) = try runner.run(program)
            return measurement(
                result.outputs, result.cycles, result.traffic, try program.laneBound(), differentReports: differentReports)
        case .leanSystem(let system, let cluster):
            let program = try clusterProgram(index, cluster), launches = try LaunchProgram(program, over: layer.keyValues, on: system)
            let outcome = try runner.run(launches)
            return measurement(
                program.workloadRows(outcome.outputs[0]), outcome.counters["cycles"], outcome.traffic(beatBytes: runner.beat.bytes),
                try program.laneBound(), differentReports: launches.differentReports(outcome))
        }
    }

    /// Runs all layers as a cascade.
    func measure(_ cascade: CascadeWorkload, on runner: LaneRunner) throws -> RunMeasurement {
        let program = cascade.program, outcome = try runner.run(program)
        let headSize = workload.configuration.headSize
        var outputs = workload.layers.map { layer in
            [[Int16]](repeating: [Int16](repeating: 0, count: headSize), count: layer.queries.count)
        }
        var differentReports = workload.layers.map { _ in 0 }, cycles = differentReports
        var last = outcome.firstCycle
        for (index, place) in program.computed.enumerated() {
            outputs[place.layer][place.head * workload.layers[place.layer].rows + place.iteration] = outcome.outputs[index]
            if outcome.reports[index] != program.expected[index].report { differentReports[place.layer] += 1 }
            cycles[place.layer] += outcome.lastCycles[index] - last
            last = outcome.lastCycles[index]
        }
        let layers = workload.layers.indices.map { index in
            LayerMeasurement(
                of: workload.layers[index], outputs: outputs[index], golden: results[index], cycles: cycles[index],
                boundCycles: program.bound(layer: index).cycles, differentReports: differentReports[index])
        }
        return RunMeasurement(
            layers, cycles: last - outcome.firstCycle, traffic: outcome.traffic, bound: program.bound(), runner,
            differentDecisions: outcome.differentDecisions)
    }

    /// A layer's rows as launches of a cluster.
    func clusterProgram(_ index: Int, _ run: ClusterRun) throws -> ClusterProgram {
        try ClusterProgram(
            workload.layers[index], on: run, settings: workload.settings, expecting: results[index],
            pruned: run.reduction == nil ? [] : pruned[index])
    }

    /// A layer's rows as groups of a lane for prefill.
    func prefillProgram(_ index: Int, _ configuration: PrefillConfiguration) throws -> CheckedPrefill {
        var program = try CheckedPrefill(configuration)
        try program.append(workload.layers[index], settings: workload.settings, expecting: results[index])
        return program
    }
}
