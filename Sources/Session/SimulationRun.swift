import Accelerator
import Configuration
import Cosimulation
import FixedPoint
import GoldenModel
import PerformanceModel
import RTL
import Simulation
import Verification

/// How a simulation is run.
public struct SimulationOptions: Sendable {
    public var engine: Engine
    /// Of the state that no reset sets.
    public var seed: UInt64
    public var memory: MemoryChoice
    /// Random hesitation of all streams; nil: none.
    public var stallSeed: UInt64?
    /// Nil: none. For a workload of one layer.
    public var waves: Waves?

    public enum Waves: Sendable {
        /// Takes a Value Change Dump as it grows: all signals of the native engine, the ports of others.
        case vcd(@Sendable (String) -> Void)
        /// The path of an FST file with all signals; only Verilator's.
        case fst(String)
    }

    public init(
        engine: Engine, seed: UInt64 = 1, memory: MemoryChoice = MemoryChoice(), stallSeed: UInt64? = nil,
        waves: Waves? = nil
    ) {
        self.engine = engine
        self.seed = seed
        self.memory = memory
        self.stallSeed = stallSeed
        self.waves = waves
    }
}

/// A workload through the simulated lane, every output compared with the golden model.
///
/// Each layer is a run of its own from reset, its rows back to back; layers are simulated side by side on the cores.
public struct SimulationRun: Sendable {
    public let golden: GoldenRun
    public let options: SimulationOptions
    public let memory: MemoryTiming
    /// For each layer of the workload.
    public let layers: [LayerMeasurement]
    /// For people: the engine with its version.
    public let engineDescription: String
    /// Simulated cycles over the wall time of simulation, all cores together.
    public let cyclesPerSecond: Double

    /// - Parameters:
    ///   - golden: What the lane must reproduce, and the workload.
    ///   - rowFinished: Called after each row, from any thread.
    public init(
        _ golden: GoldenRun, options: SimulationOptions, rowFinished: @escaping @Sendable () -> Void = {}
    ) throws {
        let workload = golden.workload
        let runner = try LaneRunner(workload.accelerator, options: options, rowFinished: rowFinished)
        let start = ContinuousClock.now
        let layers = try concurrentMap(count: workload.layers.count) { index in
            let layer = workload.layers[index]
            if let reduction = workload.reduction {
                let program = try SpAttenProgram(
                    layer, expecting: golden.pruned[index], settings: workload.settings, reduction)
                let outcome = try runner.run(program)
                return LayerMeasurement(
                    .init(outputs: outcome.outputs, cycles: outcome.cycles, traffic: outcome.traffic), of: layer,
                    golden: golden.results[index], bound: program.bound.lane, runner,
                    differentReports: zip(outcome.reports, program.expected).count { $0 != $1.report })
            }
            if let cluster = workload.cluster {
                let program = try ClusterProgram(
                    layer, on: cluster, settings: workload.settings, expecting: golden.results[index])
                return LayerMeasurement(
                    try runner.run(program), of: layer, golden: golden.results[index], bound: try program.laneBound(), runner)
            }
            return LayerMeasurement(
                try runner.run(layer.program), of: layer, golden: golden.results[index],
                bound: LaneBound(layer, of: workload), runner)
        }
        let seconds = start.duration(to: .now) / .seconds(1)
        self.golden = golden
        self.options = options
        memory = runner.memory
        self.layers = layers
        engineDescription = runner.description
        cyclesPerSecond = Double(layers.reduce(0) { $0 + $1.cycles }) / seconds
    }

    /// Elements that differ, and reports of rows, over all layers.
    public var mismatches: Int { layers.reduce(0) { $0 + $1.comparison.mismatches + $1.differentReports } }

    public var status: ExitStatus { mismatches == 0 ? .success : .designDiffers }
}

