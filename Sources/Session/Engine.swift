import Accelerator
import Configuration
import Cosimulation
import RTL
import Simulation
import Verilog

/// What runs the design.
public enum Engine: String, CaseIterable, Codable, Sendable {
    /// The emitted Verilog, compiled by Verilator and loaded into this process.
    case verilator
    /// The design itself, in this process; needs no tool.
    case native

    /// Verilator if it can be used, else the native engine.
    public static var preferred: Engine { (try? VerilatorToolchain.standard()) == nil ? .native : .verilator }
}

/// A lane ready to be simulated on one engine, as many instances as are wanted.
struct LaneSimulatorFactory: Sendable {
    let engine: Engine
    /// For the report: the tool's version and whether a model was built.
    let description: String
    private let configuration: LaneConfiguration
    private let model: VerilatorModel?

    /// Builds a Verilator model unless the cache has it.
    init(_ engine: Engine, configuration: LaneConfiguration) throws {
        self.engine = engine
        self.configuration = configuration
        switch engine {
        case .verilator:
            let toolchain = try VerilatorToolchain.standard()
            let design = try Design(Lane(lane: configuration))
            let model = try VerilatorModel.build(
                sources: VerilogEmitter().emit(design).map { VerilogSource(name: $0.name, text: $0.text) },
                top: design.top.name, ports: SimulatedPort.layout(of: design.top), toolchain: toolchain)
            self.model = model
            description = "Verilator \(toolchain.version) on the emitted Verilog"
                + (model.wasBuilt ? "" : " (model from the cache)")
        case .native:
            model = nil
            description = "the native engine"
        }
    }

    /// - Parameter seed: Of what no reset sets.
    func make(seed: UInt64) throws -> any Simulator {
        if let model { return VerilatorSimulator(model, seed: seed) }
        return NativeSimulator(try Design(Lane(lane: configuration)), seed: seed)
    }
}
