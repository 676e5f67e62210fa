import Accelerator
import Configuration
import Cosimulation
import RTL
import Simulation

/// A lane of any kind ready to be simulated: elaborated once, built once for Verilator.
public struct LaneModel: Sendable {
    /// For people: the engine, with its version.
    public let description: String
    private let make: @Sendable (UInt64) throws -> any Simulator

    /// Elaborates the lane; for Verilator and Icarus also emits and builds it, or takes the build from the cache.
    ///
    /// - Parameter waves: what simulators can write by themselves; only Verilator's.
    public init(
        _ configuration: AcceleratorConfiguration, engine: Engine, waves: VerilatorOptions.Waves = .none
    ) throws {
        let design = try configuration.design()
        switch engine {
        case .native:
            // Elaborated anew for each simulator: a design belongs to one thread.
            make = { NativeSimulator(try configuration.design(), seed: $0) }
            description = "the native engine"
        case .verilator:
            let model = try VerilatorModel.build(design, options: VerilatorOptions(waves: waves))
            let version = try VerilatorToolchain.standard().version
            make = { VerilatorSimulator(model, seed: $0) }
            description = "Verilator \(version) on the emitted Verilog" + (model.wasBuilt ? "" : ", built before")
        case .icarus:
            let model = try IcarusModel.build(design)
            make = { _ in try IcarusSimulator(model) }
            description = "Icarus Verilog on the emitted Verilog" + (model.wasBuilt ? "" : ", built before")
        }
    }

    /// A dense lane.
    public init(_ lane: LaneConfiguration, engine: Engine, waves: VerilatorOptions.Waves = .none) throws {
        try self.init(.lane(lane), engine: engine, waves: waves)
    }

    /// A new instance with its state random by `seed`; in Icarus it is unknown.
    public func simulator(seed: UInt64) throws -> any Simulator { try make(seed) }
}
