import Accelerator
import Configuration
import Driver
import Session
import SeededRandom
import TestSupport
import Testing
import Verification

/// What stops a launch: errors on the bus, descriptors and records that are none, a memory that does not answer, a soft reset. The
/// device says what and where, has written nothing outside of the launch's region, and does a good launch right after a soft reset.
@Suite struct LaunchFaultTests {
    private final class Bench: FaultBench {
        let system: LeanTestSystem
        let run: SystemRun
        let program: LaunchProgram
        var chain: [LaunchProgram.Launch] { program.chains[0] }
        static let region = DeviceRegion(address: TestSystem.region.address, bytes: 1 << 18)

        init(_ behavior: AXIMemoryBehavior = AXIMemoryBehavior(seed: 3, latency: 5...30), watchdog: Int = 20_000) throws {
            system = try LeanTestSystem.small.get()
            run = try system.run(behavior, watchdog: watchdog, region: Self.region)
            program = try system.shortLaunch()
        }

        func record() throws -> RecordWords { try job.descriptor.record(for: system.configuration) }
        func load() throws { try run.host.replace(with: program.image, at: program.base) }
        func once() throws { try good() }
        func good() throws { try run.run(program) }
    }

    @Test("an error in beats that a launch reads, on every port")
    func readErrors() throws {
        let bench = try Bench()
        let memories = bench.simulation.ports.map(\.memory)
        try bench.load()
        let first = memories.map(\.reads.count)
        try bench.good()
        let bursts = zip(memories, first).map { memory, first in memory.reads[first...].map(\.burst.beats) }
        #expect(bursts[0].reduce(0, +) > 20 && bursts.dropFirst().allSatisfy { $0.count > 10 })
        for (port, memory) in memories.enumerated() {
            for (index, count) in bursts[port].enumerated() {
                // Every beat of what is named; of keys and values one a burst.
                for beat in port == 0 ? Array(0..<count) : [(index * 7 + port) % count] {
                    memory.behavior.readFaults = [
                        AXIMemoryBehavior.Fault(burst: memory.reads.count + index, beat: beat, response: 2 + (index + beat) % 2)]
                    let faulty = memory.faultyReads.count
                    let (failure, _) = try bench.failure()
                    #expect(memory.faultyReads.count > faulty, "port \(port), burst \(index), beat \(beat) was not read")
                    // Of a descriptor that has not been read nobody knows the launch.
                    let isKnown = port == 0 && index == 0 || failure?.job == bench.job.id
                    #expect(failure?.fault == .readError && isKnown, "port \(port), burst \(index): \(String(describing: failure))")
                    if memory.faultyReads.count > faulty { #expect(failure?.address == memory.faultyReads[faulty].burst.address) }
                    memory.behavior.readFaults = []
                    try bench.reset()
                }
                if index % 8 == 0 { try bench.good() }
            }
        }
        try bench.good()
    }

    @Test("an error answered to every burst that a launch writes")
    func writeErrors() throws {
        let bench = try Bench()
        let memory = bench.simulation.memory, first = memory.writes.count
        try bench.good()
        let bursts = memory.writes.count - first
        #expect(bursts == bench.job.writes.count + 1)
        try bench.writeErrors(bursts) { $0?.fault == .writeError && $0?.job == bench.job.id }
    }

    static let badFields: [BadField] = [
        BadField(field: "magic", value: RecordLayout.descriptorMagic, fault: .badMagic), BadField(field: "magic", value: 0, fault: .badMagic),
        BadField(field: "sequences", value: 0), BadField(field: "sequences", value: 257), BadField(field: "sequences", value: 1 << 31),
        BadField(field: "heads", value: 0), BadField(field: "heads", value: 257), BadField(field: "rows", value: 0),
        BadField(field: "rows", value: 5), BadField(field: "lanes", value: 0), BadField(field: "lanes", value: 3),
        BadField(field: "key_msb_bits", value: 5), BadField(field: "key_lsb_bits", value: 1), BadField(field: "value_bits", value: 5),
        BadField(field: "tile_size", value: 2), BadField(field: "tile_size", value: 7),
        BadField(field: "splits", value: 0, others: [("policy", 1)]),
        BadField(field: "region_first", value: 1 << 40), BadField(field: "region_last", value: 1 << 63),
    ] + BadField.unaligned(.launchDescriptor, stride: 96)

    @Test("descriptors that cannot be", arguments: badFields)
    func badDescriptors(_ bad: BadField) throws { try Bench().refuses(bad) }

    static let badRecords: [BadField] = BadField.unaligned(.sequenceRecord, stride: 96) + [
        BadField(field: "keys", value: 524_289, fault: .contextLimit), BadField(field: "keys", value: 1 << 31, fault: .contextLimit),
    ]

    @Test("sequence records that cannot be, the first and the last", arguments: badRecords)
    func badSequences(_ bad: BadField) throws {
        let bench = try Bench()
        let writes = bench.simulation.memory.writes.count
        for index in [0, bench.job.descriptor.sequences - 1] {
            let place = bench.job.descriptor.sequenceTable + index * RecordLayout.sequenceRecord.bytes
            try bench.load()
            var record = RecordWords(.sequenceRecord, try bench.run.host.read(RecordLayout.sequenceRecord.bytes, at: place))
            try record.set(bad.field, bad.value)
            let (failure, _) = try bench.failure(bytes: (place, record.bytes))
            #expect(failure?.fault == bad.fault && failure?.job == bench.job.id, "\(String(describing: failure))")
            #expect(failure?.address == place + 4 * RecordLayout.sequenceRecord[bad.field].word, "\(String(describing: failure))")
            #expect(bench.simulation.memory.writes.count == writes, "something was written")
            try bench.reset()
        }
        try bench.good()
    }

    @Test("an attention sink that is none", arguments: [0, (1 << 19) - 1, (1 << 20) + 1])
    func badSink(_ weight: Int) throws {
        let bench = try Bench()
        try bench.load()
        let sequence = RecordWords(
            .sequenceRecord, try bench.run.host.read(RecordLayout.sequenceRecord.bytes, at: bench.job.descriptor.sequenceTable))
        let place = sequence.value("query_table") + bench.job.descriptor.queries.head
        var record = RecordWords(.queryRecord, try bench.run.host.read(RecordLayout.queryRecord.bytes, at: place))
        try record.set("has_sink", 1)
        try record.set("sink_weight", weight)
        let (failure, _) = try bench.failure(bytes: (place, record.bytes))
        #expect(failure?.fault == .badField && failure?.job == bench.job.id, "\(String(describing: failure))")
        #expect(failure?.address == place + 4 * RecordLayout.queryRecord["sink_weight"].word, "\(String(describing: failure))")
        try bench.reset()
        // Without a sink nobody looks at its weight.
        try record.set("has_sink", 0)
        #expect(try bench.failure(bytes: (place, record.bytes)).failure == nil)
        try bench.reset()
        try bench.good()
    }

    @Test("writes beyond the region are not made", arguments: ["region_first", "region_last"])
    func region(_ field: String) throws { try Bench().cutsRegion(field) }

    @Test("a memory that does not answer: the watchdog stops the launch")
    func watchdog() throws { try Bench(watchdog: 700).losesMemory(afterCycles: [0, 20, 60, 120, 300, 600]) }

    @Test("a soft reset in any cycle of a launch")
    func softReset() throws {
        var random = TestSeed.generator("cycles")
        try Bench().resetsAnywhere(&random)
    }
}
