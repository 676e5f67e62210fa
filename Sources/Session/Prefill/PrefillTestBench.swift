import Simulation
import Verification

extension CheckedPrefill {
    /// What came out of a lane and how long it took.
    public struct Outcome: Sendable {
        /// [rows][headSize], in the order in which the rows were appended.
        public let outputs: [[Int16]]
        /// Rows that came out in another place of their group than the golden model's.
        public let wrongPlaces: Int
        /// From the first request to the last output, both included.
        public let cycles: Int
        public let traffic: MemoryModel.Traffic
    }

    /// Runs the groups on a lane and takes whatever comes.
    ///
    /// - Parameter watch: Called in every cycle once the logic has settled.
    /// - Throws: If the lane reads outside its memory, stops moving, or breaks the protocol of a stream.
    public func run(
        on simulator: any Simulator, memory: MemoryTiming, timing: StreamTiming = .steady, watch: ((_ cycle: Int) throws -> Void)? = nil
    ) throws -> Outcome {
        let headSize = configuration.lane.headSize
        var scenario = try inputs(of: simulator.ports, memory: memory, faults: [])
        try scenario.collect(rowCount * headSize, from: "output")
        let bench = try StreamTestBench(simulator, scenario, timing: timing)
        bench.patience += 2 * memory.latency + quietCycles
        bench.afterSettle = watch
        let run = try bench.run()
        let beats = try run["output"].beats.map { (try $0.value("slot"), Int16(truncatingIfNeeded: try $0.value("element"))) }
        var outputs = [[Int16]](repeating: [], count: rowCount)
        var wrongPlaces = 0
        for (index, row) in expected.enumerated() {
            let part = beats[index * headSize..<(index + 1) * headSize]
            outputs[row.row] = part.map(\.1)
            if part.contains(where: { $0.0 != row.slot }) { wrongPlaces += 1 }
        }
        let traffic = run.traffic(of: "request"), first = traffic.firstRequestCycle ?? 0
        return Outcome(
            outputs: outputs, wrongPlaces: wrongPlaces, cycles: (run["output"].cycles.last ?? first) - first + 1, traffic: traffic)
    }

    /// Nothing moves outside while the tiles in the buffers are used by all rows, nor while those that wait behind them are.
    var quietCycles: Int { 8 * configuration.residentRows * configuration.bufferTileKeys * configuration.lane.steps }
}
