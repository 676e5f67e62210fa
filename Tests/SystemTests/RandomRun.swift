import Driver
import SeededRandom
import Session
import TestSupport
import Testing

/// Random programs back to back on one device without a reset between, and what they amount to.
struct RandomRun {
    let name: String
    let run: SystemRun
    private(set) var jobs = 0, interrupts = 0
    let counters: CounterSnapshot
    private let start = ContinuousClock.now

    /// Runs programs until `count` jobs are done, and compares the counters.
    ///
    /// - Parameters:
    ///   - random: Of how the memory behaves, which changes with every program, and of how the host waits.
    ///   - next: The next program, whose first job has that number.
    /// - Returns: Nil if a program has failed, which is recorded.
    init?(
        _ name: String, _ count: Int, on run: SystemRun, _ random: inout SeededGenerator, next: (_ firstID: UInt32) throws -> some CheckedSystemProgram
    ) throws {
        (self.name, self.run) = (name, run)
        while jobs < count {
            let program = try next(UInt32(jobs))
            do {
                try run.run(program, waiting: random.below(3) == 0 ? .polling : .interrupt)
            } catch {
                Issue.record("\(name): \(error), cycle \(run.simulation.cycle), \(run.simulation.memory.behavior); \(TestSeed.rerun)")
                return nil
            }
            let given = program.steps.flatMap { $0.chains.joined() }
            jobs += given.count
            interrupts += given.count(where: \.interrupts)
            run.simulation.setBehavior(randomBehavior(&random))
        }
        counters = try run.driver.counters()
        for (counter, expected) in run.expectedCounts.sorted(by: { $0.key < $1.key }) { #expect(counters[counter] == expected, "\(name): \(counter)") }
    }

    /// - Parameter what: "jobs" or "launches".
    func printFigures(of what: String) {
        let seconds = start.duration(to: .now) / .seconds(1), cycles = run.simulation.cycle
        print("\(name): \(jobs) \(what), \(counters["rows"]) rows, \(cycles) cycles, \(Int(Double(cycles) / seconds)) cycles/s")
    }
}
