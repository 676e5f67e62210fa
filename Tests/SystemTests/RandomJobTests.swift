import Driver
import SeededRandom
import Session
import TestSupport
import Testing
import Verification

/// Jobs of all kinds, back to back, over registers, descriptors and AXI: what is in memory afterwards, byte for byte.
@Suite struct RandomJobTests {
    @Test("1,000 random jobs without a reset between, on a memory that stalls, is late, reorders and mixes", arguments: [1, 2])
    func jobs(slots: Int) throws {
        let system = try (slots == 1 ? TestSystem.small : TestSystem.twoSlots).get()
        var random = TestSeed.generator("behaviour"), source = RandomSystemJobs(system.configuration, generator: TestSeed.generator("jobs"))
        let run = try system.run(randomBehavior(&random), registerStalls: 0.2, ringSizeLog2: 2)
        guard let done = try RandomRun("\(slots) slots", 1_000, on: run, &random, next: {
            try source.program(jobs: 40, region: TestSystem.region, firstID: $0)
        }) else { return }
        #expect(done.interrupts > 100 && !run.simulation.interrupts.isEmpty)
        #expect(done.counters["skipped_rows"] > 100 && done.counters["kept_tokens"] > 1_000)
    }

    @Test("a comparison finds one wrong bit in what is written, and one byte that nobody was to touch")
    func wrongBits() throws {
        let system = try TestSystem.small.get()
        let program = try system.shortJob(), job = program.jobs[0]
        let written = job.writes.flatMap { [($0.address, $0.what), ($0.address + $0.bytes.count - 1, $0.what)] }
        let untouched = [job.descriptor.region.address - 1, job.descriptor.region.end, TestSystem.region.end - 1]
        let cases = written + untouched.map { ($0, "outside of all regions") }
        for (address, what) in cases {
            let run = try system.run()
            try run.load(program)
            run.simulation.watch = { _ in
                // What is written last wins.
                if run.simulation.isInterrupting { run.simulation.memory.storage[address - TestSystem.base] ^= 4 }
                if run.simulation.isInterrupting { run.simulation.watch = nil }
            }
            let mismatch = #expect(throws: SystemMismatch.self) { try run.run(program.steps[0]) }
            #expect(mismatch?.address == address && mismatch?.what.hasSuffix(what) == true, "\(mismatch.map(String.init(describing:)) ?? "none")")
        }
    }
}
