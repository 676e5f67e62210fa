import Configuration
import Simulation
import Verification

/// A lane for prefill ready to be simulated: elaborated once, built once for Verilator or Icarus.
public struct PrefillModel: Sendable {
    private let configuration: AcceleratorConfiguration
    private let model: LaneModel

    public init(_ configuration: PrefillConfiguration, engine: Engine) throws {
        try configuration.validate()
        self.configuration = .prefill(configuration)
        model = try LaneModel(self.configuration, engine: engine)
    }

    /// How long a program took.
    public struct Result: Sendable {
        /// From the first request to the last output, both included.
        public let cycles: Int
        public let traffic: MemoryModel.Traffic
    }

    /// Runs a program and compares every element that comes out.
    ///
    /// - Throws: `StreamFailure` with the first that differs, and what the engine throws.
    public func run(
        _ checked: CheckedPrefill, memory: MemoryTiming = .fixed(latency: 100), stalls: StreamTiming = .steady
    ) throws -> Result {
        let design = try configuration.design()
        var check = StreamCheck(design, try checked.scenario(of: SimulatedPort.layout(of: design.top), memory: memory))
        check.engine = { try model.simulator(seed: $1) }
        check.patience += checked.quietCycles
        let run = try check.run(stalls)
        let traffic = run.traffic(of: "request")
        let last = run["output"].cycles.last ?? 0
        return Result(cycles: last - (traffic.firstRequestCycle ?? last) + 1, traffic: traffic)
    }
}
