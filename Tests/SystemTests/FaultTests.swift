import Accelerator
import Configuration
import Driver
import Session
import SeededRandom
import TestSupport
import Testing
import Verification

/// What stops a job: errors on the bus, descriptors that are none, a memory that does not answer, a soft reset. The device says
/// what and where, has written nothing outside of the job's region, and does a good job right after a soft reset.
@Suite struct FaultTests {
    private final class Bench: FaultBench {
        let system: TestSystem
        let run: SystemRun
        let program: SystemProgram
        let step: SystemProgram.Step
        var chain: [SystemProgram.Job] { step.chains[0] }

        init(_ behavior: AXIMemoryBehavior = AXIMemoryBehavior(seed: 3, latency: 5...30), watchdog: Int = 20_000) throws {
            system = try TestSystem.small.get()
            run = try system.run(behavior, watchdog: watchdog)
            program = try system.shortJob()
            step = program.steps[0]
        }

        func record() throws -> RecordWords { try job.descriptor.record(for: system.configuration) }
        func load() throws { try run.load(program) }
        func once() throws { try run.run(step) }
        func good() throws { try run.run(program) }
    }

    @Test("an error in every beat that a job reads")
    func readErrors() throws {
        let bench = try Bench()
        let memory = bench.simulation.memory
        try bench.load()
        let first = memory.reads.count
        try bench.once()
        let beats = memory.reads[first...].map(\.burst.beats)
        #expect(beats.reduce(0, +) > 20)
        for (index, count) in beats.enumerated() {
            for beat in 0..<count {
                let number = memory.reads.count + index, response = 2 + (index + beat) % 2
                memory.behavior.readFaults = [AXIMemoryBehavior.Fault(burst: number, beat: beat, response: response)]
                let faulty = memory.faultyReads.count
                let (failure, _) = try bench.failure()
                #expect(memory.faultyReads.count > faulty, "burst \(index), beat \(beat) was not read")
                // Of a descriptor that has not been read nobody knows the job.
                let isKnown = index == 0 || failure?.job == bench.job.id
                #expect(failure?.fault == .readError && isKnown, "burst \(index), beat \(beat): \(String(describing: failure))")
                if memory.faultyReads.count > faulty { #expect(failure?.address == memory.faultyReads[faulty].burst.address) }
                memory.behavior.readFaults = []
                try bench.reset()
            }
            try bench.good()
        }
        try bench.good()
    }

    @Test("an error answered to every burst that a job writes")
    func writeErrors() throws {
        let bench = try Bench()
        let memory = bench.simulation.memory
        try bench.load()
        let first = memory.writes.count
        try bench.once()
        let bursts = memory.writes.count - first
        #expect(bursts > 5)
        try bench.writeErrors(bursts) { $0?.fault == .writeError }
    }

    /// What makes the job a direct one.
    private static let directFlags = [("direct", 1), ("begins_iteration", 0), ("new_sequence", 0), ("saves_state", 0), ("writes_list", 0)]

    static let badFields: [BadField] = [
        BadField(field: "magic", value: 0x4C4A_0002, fault: .badMagic), BadField(field: "magic", value: 0, fault: .badMagic),
        BadField(field: "heads", value: 0), BadField(field: "heads", value: 17), BadField(field: "layers", value: 0),
        BadField(field: "slot", value: 1), BadField(field: "key_msb_bits", value: 5), BadField(field: "key_msb_bits", value: 3),
        BadField(field: "key_msb_bits", value: 12), BadField(field: "key_lsb_bits", value: 1), BadField(field: "key_lsb_bits", value: 5),
        BadField(field: "value_bits", value: 5), BadField(field: "value_bits", value: 0), BadField(field: "tile_size", value: 5),
        BadField(field: "value_rule", value: 3),
        BadField(field: "context", value: 1_025, fault: .contextLimit), BadField(field: "context", value: 1 << 31, fault: .contextLimit),
        BadField(field: "context", value: 0), BadField(field: "begins_iteration", value: 0), BadField(field: "direct", value: 1),
        BadField(field: "given_list", value: 1), BadField(field: "restores_state", value: 1), BadField(field: "importance_mode", value: 3),
        BadField(field: "confidence", value: 1 << 24 | 1), BadField(field: "value_limit", value: 1 << 24 | 1),
        BadField(field: "value_limit", value: 1 << 16 | 1, others: [("value_rule", 1)]), BadField(field: "sink", value: 1_025),
        BadField(field: "recent", value: 1 << 31), BadField(field: "token_start", value: 1 << 16 | 1),
        BadField(field: "head_start", value: 1 << 31), BadField(field: "token_step", value: 1 << 17), BadField(field: "head_step", value: -(1 << 17) - 1),
        BadField(field: "state_tokens", value: 1_025, others: [("restores_state", 1), ("new_sequence", 0)]),
        BadField(field: "region_first", value: 1 << 40), BadField(field: "region_last", value: 1 << 63),
        BadField(field: "state_tokens", value: 5, fault: .refused, others: [("restores_state", 1), ("new_sequence", 0)]),
        BadField(field: "list_entries", value: 0, others: directFlags + [("given_list", 1)]),
        BadField(field: "list_entries", value: 1_025, others: directFlags + [("given_list", 1)]),
        BadField(field: "context", value: 524_289, fault: .contextLimit, others: directFlags),
    ] + BadField.unaligned(.jobDescriptor, stride: 32)

    @Test("descriptors that cannot be", arguments: badFields)
    func badDescriptors(_ bad: BadField) throws { try Bench().refuses(bad) }

    @Test("writes beyond the region are not made", arguments: ["region_first", "region_last"])
    func region(_ field: String) throws {
        try Bench().cutsRegion(field) { failure, cut in
            #expect(!(cut.address..<cut.end).contains(failure.address) || failure.address + 64 > cut.end)
        }
    }

    @Test("a memory that does not answer: the watchdog stops the job")
    func watchdog() throws {
        let bench = try Bench(watchdog: 700)
        try bench.losesMemory(afterCycles: [0, 20, 60, 120, 200, 300]) {
            // It cannot come to rest before what it has asked for is there.
            #expect(throws: DriverError.notDone(what: "soft_reset", tries: 50)) {
                if bench.simulation.memory.isIdle { throw DriverError.notDone(what: "soft_reset", tries: 50) }
                try bench.run.driver.softReset(tries: 50)
            }
        }
    }

    @Test("a soft reset in any cycle of a job")
    func softReset() throws {
        var random = TestSeed.generator("cycles")
        try Bench().resetsAnywhere(&random)
    }
}
