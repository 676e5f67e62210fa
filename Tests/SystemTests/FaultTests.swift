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
    /// The bench for one fault after another on a device that is never reset but by its soft reset.
    private final class Bench {
        let system: TestSystem
        let run: SystemRun
        let program: SystemProgram
        let step: SystemProgram.Step
        let job: SystemProgram.Job

        init(_ behavior: AXIMemoryBehavior = AXIMemoryBehavior(seed: 3, latency: 5...30), watchdog: Int = 20_000) throws {
            system = try TestSystem.small.get()
            run = try system.run(behavior, watchdog: watchdog)
            program = try system.shortJob()
            step = program.steps[0]
            job = step.chains[0][0]
        }

        /// The good job, from a memory as it was at the beginning.
        func good() throws {
            try run.load(program)
            for step in program.steps { try run.run(step) }
        }

        /// Gives the job, changed, and returns why it stops; nil: it is done.
        func failure(_ change: (inout RecordWords) throws -> Void = { _ in }) throws -> (failure: SystemFailure?, descriptor: Int) {
            try run.load(program)
            var record = try job.descriptor.record(for: system.configuration)
            try change(&record)
            let chain = try run.driver.submit(records: [record], next: record.value("next"))
            do {
                try run.driver.wait(for: chain, on: run.simulation, cycles: 200_000)
                return (nil, chain.descriptors[0])
            } catch DriverError.stopped(let failure) {
                return (failure, chain.descriptors[0])
            }
        }

        /// Resets the device and looks at what was written: bytes of the region may be anything that the job writes there.
        func reset(region: DeviceRegion? = nil) throws {
            try run.driver.softReset()
            let region = region ?? job.descriptor.region
            try run.host.expect(try run.host.read(region.bytes, at: region.address), at: region.address)
            try run.compare()
            #expect(run.simulation.isIdle)
        }
    }

    @Test("an error in every beat that a job reads")
    func readErrors() throws {
        let bench = try Bench()
        let memory = bench.run.simulation.memory
        try bench.run.load(bench.program)
        let first = memory.reads.count
        try bench.run.run(bench.step)
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
                let isKnown = index == 0 || failure?.job == bench.job.descriptor.id
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
        let memory = bench.run.simulation.memory
        try bench.run.load(bench.program)
        let first = memory.writes.count
        try bench.run.run(bench.step)
        let bursts = memory.writes.count - first
        #expect(bursts > 5)
        for index in 0..<bursts {
            memory.behavior.writeFaults = [AXIMemoryBehavior.Fault(burst: memory.writes.count + index, response: 2 + index % 2)]
            let faulty = memory.faultyWrites.count
            let (failure, _) = try bench.failure()
            #expect(failure?.fault == .writeError, "burst \(index): \(String(describing: failure))")
            if memory.faultyWrites.count > faulty { #expect(failure?.address == memory.faultyWrites[faulty].burst.address) }
            memory.behavior.writeFaults = []
            try bench.reset()
            try bench.good()
        }
    }

    /// A change of a good descriptor that makes it a bad one, what is said, and the word that it is said of.
    struct BadField: Sendable, CustomStringConvertible {
        let field: String
        let value: Int
        var fault = SystemFault.badField
        var others: [(String, Int)] = []
        var description: String { "\(field) = \(value)" }
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
    ] + addresses.flatMap { [BadField(field: $0, value: 32, fault: .misaligned), BadField(field: $0, value: 1 << 40, fault: .misaligned)] }
        + RecordLayout.jobDescriptor.fields.map(\.name).filter { $0.hasSuffix("_stride") }.map {
            BadField(field: $0, value: 1 << 5, fault: .misaligned)
        }

    private static let addresses = RecordLayout.jobDescriptor.fields.filter { $0.width == 64 && !$0.name.hasPrefix("region") }.map(\.name)

    @Test("descriptors that cannot be", arguments: badFields)
    func badDescriptors(_ bad: BadField) throws {
        let bench = try Bench()
        let writes = bench.run.simulation.memory.writes.count
        let (failure, descriptor) = try bench.failure { record in
            try record.set(bad.field, bad.value)
            for (field, value) in bad.others { try record.set(field, value) }
        }
        #expect(failure?.fault == bad.fault, "\(String(describing: failure))")
        let place = descriptor + 4 * (bad.fault == .refused ? 0 : RecordLayout.jobDescriptor[bad.field].word)
        #expect(failure?.address == place, "\(String(describing: failure)), not at \(place)")
        #expect(bad.fault == .badMagic || failure?.job == bench.job.descriptor.id)
        #expect(bench.run.simulation.memory.writes.count == writes, "something was written")
        try bench.reset()
        try bench.good()
    }

    @Test("writes beyond the region are not made", arguments: ["region_first", "region_last"])
    func region(_ field: String) throws {
        let bench = try Bench()
        let region = bench.job.descriptor.region
        for byte in stride(from: 1, to: region.bytes, by: region.bytes / 7 | 1) {
            let cut = field == "region_first" ? DeviceRegion(address: region.address + byte, bytes: region.bytes - byte)
                : DeviceRegion(address: region.address, bytes: region.bytes - byte)
            let (failure, _) = try bench.failure { record in
                try record.set("region_first", cut.address)
                try record.set("region_last", cut.end - 1)
            }
            // The end of the region may be where nothing is written.
            let writes = bench.job.writes.map { $0.address..<$0.address + $0.bytes.count }
                + [bench.job.descriptor.completion!..<bench.job.descriptor.completion! + 32]
            let isOutside = writes.contains { $0.lowerBound < cut.address || $0.upperBound > cut.end }
            #expect((failure?.fault == .outsideRegion) == isOutside, "\(byte): \(String(describing: failure))")
            if let failure, isOutside { #expect(!(cut.address..<cut.end).contains(failure.address) || failure.address + 64 > cut.end) }
            try bench.reset(region: cut)
        }
        try bench.good()
    }

    @Test("a memory that does not answer: the watchdog stops the job")
    func watchdog() throws {
        let bench = try Bench(watchdog: 700)
        let simulation = bench.run.simulation
        for wait in [0, 20, 60, 120, 200, 300] {
            try bench.run.load(bench.program)
            let chain = try bench.run.driver.submit(bench.step.chains[0].map(\.descriptor))
            try simulation.step(wait)
            simulation.memory.isDead = true
            let failure = #expect(throws: DriverError.self) { try bench.run.driver.wait(for: chain, on: simulation, cycles: 20_000) }
            guard case .stopped(let reason)? = failure else {
                Issue.record("\(String(describing: failure)) after \(wait) cycles")
                return
            }
            #expect(reason.fault == .watchdog && reason.address == chain.descriptors[0])
            // It cannot come to rest before what it has asked for is there.
            #expect(throws: DriverError.notDone(what: "soft_reset", tries: 50)) {
                if simulation.memory.isIdle { throw DriverError.notDone(what: "soft_reset", tries: 50) }
                try bench.run.driver.softReset(tries: 50)
            }
            simulation.memory.isDead = false
            try bench.reset()
            try bench.good()
        }
    }

    @Test("a soft reset in any cycle of a job")
    func softReset() throws {
        let bench = try Bench()
        try bench.run.load(bench.program)
        let begin = bench.run.simulation.cycle
        try bench.run.run(bench.step)
        let cycles = bench.run.simulation.cycle - begin
        var random = TestSeed.generator("cycles")
        for wait in (0..<120).map({ $0 * cycles / 120 + random.below(cycles / 120 + 1) }) {
            try bench.run.load(bench.program)
            let chain = try bench.run.driver.submit(bench.step.chains[0].map(\.descriptor))
            try bench.run.simulation.step(wait)
            try bench.reset()
            #expect(try bench.run.driver.isDone(chain))
            #expect(try bench.run.driver.failure() == nil)
            if random.below(4) == 0 { try bench.good() }
        }
        try bench.good()
    }
}
