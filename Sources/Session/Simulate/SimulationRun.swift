import Configuration
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
/// Each layer is a run of its own from reset, its rows back to back; layers are simulated side by side on the cores. The layers
/// of a cascade are one run.
public struct SimulationRun: Sendable {
    public let golden: GoldenRun
    public let options: SimulationOptions
    public let memory: MemoryTiming
    /// One for each layer of the workload; of a cascade one with all.
    public let runs: [RunMeasurement]
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
        let runs = if case .system(let system, _, let plan) = workload.kind {
            [try golden.measure(SystemWorkload(workload, on: system, plan), on: runner)]
        } else if let cascade = golden.cascade {
            [try golden.measure(cascade, on: runner)]
        } else {
            try concurrentMap(count: workload.layers.count) { try golden.measure($0, on: runner) }
        }
        let seconds = start.duration(to: .now) / .seconds(1)
        self.golden = golden
        self.options = options
        memory = runner.memory
        self.runs = runs
        engineDescription = runner.description
        cyclesPerSecond = Double(runs.reduce(0) { $0 + $1.cycles }) / seconds
    }

    /// For each layer of the workload.
    public var layers: [LayerMeasurement] { runs.flatMap(\.layers) }

    /// Elements that differ, reports of rows, and decisions of a cascade, over all layers.
    public var mismatches: Int {
        layers.reduce(0) { $0 + $1.comparison.mismatches + $1.differentReports } + runs.reduce(0) { $0 + $1.differentDecisions }
    }

    public var status: ExitStatus { mismatches == 0 ? .success : .designDiffers }
}

extension SimulationRun {
    /// Where the first layer that differs does so first, for people; nil if none differs.
    ///
    /// The native engine runs that layer again up to its first wrong row, from the same seed, and what passes between the
    /// units is compared with the golden model. If all is right there, it is the emitted Verilog or its engine that
    /// differs, and both run in lockstep.
    public func diagnosis() throws -> String? {
        guard mismatches > 0, let memory = try? options.memory.timing(golden.workload.configuration) else { return nil }
        let workload = golden.workload, lane = workload.configuration
        let design = try workload.accelerator.design()
        if case .cascade = workload.kind, let cascade = golden.cascade { return try explained(design, cascade.program.scenario(of: design, memory: memory)) }
        guard let layer = layers.first(where: { $0.comparison.mismatches + $0.differentReports > 0 }),
              let position = layers.firstIndex(where: { $0.index == layer.index }) else { return nil }
        switch workload.kind {
        case .dense, .cascade: break
        // The rows that differ say where: head, row, element.
        case .cluster, .system, .leanSystem: return nil
        case .prunes(let reduction):
            let program = try SpAttenProgram(
                workload.layers[position], expecting: golden.pruned[position], settings: workload.settings, reduction)
            return try explained(design, program.scenario(of: design, memory: memory))
        case .prefill(let configuration, _):
            let program = try golden.prefillProgram(position, configuration)
            return try explained(
                design, program.scenario(of: SimulatedPort.layout(of: design.top), memory: memory), quietCycles: program.quietCycles)
        }
        guard let wrong = layer.comparison.firstMismatches.first else { return nil }
        let program = workload.layers[position].program.prefix(wrong.head * workload.layers[position].rows + wrong.row + 1)
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

    /// The same of another lane: the native engine runs the rows again and explains the first wrong output.
    private func explained(_ design: Design, _ scenario: StreamScenario, quietCycles: Int = 0) throws -> String {
        var check = StreamCheck(design, scenario)
        check.patience += quietCycles + 2 * memory.latency
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
