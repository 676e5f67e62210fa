import Accelerator
import Configuration
import Cosimulation
import RTL
import Simulation

/// A cluster ready to be simulated: elaborated once, built once for Verilator or Icarus.
public struct ClusterModel: Sendable {
    public let configuration: ClusterConfiguration
    private let make: @Sendable (UInt64) throws -> any Simulator

    public init(_ configuration: ClusterConfiguration, engine: Engine) throws {
        try configuration.validate()
        self.configuration = configuration
        switch engine {
        case .native:
            // Elaborated anew for each simulator: a design belongs to one thread.
            make = { NativeSimulator(try Design(LeanCluster(cluster: configuration)), seed: $0) }
        case .verilator:
            let model = try VerilatorModel.build(try Design(LeanCluster(cluster: configuration)))
            make = { VerilatorSimulator(model, seed: $0) }
        case .icarus:
            let model = try IcarusModel.build(try Design(LeanCluster(cluster: configuration)))
            make = { _ in try IcarusSimulator(model) }
        }
    }

    /// A new instance with its state random by `seed`; in Icarus it is unknown.
    public func simulator(seed: UInt64 = 1) throws -> any Simulator { try make(seed) }

    /// Runs a program on a new instance and compares every element that comes out.
    ///
    /// - Throws: `ClusterRunError` with the first that differs, and what the engine throws.
    public func run(
        _ program: ClusterProgram, timing: ClusterTestBench.Timing = .init(), seed: UInt64 = 1
    ) throws -> ClusterTestBench.Result {
        try ClusterTestBench(try make(seed), program, timing: timing).run()
    }
}
