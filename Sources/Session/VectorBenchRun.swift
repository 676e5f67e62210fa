import Cosimulation
import FixedPoint
import Verification

extension VectorBench {
    /// How a bench is run: its `+name=value` arguments.
    public struct Options: Sendable {
        /// Cycles from a request to its first beat, at least 1.
        public var memoryLatency = 100
        /// Each stream hesitates in so many of 64 cycles.
        public var stalls = 0
        public var seed = 1
        /// Prints the outputs instead of comparing them.
        public var observes = false

        public init(memoryLatency: Int = 100, stalls: Int = 0, seed: Int = 1, observes: Bool = false) {
            self.memoryLatency = memoryLatency
            self.stalls = stalls
            self.seed = seed
            self.observes = observes
        }

        var plusArguments: [String] {
            ["latency=\(memoryLatency)", "stalls=\(stalls)", "seed=\(seed)"] + (observes ? ["observe"] : [])
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
    private let verdict, reads: Fields
    let outputs: [Int16]

    init(_ result: ToolResult) {
        text = result.report
        let lines = result.output.split(separator: "\n")
        passed = lines.contains { $0.hasPrefix("PASS ") }
        mismatches = lines.filter { $0.hasPrefix("MISMATCH ") }.map(String.init)
        verdict = Fields(lines.last { $0.hasPrefix("PASS ") || $0.hasPrefix("OBSERVED ") })
        reads = Fields(lines.last { $0.hasPrefix("READ ") })
        outputs = lines.filter { $0.hasPrefix("OUTPUT ") }.compactMap { Int16($0.dropFirst("OUTPUT ".count)) }
    }

    /// Cycles from the first request to the last output, both included; nil unless the run came to its end.
    public var cycles: Int? { verdict["cycles"] }

    /// What passed through the memory port; nil unless the run came to its end.
    var traffic: MemoryModel.Traffic? {
        guard let requests = reads["requests"] else { return nil }
        var beats: [Int] = []
        while let count = reads["beats\(beats.count)"] { beats.append(count) }
        return MemoryModel.Traffic(
            requests: requests, beats: beats, firstRequestCycle: requests > 0 ? reads["first"] : nil,
            lastBeatCycle: requests > 0 ? reads["last"] : nil)
    }

    public var description: String { text }

    /// The `name=number` words of a line.
    private struct Fields: Sendable {
        private let words: [Substring]

        init(_ line: Substring?) { words = line?.split(separator: " ") ?? [] }

        subscript(name: String) -> Int? {
            words.first { $0.hasPrefix(name + "=") }.flatMap { Int($0.dropFirst(name.utf8.count + 1)) }
        }
    }
}
