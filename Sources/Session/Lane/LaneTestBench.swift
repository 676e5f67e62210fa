import FixedPoint
import Simulation
import Verification

/// Drives a lane, whatever the engine: gives it jobs and queries, serves its memory port, collects its outputs.
public final class LaneTestBench {
    /// What came out and how long it took.
    public struct Result: Sendable {
        /// One row of `headSize` elements a job.
        public internal(set) var outputs: [[Int16]] = []
        /// From the first request to the last output, both included.
        public internal(set) var cycles = 0
        public internal(set) var traffic: MemoryModel.Traffic
    }

    private let simulator: any Simulator
    private let program: LaneProgram
    private let headSize: Int
    private let memory: MemoryModel
    private let job, query, output: StreamPort
    private let jobFields: [(PortHandle, (LaneJob) -> Int)]
    private let queryElements, element, last: PortHandle
    private var jobStalls, queryStalls, outputStalls: StallPattern
    private let patience: Int
    /// Called after each row.
    public var rowFinished: () -> Void = {}
    /// Called in each cycle, before its edge.
    public var cycleSettled: (() -> Void)?
    /// Asked in each cycle: ends the run early, with what has come out so far.
    public var isFinished: (() -> Bool)?
    private let cycleLimit: Int

    /// A lane on a memory with the same latency for every request.
    public convenience init(
        _ simulator: any Simulator, headSize: Int, program: LaneProgram, memoryLatency: Int = 100, stallSeed: UInt64? = nil,
        patience: Int = 20_000, cycleLimit: Int = .max
    ) throws {
        try self.init(
            simulator, headSize: headSize, program: program, memory: .fixed(latency: memoryLatency), stallSeed: stallSeed,
            patience: patience, cycleLimit: cycleLimit)
    }

    /// - Parameters:
    ///   - memory: How the lane's memory behaves.
    ///   - faults: What goes wrong with its beats.
    ///   - stallSeed: Random hesitation on every stream; nil: none.
    ///   - patience: Cycles without any transfer, and without beats to wait for, after which the lane counts as stuck.
    ///   - cycleLimit: Cycles after which a run fails although it moves.
    /// - Throws: `StreamPortError` if the simulator's top is no lane, `MemoryConfigurationError` for a memory that cannot be.
    public init(
        _ simulator: any Simulator, headSize: Int, program: LaneProgram, memory: MemoryTiming, faults: [MemoryFault] = [],
        stallSeed: UInt64? = nil, patience: Int = 20_000, cycleLimit: Int = .max
    ) throws {
        self.simulator = simulator
        self.program = program
        self.headSize = headSize
        let served = try StreamScenario.Memory(
            program.memory, request: "request", response: "response", timing: memory, faults: faults, among: simulator.ports)
        self.memory = MemoryModel(
            served, of: simulator, requestStalls: stallSeed.map { StallPattern(seed: $0 &+ 1, probability: 0.3) } ?? .none,
            responseStalls: stallSeed.map { StallPattern(seed: $0 &+ 2, probability: 0.3) } ?? .none)
        job = try StreamPort("job", of: simulator)
        query = try StreamPort("query", of: simulator)
        output = try StreamPort("output", of: simulator)
        let job = job
        jobFields = try LaneJob.fields.map { (try job.field($0.name), $0.value) }
        queryElements = try query.field("")
        element = try output.field("element")
        last = try output.field("last")
        jobStalls = stallSeed.map { StallPattern(seed: $0 &+ 3, probability: 0.3) } ?? .none
        queryStalls = stallSeed.map { StallPattern(seed: $0 &+ 4, probability: 0.3) } ?? .none
        outputStalls = stallSeed.map { StallPattern(seed: $0 &+ 5, probability: 0.3) } ?? .none
        self.patience = patience
        self.cycleLimit = cycleLimit
    }

    /// Runs all jobs after a reset.
    ///
    /// Throws if the lane reads outside its memory, stops moving, or ends a row at the wrong element, and what the engine
    /// itself finds amiss.
    public func run() throws -> Result {
        simulator.values.update(repeating: 0)
        simulator.applyReset()
        return try runWithoutReset()
    }

    /// Runs all jobs behind whatever ran before.
    public func runWithoutReset() throws -> Result {
        var result = Result(traffic: memory.traffic)
        var nextJob = 0, nextQuery = 0, offersJob = false, offersQuery = false
        var row: [Int16] = []
        var lastMove = simulator.cycle
        row.reserveCapacity(headSize)
        while result.outputs.count < program.jobs.count {
            let cycle = simulator.cycle
            if !offersJob, nextJob < program.jobs.count, !jobStalls.next() {
                for (field, value) in jobFields { field.value = value(program.jobs[nextJob]) }
                offersJob = true
            }
            if !offersQuery, nextQuery < program.jobs.count, !queryStalls.next() {
                queryElements.set(program.jobs[nextQuery].query, width: NumericFormats.queryBits)
                offersQuery = true
            }
            job.isValid = offersJob
            query.isValid = offersQuery
            output.isReady = !outputStalls.next()
            memory.drive(cycle: cycle)
            simulator.settle()
            cycleSettled?()
            try simulator.check()
            try memory.observe(cycle: cycle)
            if job.fires {
                nextJob += 1
                offersJob = false
            }
            if query.fires {
                nextQuery += 1
                offersQuery = false
            }
            if output.fires {
                row.append(Int16(truncatingIfNeeded: element.value))
                guard (last.value == 1) == (row.count == headSize) else {
                    throw LaneRunError.rowEndsWrongly(job: result.outputs.count, element: row.count - 1, cycle: cycle)
                }
                if row.count == headSize {
                    result.outputs.append(row)
                    row.removeAll(keepingCapacity: true)
                    rowFinished()
                }
            }
            if output.fires || job.fires || memory.lastBeatCycle == cycle { lastMove = cycle }
            guard cycle - lastMove < patience || memory.isFetching else {
                throw LaneRunError.stuck(job: result.outputs.count, cycle: cycle, patience: patience)
            }
            if let isFinished, isFinished() { break }
            guard cycle < cycleLimit else { throw LaneRunError.tooLong(job: result.outputs.count, cycle: cycle) }
            simulator.clockEdge()
        }
        result.traffic = memory.traffic
        result.cycles = simulator.cycle - (memory.firstRequestCycle ?? simulator.cycle)
        return result
    }
}

/// A lane that does not do what its streams promise.
public enum LaneRunError: Error, CustomStringConvertible {
    case rowEndsWrongly(job: Int, element: Int, cycle: Int)
    case stuck(job: Int, cycle: Int, patience: Int)
    case tooLong(job: Int, cycle: Int)

    public var description: String {
        switch self {
        case .rowEndsWrongly(let job, let element, let cycle):
            "cycle \(cycle): the lane marks the end of row \(job) wrongly at element \(element)"
        case .stuck(let job, let cycle, let patience):
            "cycle \(cycle): the lane has not moved for \(patience) cycles while row \(job) was due"
        case .tooLong(let job, let cycle):
            "cycle \(cycle): the lane still moves, but row \(job) is overdue"
        }
    }
}
