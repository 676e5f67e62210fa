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
        let runner = try LaneRunner(workload.configuration, options: options, rowFinished: rowFinished)
        let start = ContinuousClock.now
        let layers = try concurrentMap(count: workload.layers.count) { index in
            LayerMeasurement(
                try runner.run(workload.layers[index].program), of: workload.layers[index],
                golden: golden.results[index], workload: workload, memory: runner.memory)
        }
        let seconds = start.duration(to: .now) / .seconds(1)
        self.golden = golden
        self.options = options
        memory = runner.memory
        self.layers = layers
        engineDescription = runner.description
        cyclesPerSecond = Double(layers.reduce(0) { $0 + $1.cycles }) / seconds
    }

    /// Elements that differ, over all layers.
    public var mismatches: Int { layers.reduce(0) { $0 + $1.comparison.mismatches } }

    public var status: ExitStatus { mismatches == 0 ? .success : .designDiffers }
}

extension SimulationRun {
    /// Where the first layer that differs does so first, for people; nil if none differs.
    ///
    /// The native engine runs that layer again up to its first wrong row, from the same seed, and what passes between the
    /// units is compared with the golden model. If all is right there, it is the emitted Verilog or its engine that
    /// differs, and both run in lockstep.
    public func diagnosis() throws -> String? {
        guard let layer = layers.first(where: { $0.comparison.mismatches > 0 }),
              let position = layers.firstIndex(where: { $0.index == layer.index }),
              let wrong = layer.comparison.firstMismatches.first else { return nil }
        let workload = golden.workload, lane = workload.configuration
        let program = workload.layers[position].program.prefix(wrong.head * workload.layers[position].rows + wrong.row + 1)
        let memory = try options.memory.timing(lane)
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
    private let configuration: LaneConfiguration
    private let options: SimulationOptions
    let memory: MemoryTiming
    private let rowFinished: @Sendable () -> Void
    private let model: LaneModel

    init(
        _ configuration: LaneConfiguration, options: SimulationOptions, rowFinished: @escaping @Sendable () -> Void
    ) throws {
        self.configuration = configuration
        self.options = options
        memory = try options.memory.timing(configuration)
        self.rowFinished = rowFinished
        let ownWaves: VerilatorOptions.Waves = if case .fst = options.waves { .fst } else { .none }
        model = try LaneModel(configuration, engine: options.engine, waves: ownWaves)
        description = model.description
    }

    func run(_ program: LaneProgram) throws -> LaneTestBench.Result {
        let simulator = try model.simulator(seed: options.seed)
        let bench = try LaneTestBench(
            simulator, headSize: configuration.headSize, program: program, memory: memory, stallSeed: options.stallSeed)
        bench.rowFinished = rowFinished
        switch options.waves {
        case nil: break
        case .vcd(let write):
            let waves = VCDWriter(simulator, top: "lane", write: write)
            bench.cycleSettled = waves.sample
            defer { waves.finish() }
            return try bench.run()
        case .fst(let path):
            guard let simulator = simulator as? VerilatorSimulator else {
                throw SessionError.badArgument(
                    argument: "--waves", value: path, reason: "FST is what Verilator writes: choose --engine verilator or a .vcd")
            }
            try simulator.openWaves(path)
            defer { simulator.closeWaves() }
            return try bench.run()
        }
        return try bench.run()
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
    public let comparison: OutputComparison

    public var beats: Int { keyMSBBeats + keyLSBBeats + valueBeats }

    init(
        _ result: LaneTestBench.Result, of layer: QuantizedLayer, golden: [LaneResult], workload: LaneWorkload,
        memory: MemoryTiming
    ) {
        index = layer.index
        cycles = result.cycles
        bound = LaneBound(layer, of: workload)
        memoryBoundCycles = bound.cycles(bytesPerCycle: memory.bytesPerCycle)
        bytesMoved = result.traffic.bytesMoved
        rowBuffers = result.traffic.rowBuffers
        requests = result.traffic.requests
        keyMSBBeats = result.traffic.beats[MemoryPort.Tag.keyMSB.rawValue]
        keyLSBBeats = result.traffic.beats[MemoryPort.Tag.keyLSB.rawValue]
        valueBeats = result.traffic.beats[MemoryPort.Tag.value.rawValue]
        comparison = OutputComparison(result.outputs, golden: golden, of: layer)
    }
}
