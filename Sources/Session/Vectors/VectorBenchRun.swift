import Cosimulation

extension VectorBench {
    /// How a bench is run: its `+name=value` arguments.
    public struct Options: Sendable {
        /// Cycles from a request to its first beat, at least 1.
        public var memoryLatency = 100
        /// Each stream hesitates in so many of 64 cycles.
        public var stalls = 0
        public var seed = 1

        public init(memoryLatency: Int = 100, stalls: Int = 0, seed: Int = 1) {
            self.memoryLatency = memoryLatency
            self.stalls = stalls
            self.seed = seed
        }

        var plusArguments: [String] {
            ["latency=\(memoryLatency)", "stalls=\(stalls)", "seed=\(seed)"]
        }
    }

    /// Runs the bench on the Verilog of a lane in Icarus; `timeout` is for the run, at some 300 cycles a second.
    ///
    /// Throws `CosimulationError` if the tool is missing, rejects the text or runs too long; a FAIL is a report.
    public func runInIcarus(
        _ design: [VerilogSource], _ options: Options = Options(), timeout: Duration = .seconds(3600)
    ) throws(CosimulationError) -> VectorBenchReport {
        VectorBenchReport(try IcarusRunner().run(
            design + files, top: moduleName, plusArguments: options.plusArguments, timeout: timeout))
    }

    /// As `runInIcarus`, in a program made by Verilator: two-state, fast after half a minute of building.
    public func runInVerilator(
        _ design: [VerilogSource], _ options: Options = Options(), timeout: Duration = .seconds(3600)
    ) throws(CosimulationError) -> VectorBenchReport {
        VectorBenchReport(try VerilatorBinaryRunner().run(
            design + files, top: moduleName, plusArguments: options.plusArguments, timeout: timeout))
    }
}

/// What a vector bench printed.
public struct VectorBenchReport: Sendable, CustomStringConvertible {
    /// The line that says PASS.
    public let passed: Bool
    /// Lines that begin with MISMATCH.
    public let mismatches: [String]
    /// All it said, with the simulator's own messages.
    public let text: String

    init(_ result: ToolResult) {
        text = result.report
        let lines = result.output.split(separator: "\n")
        passed = lines.contains { $0.hasPrefix("PASS ") }
        mismatches = lines.filter { $0.hasPrefix("MISMATCH ") }.map(String.init)
    }

    public var description: String { text }
}
