import Accelerator
import Configuration
import FixedPoint
import GoldenModel
import PerformanceModel
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
    /// Takes a Value Change Dump as it grows; nil: none. For a workload of one layer, on an engine in this process.
    public var waves: (@Sendable (String) -> Void)?

    public init(
        engine: Engine, seed: UInt64 = 1, memory: MemoryChoice = MemoryChoice(), stallSeed: UInt64? = nil,
        waves: (@Sendable (String) -> Void)? = nil
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

/// Runs programs on the lane, whatever the engine.
private struct LaneRunner: Sendable {
    /// For people: the engine with its version.
    let description: String
    private let configuration: LaneConfiguration
    private let options: SimulationOptions
    let memory: MemoryTiming
    private let rowFinished: @Sendable () -> Void
    /// Nil for Icarus.
    private let model: LaneModel?

    init(
        _ configuration: LaneConfiguration, options: SimulationOptions, rowFinished: @escaping @Sendable () -> Void
    ) throws {
        self.configuration = configuration
        self.options = options
        memory = try options.memory.timing(configuration)
        if options.engine == .icarus, options.memory != MemoryChoice(latency: options.memory.latency) {
            throw SessionError.badArgument(
                argument: "--engine", value: "icarus",
                reason: "its bench has a memory of fixed latency only; use --engine verilator or native")
        }
        self.rowFinished = rowFinished
        model = options.engine == .icarus ? nil : try LaneModel(configuration, engine: options.engine)
        description = model?.description ?? "Icarus Verilog on the emitted Verilog"
    }

    func run(_ program: LaneProgram) throws -> LaneTestBench.Result {
        guard let model else {
            return try IcarusLaneRun.run(
                program, lane: configuration, memoryLatency: memory.latency, stallSeed: options.stallSeed)
        }
        let simulator = try model.simulator(seed: options.seed)
        let bench = try LaneTestBench(
            simulator, headSize: configuration.headSize, program: program, memory: memory, stallSeed: options.stallSeed)
        bench.rowFinished = rowFinished
        let waves = options.waves.map { VCDWriter(simulator, top: "lane", write: $0) }
        defer { waves?.finish() }
        bench.cycleSettled = waves?.sample
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
