import Accelerator
import Configuration
import Cosimulation
import FixedPoint
import RTL
import Verification
import Verilog

/// Rows through the Verilog of a lane in Icarus: slow, but four-state, so what depends on an unreset register or an
/// unwritten memory is found. The engine is the vector bench, which then observes instead of comparing.
public enum IcarusLaneRun {
    /// As `LaneTestBench.run()`: all jobs of `program`, after a reset.
    ///
    /// - Parameters:
    ///   - stallSeed: Random hesitation on every stream; nil: none.
    ///   - timeout: the tool makes some 300 cycles a second of a lane of 64 + 64 multipliers.
    /// - Throws: `LaneBenchFailure` if an output is unknown, a stream is not kept to, or nothing moves;
    ///   `CosimulationError` of the tool; `ElaborationError`.
    public static func run(
        _ program: LaneProgram, lane: LaneConfiguration, memoryLatency: Int = 100, stallSeed: UInt64? = nil,
        timeout: Duration = .seconds(3600)
    ) throws -> LaneTestBench.Result {
        if program.jobs.isEmpty { return LaneTestBench.Result(traffic: .init(beats: [0, 0, 0, 0])) }
        let design = try Design(Accelerator.Lane(lane: lane))
        let bench = VectorBench(name: "lane", design: design, lane: lane, program: program, expected: [])
        var options = VectorBench.Options(memoryLatency: memoryLatency, observes: true)
        if let stallSeed {
            options.stalls = 20
            options.seed = Int(truncatingIfNeeded: stallSeed & 0x3fff_ffff)
        }
        let verilog = VerilogEmitter().emit(design).map { VerilogSource(name: $0.name, text: $0.text) }
        let report = try bench.runInIcarus(verilog, options, timeout: timeout)
        guard let cycles = report.cycles, let traffic = report.traffic,
              report.outputs.count == program.jobs.count * lane.headSize
        else { throw LaneBenchFailure(report: report.text) }
        var result = LaneTestBench.Result(traffic: MemoryModel.Traffic(
            requests: traffic.requests, beats: traffic.beats, firstRequestCycle: traffic.firstRequestCycle,
            lastBeatCycle: traffic.lastBeatCycle, bytesMoved: traffic.totalBeats * lane.portBytes))
        result.cycles = cycles
        result.outputs = stride(from: 0, to: report.outputs.count, by: lane.headSize).map {
            Array(report.outputs[$0..<$0 + lane.headSize])
        }
        return result
    }
}

/// A bench that did not come to its end; it says why in the line before FAIL.
public struct LaneBenchFailure: Error, CustomStringConvertible {
    /// All that the bench printed but the outputs.
    public let report: String

    init(report: String) {
        self.report = report.split(separator: "\n").filter { !$0.hasPrefix("OUTPUT ") }.joined(separator: "\n")
    }

    public var description: String { "the lane's bench failed in Icarus:\n\(report)" }
}
