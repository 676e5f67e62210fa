import Configuration
import FixedPoint
import SeededRandom
import Simulation
import Verification

/// Drives a cluster, whatever the engine: gives it launches, answers its lanes' requests for queries and memory, compares
/// every element of every row.
///
/// Two launches may be under way: the next but one is given once all rows of a launch have come.
public final class ClusterTestBench {
    /// How long a program took.
    public struct Result: Sendable {
        /// Of each launch: the cycle in which it was taken, and that of its last element.
        public internal(set) var taken: [Int] = [], finished: [Int] = []
        /// Of each lane.
        public internal(set) var traffic: [MemoryModel.Traffic] = []
        /// Of each launch, if outputs are kept: its rows as they are numbered.
        public internal(set) var outputs: [[[Int16]]] = []
        /// Of lanes that prune, likewise: what each row left out.
        public internal(set) var reports: [[ClusterRowReport?]] = []
        /// Groups of queries that were asked for: one a segment.
        public internal(set) var segments = 0

        /// From the first request of any lane to the last element, both included.
        public var cycles: Int {
            (finished.last ?? 0) - (traffic.compactMap(\.firstRequestCycle).min() ?? 0) + 1
        }
    }

    /// How what lies around the cluster behaves.
    public struct Timing: Sendable {
        /// Of each lane in turn, beginning anew behind the last.
        public var memories: [MemoryTiming]
        /// Cycles from a request for queries to the first row.
        public var queryLatency: Int
        /// Random hesitation on every stream; nil: none.
        public var stallSeed: UInt64?
        /// A launch is given once the one before has been finished.
        public var oneAtATime: Bool

        public init(
            memories: [MemoryTiming] = [.fixed(latency: 100)], queryLatency: Int = 20, stallSeed: UInt64? = nil,
            oneAtATime: Bool = false
        ) {
            self.memories = memories
            self.queryLatency = queryLatency
            self.stallSeed = stallSeed
            self.oneAtATime = oneAtATime
        }
    }

    private let simulator: any Simulator
    private let program: ClusterProgram
    private let timing: Timing
    private let launch: LaunchPorts
    private var lanes: [ClusterLaneBench]
    private let faults: [(name: String, port: PortHandle)]
    private var rowsLeft: [Int]
    private var delivered: [[Bool]]
    private let patience: Int
    /// Rows are kept, right or wrong; else a wrong one ends the run.
    public var keepsOutputs = false
    /// Called in each cycle, before its edge.
    public var cycleSettled: (() -> Void)?
    private var noise: SeededGenerator
    private var result = Result()

    /// - Parameter patience: Cycles without any transfer after which the cluster counts as stuck.
    /// - Throws: `StreamPortError` if the simulator's top is no cluster with these lanes, `MemoryConfigurationError` for a
    ///   memory that cannot be.
    public init(_ simulator: any Simulator, _ program: ClusterProgram, timing: Timing = Timing(), patience: Int = 20_000) throws {
        self.simulator = simulator
        self.program = program
        self.timing = timing
        self.patience = patience
        func stalls(_ name: String) -> StallPattern {
            guard let seed = timing.stallSeed else { return .none }
            return StallPattern(seed: derivedSeed(seed, name), probability: 0.3)
        }
        launch = try LaunchPorts(simulator, stalls("launch"), stalls("sequences"))
        lanes = try (0..<program.configuration.lanes).map { index in
            try ClusterLaneBench(
                index, simulator, program, memory: timing.memories[index % timing.memories.count],
                queryLatency: timing.queryLatency, stalls: stalls)
        }
        faults = try ["launch_fault_valid", "merge_fault"].map { ($0, try simulator.handle($0)) }
        rowsLeft = program.launches.map { program.layers[$0.layer].rowCount }
        delivered = rowsLeft.map { [Bool](repeating: false, count: $0) }
        noise = SeededGenerator(seed: derivedSeed(timing.stallSeed ?? 1, "noise"))
    }

