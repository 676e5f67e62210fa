import Configuration
import GoldenModel
import PerformanceModel
import RTL
import Simulation
import Verification

extension SpAttenProgram {
    /// What came out of a lane and how long it took.
    public struct Outcome: Sendable {
        /// One row of `headSize` elements a job.
        public let outputs: [[Int16]]
        public let reports: [RowReport]
        /// From the first request to the last output, both included.
        public let cycles: Int
        /// Of all channels.
        public let traffic: MemoryModel.Traffic
    }

    /// Runs the program on a lane and takes whatever comes.
    ///
    /// - Parameter watch: Called in every cycle once the logic has settled.
    /// - Throws: If the lane reads outside its memory, stops moving, or breaks the protocol of a stream.
    public func run(
        on simulator: any Simulator, of design: Design, memory: MemoryTiming, timing: StreamTiming = .steady,
        watch: ((_ cycle: Int) throws -> Void)? = nil
    ) throws -> Outcome {
        let headSize = configuration.lane.headSize
        var scenario = try inputs(of: design, memory: memory)
        try scenario.collect(jobs.count * headSize, from: "output")
        try scenario.collect(jobs.count, from: "report")
        let bench = try StreamTestBench(simulator, scenario, timing: timing)
        bench.patience += 2 * memory.latency
        bench.afterSettle = watch
        let run = try bench.run()
        let traffic = run.traffic(of: configuration), first = traffic.firstRequestCycle ?? 0
        return Outcome(
            outputs: try run.outputRows(headSize: headSize), reports: try run.rowReports(),
            cycles: (run["output"].cycles.last ?? first) - first + 1, traffic: traffic)
    }

    /// What a lane needs at least for these rows.
    public var bound: SpAttenBound {
        var bound = SpAttenBound(configuration: configuration)
        for (job, row) in zip(jobs, expected) {
            bound.addRow(
                .init(tokens: row.tokens, first: job.first, isRefined: row.isRefined, keepsValue: row.keepsValue),
                settings: job.settings, refine: job.pruning.refine)
        }
        return bound
    }
}
