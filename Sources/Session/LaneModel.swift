import Accelerator
import Configuration
import Cosimulation
import RTL
import Simulation
import Verilog

/// A lane ready to be simulated: elaborated once, built once for Verilator.
public struct LaneModel: Sendable {
    public enum Engine: String, Sendable, CaseIterable {
        case verilator, native, icarus
    }

    private let make: @Sendable (UInt64) throws -> any Simulator

    /// Elaborates the lane; for Verilator also emits and builds it, or takes the build from the cache.
    ///
    /// `icarus` runs whole vector benches instead and is refused here.
    public init(_ lane: LaneConfiguration, engine: Engine) throws {
        let design = try Design(Lane(lane: lane))
        switch engine {
        case .native:
            // Elaborated anew for each simulator: a design belongs to one thread.
            make = { NativeSimulator(try Design(Lane(lane: lane)), seed: $0) }
        case .verilator:
            let model = try VerilatorModel.build(design)
            make = { VerilatorSimulator(model, seed: $0) }
        case .icarus:
            preconditionFailure("Icarus runs vector benches")
        }
    }

    /// A new instance with its state random by `seed`.
    public func simulator(seed: UInt64) throws -> any Simulator { try make(seed) }
}