extension SimulationRun {
    /// Where the first layer that differs does so first, for people; nil if none differs.
    ///
    /// The native engine runs that layer again up to its first wrong row, from the same seed, and what passes between the
    /// units is compared with the golden model. If all is right there, it is the emitted Verilog or its engine that
    /// differs, and both run in lockstep.
    public func diagnosis() throws -> String? {
        // Of a cluster the rows that differ say where: head, row, element.
        guard golden.workload.cluster == nil else { return nil }
        guard let layer = layers.first(where: { $0.comparison.mismatches + $0.differentReports > 0 }),
              let position = layers.firstIndex(where: { $0.index == layer.index }),
              let memory = try? options.memory.timing(golden.workload.configuration) else { return nil }
        let workload = golden.workload, lane = workload.configuration
        if let reduction = workload.reduction {
            return try diagnosis(
                SpAttenProgram(
                    workload.layers[position], expecting: golden.pruned[position], settings: workload.settings, reduction),
                memory: memory)
        }
        guard let wrong = layer.comparison.firstMismatches.first else { return nil }
        let program = workload.layers[position].program.prefix(wrong.head * workload.layers[position].rows + wrong.row + 1)
        let design = try Design(Accelerator.Lane(lane: lane))
        if let found = try LaneDiagnosis.find(
            design, lane: lane, program: program, seed: options.seed, memory: memory, stallSeed: options.stallSeed,
            waveDirectory: FailureWaves.directory) {
            return "layer \(layer.index), \(found)"
        }
        return try Self.lockstep(
            NativeSimulator(design, seed: options.seed),
            against: try LaneModel(lane, engine: options.engine).simulator(seed: options.seed), lane: lane, program: program,
            memory: memory, stallSeed: options.stallSeed)
    }

    /// The same of a lane that prunes: the native engine runs the layer again and explains its first wrong output.
    private func diagnosis(_ program: SpAttenProgram, memory: MemoryTiming) throws -> String {
        let design = try Design(SpAttenLane(program.configuration))
        let check = StreamCheck(design, try program.scenario(of: design, memory: memory))
        do {
            try check.run(options.stallSeed.map { .random(seed: $0) } ?? .steady)
            return "the native engine agrees with the golden model"
        } catch let failure as StreamFailure {
            return "\(failure)"
        }
    }

    /// Where another engine first differs from the native one, both given the same program.
    package static func lockstep(
        _ native: NativeSimulator, against other: any Simulator, lane: LaneConfiguration, program: LaneProgram,
        memory: MemoryTiming, stallSeed: UInt64?
    ) throws -> String {
        let engines = try Lockstep(native, against: [("the engine", other)])
        do {
            _ = try LaneTestBench(
                engines, headSize: lane.headSize, program: program, memory: memory, stallSeed: stallSeed
            ).run()
            return "the native engine agrees with the golden model, and the engine with it: the fault does not show again"
        } catch let divergence as Divergence {
            return "the native engine agrees with the golden model; \(divergence) by the native engine"
        }
    }
}

/// Runs programs on the lane, whatever the engine.
private struct LaneRunner: Sendable {
    /// For people: the engine with its version.
    let description: String
    private let configuration: AcceleratorConfiguration
    private let options: SimulationOptions
    let memory: MemoryTiming
    private let rowFinished: @Sendable () -> Void
    private let model: LaneModel

    init(
        _ configuration: AcceleratorConfiguration, options: SimulationOptions, rowFinished: @escaping @Sendable () -> Void
    ) throws {
        self.configuration = configuration
        self.options = options
        memory = try options.memory.timing(configuration.lane)
        self.rowFinished = rowFinished
        let ownWaves: VerilatorOptions.Waves = if case .fst = options.waves { .fst } else { .none }
        model = try LaneModel(configuration, engine: options.engine, waves: ownWaves)
        description = model.description
    }

    /// Bytes of a beat of the memory, and how many channels move one a cycle.
    var beat: (bytes: Int, channels: Int) {
        switch configuration {
        case .lane, .prefill: (configuration.lane.portBytes, 1)
        case .cluster(let cluster): (configuration.lane.portBytes, cluster.lanes)
        case .spAtten(let configuration), .cascade(let configuration): (configuration.sectorBytes, configuration.channels)
        }
    }