    /// Runs all launches after a reset, and some cycles more, in which nothing may come.
    ///
    /// - Throws: `ClusterRunError`, `MemoryModelError` if a lane reads outside the memory, and what the engine finds amiss.
    public func run() throws -> Result {
        simulator.applyReset()
        result = Result()
        result.finished = [Int](repeating: 0, count: program.launches.count)
        if keepsOutputs {
            result.outputs = rowsLeft.map { [[Int16]](repeating: [], count: $0) }
            result.reports = rowsLeft.map { [ClusterRowReport?](repeating: nil, count: $0) }
        }
        var lastMove = simulator.cycle, quietUntil = simulator.cycle
        var launchesDone = 0
        while true {
            let cycle = simulator.cycle
            let mostLaunches = launchesDone + (timing.oneAtATime ? 1 : 2)
            launch.offer(program, upTo: min(mostLaunches, program.launches.count))
            for index in lanes.indices { lanes[index].drive(cycle, &noise) }
            simulator.settle()
            cycleSettled?()
            try simulator.check()
            for fault in faults where fault.port.isSet { throw ClusterRunError.fault(fault.name, cycle: cycle) }
            var moves = launch.observe()
            if result.taken.count < launch.launchesTaken { result.taken.append(cycle) }
            for index in lanes.indices {
                if try lanes[index].observe(cycle, program, firstOpen: launchesDone, taken: launch.launchesTaken) { moves = true }
                while let row = lanes[index].finishedRow() { try finish(row, lane: index, cycle) }
            }
            while launchesDone < rowsLeft.count, rowsLeft[launchesDone] == 0 { launchesDone += 1 }
            if moves {
                lastMove = cycle
                quietUntil = cycle + 200
            }
            if launchesDone == program.launches.count, cycle >= quietUntil { break }
            guard cycle - lastMove < patience || lanes.contains(where: \.isFetching) else {
                throw ClusterRunError.stuck(
                    launch: launchesDone, rowsLeft: rowsLeft.indices.contains(launchesDone) ? rowsLeft[launchesDone] : 0,
                    cycle: cycle, patience: patience)
            }
            simulator.clockEdge()
        }
        result.traffic = lanes.map(\.traffic)
        result.segments = lanes.reduce(0) { $0 + $1.segments }
        return result
    }

    private func finish(_ row: ClusterLaneBench.Row, lane: Int, _ cycle: Int) throws {
        let layer = program.layers[program.launches[row.launch].layer]
        let number = layer.firstRow(head: row.head, sequence: row.sequence) + row.row
        guard !delivered[row.launch][number] else {
            throw ClusterRunError.repeatedRow(row.text, lane: lane, cycle: cycle)
        }
        let expected = layer.expected[number]
        if keepsOutputs {
            result.outputs[row.launch][number] = row.elements
            result.reports[row.launch][number] = row.report
        } else if let element = expected.indices.first(where: { expected[$0] != row.elements[$0] }) {
            throw ClusterRunError.wrongElement(
                row.text, element: element, was: row.elements[element], expected: expected[element], lane: lane, cycle: cycle)
        } else if let report = row.report, report != ClusterRowReport(layer.pruned[number].report) {
            throw ClusterRunError.wrongReport(
                row.text, was: report, expected: ClusterRowReport(layer.pruned[number].report), lane: lane, cycle: cycle)
        }
        delivered[row.launch][number] = true
        rowsLeft[row.launch] -= 1
        result.finished[row.launch] = cycle
    }
}

/// A cluster that does not do what it promises.
public enum ClusterRunError: Error, CustomStringConvertible {
    case wrongElement(_ row: String, element: Int, was: Int16, expected: Int16, lane: Int, cycle: Int)
    case wrongReport(_ row: String, was: ClusterRowReport, expected: ClusterRowReport, lane: Int, cycle: Int)
    case repeatedRow(_ row: String, lane: Int, cycle: Int)
    case unknownRow(_ what: String, lane: Int, cycle: Int)
    case fault(_ name: String, cycle: Int)
    case stuck(launch: Int, rowsLeft: Int, cycle: Int, patience: Int)

    public var description: String {
        switch self {
        case .wrongElement(let row, let element, let was, let expected, let lane, let cycle):
            "cycle \(cycle): lane \(lane) gives element \(element) of \(row) as \(was) instead of \(expected)"
        case .wrongReport(let row, let was, let expected, let lane, let cycle):
            "cycle \(cycle): lane \(lane) reports \(was) of \(row) instead of \(expected)"
        case .repeatedRow(let row, let lane, let cycle): "cycle \(cycle): lane \(lane) gives \(row), which has come before"
        case .unknownRow(let what, let lane, let cycle): "cycle \(cycle): lane \(lane) \(what)"
        case .fault(let name, let cycle): "cycle \(cycle): `\(name)` is set"
        case .stuck(let launch, let rowsLeft, let cycle, let patience):
            "cycle \(cycle): the cluster has not moved for \(patience) cycles while \(rowsLeft) rows of launch \(launch) were due"
        }
    }
}
