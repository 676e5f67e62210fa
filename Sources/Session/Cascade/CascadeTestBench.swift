import Configuration
import GoldenModel
import RTL
import Simulation
import Verification

extension CascadeProgram {
    /// What came out of a lane and how long it took. Rows are in the order of `computed`.
    public struct Outcome: Sendable {
        /// [rows][headSize].
        public let outputs: [[Int16]]
        public let reports: [RowReport]
        /// Of the first request less one, and of the last output of each row.
        public let firstCycle: Int
        public let lastCycles: [Int]
        /// Of all channels.
        public let traffic: MemoryModel.Traffic
        /// Keys were read of the golden model's kept lists only, and of all of them.
        public let readsKeptKeys: Bool
        /// Pruned rows that are others than the golden model's, words of saved states that differ, and one if other keys were read.
        public let differentDecisions: Int
    }

    /// Runs the program on a lane and takes whatever comes; how much must come does not depend on what the lane decides.
    ///
    /// - Parameter watch: Called in every cycle once the logic has settled.
    /// - Throws: If the lane refuses a command, reads outside its memory, stops moving, or breaks the protocol of a stream.
    public func run(
        on simulator: any Simulator, of design: Design, memory: MemoryTiming, timing: StreamTiming = .steady,
        watch: ((_ cycle: Int) throws -> Void)? = nil
    ) throws -> Outcome {
        let headSize = configuration.lane.headSize
        var scenario = try inputs(of: design, memory: memory)
        try expectStatuses(in: &scenario)
        try scenario.collect(expected.count * headSize, from: "output")
        try scenario.collect(expected.count, from: "report")
        try scenario.collect(skipped.count, from: "skipped")
        try scenario.collect(saved.count, from: "saved")
        let bench = try StreamTestBench(simulator, scenario, timing: timing)
        bench.patience += 2 * memory.latency
        bench.afterSettle = watch
        let run = try bench.run()
        let pruned = try run["skipped"].beats.map { [try $0.value("layer"), try $0.value("head")] }
        let words = try run["saved"].beats.map { try CascadeStateWord($0) }
        let traffic = run.traffic(of: configuration), cycles = run["output"].cycles
        let readsKeptKeys = try readsKeptKeys(run)
        let rowEnds = stride(from: headSize - 1, to: cycles.count, by: headSize).map { cycles[$0] }
        return Outcome(
            outputs: try run.outputRows(headSize: headSize), reports: try run.rowReports(),
            firstCycle: (traffic.firstRequestCycle ?? rowEnds.first ?? 0) - 1, lastCycles: rowEnds, traffic: traffic,
            readsKeptKeys: readsKeptKeys,
            differentDecisions: zip(pruned, skipped).count { $0 != [$1.layer, $1.head] } + zip(words, saved).count { $0 != $1 }
                + (readsKeptKeys ? 0 : 1))
    }
}