    func run(_ program: LaneProgram) throws -> LaneTestBench.Result {
        let simulator = try model.simulator(seed: options.seed)
        let bench = try LaneTestBench(
            simulator, headSize: configuration.lane.headSize, program: program, memory: memory, stallSeed: options.stallSeed)
        bench.rowFinished = rowFinished
        return try withWaves(of: simulator) { sample in
            bench.cycleSettled = sample
            return try bench.run()
        }
    }

    func run(_ program: SpAttenProgram) throws -> SpAttenProgram.Outcome {
        let simulator = try model.simulator(seed: options.seed)
        let outcome = try withWaves(of: simulator) { sample in
            try program.run(
                on: simulator, of: try configuration.design(), memory: memory,
                timing: options.stallSeed.map { .random(seed: $0) } ?? .steady, watch: sample.map { sample in { _ in sample() } })
        }
        for _ in program.jobs { rowFinished() }
        return outcome
    }

    func run(_ program: ClusterProgram) throws -> LaneTestBench.Result {
        let simulator = try model.simulator(seed: options.seed)
        let bench = try ClusterTestBench(
            simulator, program, timing: .init(memories: [memory], stallSeed: options.stallSeed))
        bench.keepsOutputs = true
        let result = try withWaves(of: simulator) { sample in
            bench.cycleSettled = sample
            return try bench.run()
        }
        var outputs = [[Int16]](repeating: [], count: program.rowCount)
        for (launch, rows) in zip(program.launches, result.outputs) {
            for (number, row) in zip(program.layers[launch.layer].workloadRows, rows) { outputs[number] = row }
        }
        for _ in outputs { rowFinished() }
        return .init(
            outputs: outputs, cycles: result.cycles, traffic: result.traffic.dropFirst().reduce(result.traffic[0], +))
    }

    /// Runs a bench that calls `sample` in each cycle, with the waves that the options ask for.
    private func withWaves<Result>(of simulator: any Simulator, _ run: ((() -> Void)?) throws -> Result) throws -> Result {
        switch options.waves {
        case nil:
            return try run(nil)
        case .vcd(let write):
            let waves = VCDWriter(simulator, top: "lane", write: write)
            defer { waves.finish() }
            return try run(waves.sample)
        case .fst(let path):
            guard let simulator = simulator as? VerilatorSimulator else {
                throw SessionError.badArgument(
                    argument: "--waves", value: path, reason: "FST is what Verilator writes: choose --engine verilator or a .vcd")
            }
            try simulator.openWaves(path)
            defer { simulator.closeWaves() }
            return try run(nil)
        }
    }
}

/// What a lane did with one layer.
public struct LayerMeasurement: Sendable {
    /// N of the tensor names `layerN.*`.
    public let index: Int
    /// From the first request to the last output, both included.
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
    public let comparison: OutputComparison
    /// Rows whose report of left-out masses is not the golden model's.
    public let differentReports: Int

    public var beats: Int { keyMSBBeats + keyLSBBeats + valueBeats }

    fileprivate init(
        _ result: LaneTestBench.Result, of layer: QuantizedLayer, golden: [LaneResult], bound: LaneBound,
        _ runner: LaneRunner, differentReports: Int = 0
    ) {
        index = layer.index
        cycles = result.cycles
        self.bound = bound
        memoryBoundCycles = bound.cycles(bytesPerCycle: runner.memory.bytesPerCycle)
        bytesMoved = result.traffic.bytesMoved
        rowBuffers = result.traffic.rowBuffers
        requests = result.traffic.requests
        keyMSBBeats = result.traffic.beats[MemoryPort.Tag.keyMSB.rawValue]
        keyLSBBeats = result.traffic.beats[MemoryPort.Tag.keyLSB.rawValue]
        valueBeats = result.traffic.beats[MemoryPort.Tag.value.rawValue]
        (beatBytes, channels) = runner.beat
        comparison = OutputComparison(result.outputs, golden: golden, of: layer)
        self.differentReports = differentReports
    }
}
