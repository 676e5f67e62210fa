import Configuration
import Simulation

/// A cluster ready to be simulated: elaborated once, built once for Verilator or Icarus.
public struct ClusterModel: Sendable {
    public let configuration: ClusterConfiguration
    private let model: LaneModel

    public init(_ configuration: ClusterConfiguration, engine: Engine) throws {
        try configuration.validate()
        self.configuration = configuration
        model = try LaneModel(.cluster(configuration), engine: engine)
    }

    /// A new instance with its state random by `seed`; in Icarus it is unknown.
    public func simulator(seed: UInt64 = 1) throws -> any Simulator { try model.simulator(seed: seed) }

    /// Runs a program on a new instance and compares every element that comes out.
    ///
    /// - Throws: `ClusterRunError` with the first that differs, and what the engine throws.
    public func run(
        _ program: ClusterProgram, timing: ClusterTestBench.Timing = .init(), seed: UInt64 = 1
    ) throws -> ClusterTestBench.Result {
        try ClusterTestBench(simulator(seed: seed), program, timing: timing).run()
    }
}
