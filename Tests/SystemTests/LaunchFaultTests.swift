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
    /// The bench for one fault after another on a device that is never reset but by its soft reset.
    private final class Bench {
        let system: LeanTestSystem
        let run: SystemRun
        let program: LaunchProgram
        let launch: LaunchProgram.Launch
        var simulation: SystemSimulation { run.simulation }
        static let region = DeviceRegion(address: TestSystem.region.address, bytes: 1 << 18)

        init(_ behavior: AXIMemoryBehavior = AXIMemoryBehavior(seed: 3, latency: 5...30), watchdog: Int = 20_000) throws {
            system = try LeanTestSystem.small.get()
            run = try system.run(behavior, watchdog: watchdog, region: Self.region)
            program = try system.shortLaunch()
            launch = program.chains[0][0]
        }

        /// The good launch, from a memory as it was at the beginning.
        func good() throws { try run.run(program) }

        func load() throws { try run.host.replace(with: program.image, at: program.base) }

        /// Gives the launch, changed, and returns why it stops; nil: it is done.
        ///
        /// - Parameter bytes: Changes of the memory: other bytes at an address.
        func failure(
            bytes: (address: Int, bytes: [UInt8])? = nil, _ change: (inout RecordWords) throws -> Void = { _ in }
        ) throws -> (failure: SystemFailure?, descriptor: Int) {
            try load()
            if let bytes { try run.host.write(bytes.bytes, at: bytes.address) }
            var record = try launch.descriptor.record(for: system.configuration)
            try change(&record)
            let chain = try run.driver.submit(records: [record], next: record.value("next"))
            do {
                try run.driver.wait(for: chain, on: simulation, cycles: 200_000)
                return (nil, chain.descriptors[0])
            } catch DriverError.stopped(let failure) {
                return (failure, chain.descriptors[0])
            }
        }

        /// Resets the device and looks at what was written: bytes of the region may be anything.
        func reset(region: DeviceRegion? = nil) throws {
            try run.driver.softReset()
            let region = region ?? launch.region
            try run.host.expect(try run.host.read(region.bytes, at: region.address), at: region.address)
            try run.compare()
            #expect(simulation.isIdle)
        }
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
                    let isKnown = port == 0 && index == 0 || failure?.job == bench.launch.id
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
        #expect(bursts == bench.launch.writes.count + 1)
        for index in 0..<bursts {
            memory.behavior.writeFaults = [AXIMemoryBehavior.Fault(burst: memory.writes.count + index, response: 2 + index % 2)]
            let faulty = memory.faultyWrites.count
            let (failure, _) = try bench.failure()
            #expect(failure?.fault == .writeError && failure?.job == bench.launch.id, "burst \(index): \(String(describing: failure))")
            if memory.faultyWrites.count > faulty { #expect(failure?.address == memory.faultyWrites[faulty].burst.address) }
            memory.behavior.writeFaults = []
            try bench.reset()
            try bench.good()
        }
    }

    /// A change of a good record that makes it a bad one, and what is said.
    struct BadField: Sendable, CustomStringConvertible {
        let field: String
        let value: Int
        var fault = SystemFault.badField
        var others: [(String, Int)] = []
        var description: String { "\(field) = \(value)" }
    }

    private static func unaligned(_ layout: RecordLayout) -> [BadField] {
        layout.fields.filter { $0.width == 64 && !$0.name.hasPrefix("region") }.flatMap {
            [BadField(field: $0.name, value: 32, fault: .misaligned), BadField(field: $0.name, value: 1 << 40, fault: .misaligned)]
        } + layout.fields.filter { $0.name.hasSuffix("_stride") }.map { BadField(field: $0.name, value: 96, fault: .misaligned) }
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
    ] + unaligned(.launchDescriptor)

    @Test("descriptors that cannot be", arguments: badFields)
    func badDescriptors(_ bad: BadField) throws {
        let bench = try Bench()
        let writes = bench.simulation.memory.writes.count
        let (failure, descriptor) = try bench.failure { record in
            try record.set(bad.field, bad.value)
            for (field, value) in bad.others { try record.set(field, value) }
        }
        #expect(failure?.fault == bad.fault, "\(String(describing: failure))")
        #expect(failure?.address == descriptor + 4 * RecordLayout.launchDescriptor[bad.field].word, "\(String(describing: failure))")
        #expect(bad.fault == .badMagic || failure?.job == bench.launch.id)
        #expect(bench.simulation.memory.writes.count == writes, "something was written")
        try bench.reset()
        try bench.good()
    }

    static let badRecords: [BadField] = unaligned(.sequenceRecord) + [
        BadField(field: "keys", value: 524_289, fault: .contextLimit), BadField(field: "keys", value: 1 << 31, fault: .contextLimit),
    ]

    @Test("sequence records that cannot be, the first and the last", arguments: badRecords)
    func badSequences(_ bad: BadField) throws {
        let bench = try Bench()
        let writes = bench.simulation.memory.writes.count
        for index in [0, bench.launch.descriptor.sequences - 1] {
            let place = bench.launch.descriptor.sequenceTable + index * RecordLayout.sequenceRecord.bytes
            try bench.load()
            var record = RecordWords(.sequenceRecord, try bench.run.host.read(RecordLayout.sequenceRecord.bytes, at: place))
            try record.set(bad.field, bad.value)
            let (failure, _) = try bench.failure(bytes: (place, record.bytes))
            #expect(failure?.fault == bad.fault && failure?.job == bench.launch.id, "\(String(describing: failure))")
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
            .sequenceRecord, try bench.run.host.read(RecordLayout.sequenceRecord.bytes, at: bench.launch.descriptor.sequenceTable))
        let place = sequence.value("query_table") + bench.launch.descriptor.queries.head
        var record = RecordWords(.queryRecord, try bench.run.host.read(RecordLayout.queryRecord.bytes, at: place))
        try record.set("has_sink", 1)
        try record.set("sink_weight", weight)
        let (failure, _) = try bench.failure(bytes: (place, record.bytes))
        #expect(failure?.fault == .badField && failure?.job == bench.launch.id, "\(String(describing: failure))")
        #expect(failure?.address == place + 4 * RecordLayout.queryRecord["sink_weight"].word, "\(String(describing: failure))")
        try bench.reset()
        // Without a sink nobody looks at its weight.
        try record.set("has_sink", 0)
        #expect(try bench.failure(bytes: (place, record.bytes)).failure == nil)
        try bench.reset()
        try bench.good()
    }

    @Test("writes beyond the region are not made", arguments: ["region_first", "region_last"])
    func region(_ field: String) throws {
        let bench = try Bench()
        let region = bench.launch.region
        for byte in stride(from: 1, to: region.bytes, by: region.bytes / 7 | 1) {
            let cut = field == "region_first" ? DeviceRegion(address: region.address + byte, bytes: region.bytes - byte)
                : DeviceRegion(address: region.address, bytes: region.bytes - byte)
            let (failure, _) = try bench.failure { record in
                try record.set("region_first", cut.address)
                try record.set("region_last", cut.end - 1)
            }
            let writes = bench.launch.writes.map { $0.address..<$0.address + $0.bytes.count }
                + [bench.launch.completionAddress!..<bench.launch.completionAddress! + RecordLayout.completionRecord.bytes]
            let isOutside = writes.contains { $0.lowerBound < cut.address || $0.upperBound > cut.end }
            #expect((failure?.fault == .outsideRegion) == isOutside, "\(byte): \(String(describing: failure))")
            try bench.reset(region: cut)
        }
        try bench.good()
    }

    @Test("a memory that does not answer: the watchdog stops the launch")
    func watchdog() throws {
        let bench = try Bench(watchdog: 700)
        let simulation = bench.simulation
        for wait in [0, 20, 60, 120, 300, 600] {
            try bench.load()
            let chain = try bench.run.driver.submit(launches: [bench.launch.descriptor])
            try simulation.step(wait)
            for port in simulation.ports { port.memory.isDead = true }
            let failure = #expect(throws: DriverError.self) { try bench.run.driver.wait(for: chain, on: simulation, cycles: 20_000) }
            guard case .stopped(let reason)? = failure else {
                Issue.record("\(String(describing: failure)) after \(wait) cycles")
                return
            }
            #expect(reason.fault == .watchdog && reason.address == chain.descriptors[0])
            for port in simulation.ports { port.memory.isDead = false }
            try bench.reset()
            try bench.good()
        }
    }

    @Test("a soft reset in any cycle of a launch")
    func softReset() throws {
        let bench = try Bench()
        try bench.load()
        let begin = bench.simulation.cycle
        try bench.good()
        let cycles = bench.simulation.cycle - begin
        var random = TestSeed.generator("cycles")
        for wait in (0..<120).map({ $0 * cycles / 120 + random.below(cycles / 120 + 1) }) {
            try bench.load()
            let chain = try bench.run.driver.submit(launches: [bench.launch.descriptor])
            try bench.simulation.step(wait)
            try bench.reset()
            #expect(try bench.run.driver.isDone(chain))
            #expect(try bench.run.driver.failure() == nil)
            if random.below(4) == 0 { try bench.good() }
        }
        try bench.good()
    }
}
