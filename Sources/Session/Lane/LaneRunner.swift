import Configuration
import Cosimulation
import RTL
import Simulation
import Verification

/// Runs the programs of one simulation: each on an instance of its own.
package struct LaneRunner: Sendable {
    let memory: MemoryTiming
    let description: String
    private let configuration: AcceleratorConfiguration
    private let options: SimulationOptions
    private let rowFinished: @Sendable () -> Void
    private let model: LaneModel

    package init(
        _ configuration: AcceleratorConfiguration, options: SimulationOptions, rowFinished: @escaping @Sendable () -> Void
    ) throws {
        self.configuration = configuration
        self.options = options
        if let system = configuration.onBus, options.memory.kind != .fixed || options.memory.bandwidth != nil {
            let alone = switch system.jobs {
            case .layers: "cascade-d64, the lane alone, runs"
            case .launches: "lean-16-cluster, the lanes alone, runs"
            }
            throw SessionError.badArgument(
                argument: options.memory.kind == .fixed ? "--memory-bandwidth" : "--memory",
                value: options.memory.bandwidth.map(String.init) ?? options.memory.kind.rawValue,
                reason: "the AXI4 memory of a whole accelerator has a latency, and gives a beat a cycle; \(alone) on other memories")
        }
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
        case .cluster(let cluster):
            (cluster.spAtten?.sectorBytes ?? configuration.lane.portBytes, cluster.lanes * (cluster.spAtten?.channels ?? 1))
        case .spAtten(let configuration), .cascade(let configuration): (configuration.sectorBytes, configuration.channels)
        case .system(let system): (system.lane.sectorBytes, system.lane.channels * system.lanes)
        case .leanSystem(let system): (configuration.lane.portBytes, system.lanes)
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
        try streamed(rows: program.jobs.count) {
            try program.run(on: $0, of: configuration.design(), memory: memory, timing: $1, watch: $2)
        }
    }

    func run(_ program: CascadeProgram) throws -> CascadeProgram.Outcome {
        try streamed(rows: program.computed.count + program.skipped.count) {
            try program.run(on: $0, of: configuration.design(), memory: memory, timing: $1, watch: $2)
        }
    }

    func run(_ checked: CheckedPrefill) throws -> CheckedPrefill.Outcome {
        try streamed(rows: checked.rowCount) {
            try checked.run(on: $0, memory: memory, timing: $1, watch: $2)
        }
    }

    /// By the driver, on a memory behind AXI4.
    func run(_ program: some CheckedSystemProgram) throws -> SystemOutcome {
        let simulator = try model.simulator(seed: options.seed)
        return try withWaves(of: simulator) { sample in
            try SystemOutcome(
                of: program, on: simulator, latency: memory.latency, outstanding: options.memory.outstanding, stallSeed: options.stallSeed,
                prepared: { simulation in if let sample { simulation.watch = { _ in sample() } } },
                rowDone: rowFinished)
        }
    }

    /// - Returns: Also how many rows of lanes that prune have other reports than the golden model's.
    func run(_ program: ClusterProgram) throws -> (LaneTestBench.Result, differentReports: Int) {
        let simulator = try model.simulator(seed: options.seed)
        let bench = try ClusterTestBench(
            simulator, program, timing: .init(memories: [memory], stallSeed: options.stallSeed))
        bench.keepsOutputs = true
        let result = try withWaves(of: simulator) { sample in
            bench.cycleSettled = sample
            return try bench.run()
        }
        let outputs = program.workloadRows(result.outputs)
        let differentReports = zip(program.launches, result.reports).reduce(0) { sum, launch in
            sum + zip(program.layers[launch.0.layer].pruned, launch.1).count { $1 != ClusterRowReport($0.report) }
        }
        for _ in outputs { rowFinished() }
        return (.init(
            outputs: outputs, cycles: result.cycles, traffic: result.traffic.dropFirst().reduce(result.traffic[0], +)),
            differentReports)
    }

    /// A run of a bench that drives streams.
    private func streamed<Outcome>(
        rows: Int, _ run: (any Simulator, StreamTiming, ((Int) throws -> Void)?) throws -> Outcome
    ) throws -> Outcome {
        let simulator = try model.simulator(seed: options.seed)
        let outcome = try withWaves(of: simulator) { sample in
            try run(simulator, options.stallSeed.map { .random(seed: $0) } ?? .steady, sample.map { sample in { _ in sample() } })
        }
        for _ in 0..<rows { rowFinished() }
        return outcome
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
