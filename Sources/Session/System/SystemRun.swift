import Accelerator
import Configuration
import Driver
import Verification

/// Bytes in memory that are not what the golden model says, or that nobody was to touch.
public struct SystemMismatch: Error, CustomStringConvertible {
    public let address: Int
    /// "job 7: output of head 3", or that no job was to write there.
    public let what: String
    public let expected, found: [UInt8]

    public var description: String {
        func text(_ bytes: [UInt8]) -> String { bytes.map { String($0, radix: 16) }.joined(separator: " ") }
        return "0x\(String(address, radix: 16)), \(what): \(text(found)) instead of \(text(expected))"
    }
}

/// Runs programs on a simulated system by its driver, and compares all of its memory.
public final class SystemRun {
    public enum Waiting: Sendable {
        case polling, interrupt
    }

    public let simulation: SystemSimulation
    public let driver: LeanSpAttenDriver
    public let host: HostMemory
    /// Of what has run, for comparison with the counters: by their names.
    public private(set) var expectedCounts: [String: Int] = [:]
    /// The completion records of the last step that has run, in order of the jobs that have one.
    public private(set) var completions: [CompletionRecord] = []

    /// Starts the device; ring and descriptors lie in `workspace`, of which the programs must keep off.
    public init(
        _ simulation: SystemSimulation, workspace: DeviceRegion, ringSizeLog2: Int = 4, watchdog: Int = 0,
        interrupts: InterruptCauses = .all
    ) throws {
        self.simulation = simulation
        host = HostMemory(simulation.memory)
        driver = try simulation.driver(workspace: workspace, through: host)
        try driver.start(ringSizeLog2: ringSizeLog2, watchdog: watchdog, interrupts: interrupts)
    }

    /// Runs all steps of a program, whose image is put into the memory before.
    ///
    /// - Throws: `SystemMismatch`, `DriverError` if the device stops or does not come to an end, `AXIViolation`.
    public func run(_ program: some CheckedSystemProgram, waiting: Waiting = .interrupt) throws {
        try load(program)
        for step in program.steps { try run(step, waiting: waiting) }
    }

    public func load(_ program: some CheckedSystemProgram) throws { try host.replace(with: program.image, at: program.base) }

    public func run<Job>(_ step: SystemStep<Job>, waiting: Waiting = .interrupt) throws {
        try complete(step, waiting: waiting)
        try finish(step.chains.flatMap { $0 })
    }

    /// Runs a step, whatever comes of it. Chains are given as long as the ring has room.
    func complete<Job>(_ step: SystemStep<Job>, waiting: Waiting = .interrupt) throws {
        for write in step.hostWrites { try host.write(write.bytes, at: write.address) }
        try give(step.chains, waiting: waiting)
    }

    private func give<Job: CheckedJob>(_ chains: [[Job]], waiting: Waiting) throws {
        var given: [LeanSpAttenDriver.Chain] = []
        for chain in chains {
            do {
                given.append(try Job.submit(chain, to: driver))
            } catch DriverError.ringFull {
                if let oldest = try given.first(where: { try !driver.isDone($0) }) { try wait(for: oldest, waiting) }
                given.append(try Job.submit(chain, to: driver))
            }
        }
        if let last = given.last { try wait(for: last, waiting) }
    }

    private func wait(for chain: LeanSpAttenDriver.Chain, _ waiting: Waiting) throws {
        switch waiting {
        case .polling: try driver.wait(for: chain)
        case .interrupt: try driver.wait(for: chain, on: simulation)
        }
    }

    /// Compares the memory after jobs that are done.
    public func finish(_ jobs: [some CheckedJob]) throws {
        try expect(jobs)
        try compare(jobs)
    }

    /// What jobs that are done should have written.
    func expect(_ jobs: [some CheckedJob]) throws {
        completions = []
        for job in jobs {
            for write in job.writes { try host.expect(write.bytes, at: write.address) }
            var counts = [("jobs", 1), ("rows", job.completion.rows), ("skipped_rows", job.completion.skippedRows)]
            counts.append(("kept_tokens", job.completion.keptTokens))
            for (name, count) in counts { expectedCounts[name, default: 0] += count }
            guard let place = job.completionAddress else { continue }
            var record = job.completion
            // How long it took nobody can say beforehand.
            let found = RecordWords(.completionRecord, try host.read(RecordLayout.completionRecord.bytes, at: place))
            record.cycles = found.value("cycles")
            try host.expect(try record.bytes(), at: place)
            completions.append(record)
        }
    }

    /// - Throws: The first of the differences.
    public func compare() throws { try compare([SystemProgram.Job]()) }

    /// - Throws: Likewise; says of which of the jobs.
    public func compare(_ jobs: [some CheckedJob]) throws {
        guard let address = host.differences(limit: 1).first else { return }
        let index = address - simulation.memory.base, end = min(index + 8, host.expected.count)
        throw SystemMismatch(
            address: address, what: owner(of: address, jobs), expected: Array(host.expected[index..<end]),
            found: [UInt8](simulation.memory.storage[index..<end]))
    }

    private func owner(of address: Int, _ jobs: [some CheckedJob]) -> String {
        for job in jobs {
            let name = "job \(job.id)"
            for write in job.writes where (write.address..<write.address + write.bytes.count).contains(address) {
                return "\(name): \(write.what)"
            }
            if let place = job.completionAddress, (place..<place + RecordLayout.completionRecord.bytes).contains(address) {
                return "\(name): completion record"
            }
        }
        for job in jobs where job.region.range.contains(address) {
            return "in the region of job \(job.id), where it has nothing to write"
        }
        return "outside of all regions"
    }
}
