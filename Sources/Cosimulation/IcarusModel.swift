import RTL
import Simulation
import Verilog

/// A Verilog design compiled for Icarus Verilog: what four-state instances are made from.
public final class IcarusModel: Sendable {
    /// The top's ports without clocks and resets.
    public let ports: [SimulatedPort]
    public let clocks: [SimulatedClock]
    /// False: it was in the cache.
    public let wasBuilt: Bool

    let harness: IcarusHarness
    let runtime, program: String

    private init(harness: IcarusHarness, runtime: String, program: String, wasBuilt: Bool) {
        ports = harness.ports
        clocks = harness.clocks
        self.harness = harness
        self.runtime = runtime
        self.program = program
        self.wasBuilt = wasBuilt
    }

    /// Compiles, or takes from the cache, module `top` of `sources`; the arguments are those of `VerilatorModel.build`.
    ///
    /// - Throws: `missingTool`; `toolFailed` with the compiler's message; `badInterface`.
    public static func build(
        sources: [VerilogSource], top: String, ports: [SimulatedPort], clocks: [SimulatedClock],
        timeout: Duration = .seconds(600), cache: BuildCache = .standard
    ) throws(CosimulationError) -> IcarusModel {
        try checkInterface(top: top, ports: ports, clocks: clocks)
        let harness = IcarusHarness(top: top, ports: ports, clocks: clocks)
        let name = "\(top)_harness"
        let tools = try IcarusTools()
        let text = VerilogSource(name: "\(name).v", text: harness.text(named: name))
        let built = try tools.compile(sources + [text], top: name, cache: cache, timeout: timeout)
        return IcarusModel(harness: harness, runtime: tools.runtime, program: built.program, wasBuilt: built.wasBuilt)
    }

    /// The same for a module of at most one clock; nil: it has none.
    public static func build(
        sources: [VerilogSource], top: String, ports: [SimulatedPort], clock: String? = "clock", reset: String? = "reset",
        timeout: Duration = .seconds(600), cache: BuildCache = .standard
    ) throws(CosimulationError) -> IcarusModel {
        try build(
            sources: sources, top: top, ports: ports, clocks: clock.map { [SimulatedClock(name: $0, reset: reset)] } ?? [],
            timeout: timeout, cache: cache)
    }

    /// Emits `design` as portable Verilog and compiles it.
    public static func build(_ design: Design, cache: BuildCache = .standard) throws(CosimulationError) -> IcarusModel {
        let files = VerilogEmitter().emit(design)
        return try build(
            sources: files.map(VerilogSource.init), top: files[files.count - 1].moduleName,
            ports: SimulatedPort.layout(of: design.top),
            clocks: SimulatedClock.list(of: design.top), cache: cache)
    }
}
