import Accelerator
import Configuration
import Driver
import SeededRandom
import Session
import TestSupport
import Testing
import Verification

/// One fault after another on a device that is never reset but by its soft reset.
protocol FaultBench {
    associatedtype Job: CheckedJob
    var run: SystemRun { get }
    /// Of one job, which is a good one.
    var chain: [Job] { get }
    /// Its descriptor.
    func record() throws -> RecordWords
    /// The memory as it was at the beginning.
    func load() throws
    /// The good job, from what is in memory.
    func once() throws
    /// Everything that can be done from a memory as it was at the beginning.
    func good() throws
}

/// A change of a good record that makes it a bad one, and what is said.
struct BadField: Sendable, CustomStringConvertible {
    let field: String
    let value: Int
    var fault = SystemFault.badField
    var others: [(String, Int)] = []
    var description: String { "\(field) = \(value)" }

    /// Addresses and strides that are not aligned, and addresses beyond what there is. A region is one of bytes.
    static func unaligned(_ layout: RecordLayout, stride: Int) -> [BadField] {
        layout.fields.filter { $0.width == 64 && !$0.name.hasPrefix("region") }.flatMap {
            [BadField(field: $0.name, value: 32, fault: .misaligned), BadField(field: $0.name, value: 1 << 40, fault: .misaligned)]
        } + layout.fields.filter { $0.name.hasSuffix("_stride") }.map { BadField(field: $0.name, value: stride, fault: .misaligned) }
    }
}

extension FaultBench {
    var simulation: SystemSimulation { run.simulation }
    var job: Job { chain[0] }

    /// Gives the job, changed, and returns why it stops; nil: it is done.
    ///
    /// - Parameter bytes: Changes of the memory: other bytes at an address.
    func failure(
        bytes: (address: Int, bytes: [UInt8])? = nil, _ change: (inout RecordWords) throws -> Void = { _ in }
    ) throws -> (failure: SystemFailure?, descriptor: Int) {
        try load()
        if let bytes { try run.host.write(bytes.bytes, at: bytes.address) }
        var record = try record()
        try change(&record)
        let chain = try run.driver.submit(records: [record], next: record.value("next"))
        do {
            try run.driver.wait(for: chain, on: simulation, cycles: 200_000)
            return (nil, chain.descriptors[0])
        } catch DriverError.stopped(let failure) {
            return (failure, chain.descriptors[0])
        }
    }

    /// Resets the device and looks at what was written: bytes of the region may be anything that the job writes there.
    func reset(region: DeviceRegion? = nil) throws {
        try run.driver.softReset()
        let region = region ?? job.region
        try run.host.accept(region.bytes, at: region.address)
        try run.compare()
        #expect(simulation.isIdle)
    }

    /// An error answered to each of the bursts that the job writes.
    func writeErrors(_ bursts: Int, isRight: (SystemFailure?) -> Bool) throws {
        let memory = simulation.memory
        for index in 0..<bursts {
            memory.behavior.writeFaults = [AXIMemoryBehavior.Fault(burst: memory.writes.count + index, response: 2 + index % 2)]
            let faulty = memory.faultyWrites.count
            let (failure, _) = try failure()
            #expect(isRight(failure), "burst \(index): \(String(describing: failure))")
            if memory.faultyWrites.count > faulty { #expect(failure?.address == memory.faultyWrites[faulty].burst.address) }
            memory.behavior.writeFaults = []
            try reset()
            try good()
        }
    }

    /// A descriptor that cannot be: what is said, of which word, and that nothing is written.
    func refuses(_ bad: BadField) throws {
        let writes = simulation.memory.writes.count
        let (failure, descriptor) = try failure { record in
            try record.set(bad.field, bad.value)
            for (field, value) in bad.others { try record.set(field, value) }
        }
        #expect(failure?.fault == bad.fault, "\(String(describing: failure))")
        let place = try descriptor + 4 * (bad.fault == .refused ? 0 : record().layout[bad.field].word)
        #expect(failure?.address == place, "\(String(describing: failure)), not at \(place)")
        #expect(bad.fault == .badMagic || failure?.job == job.id)
        #expect(simulation.memory.writes.count == writes, "something was written")
        try reset()
        try good()
    }

    /// The region cut at one end, in several places: the job stops if, and only if, it has something to write outside.
    ///
    /// - Parameters:
    ///   - field: The end: `region_first` or `region_last`.
    ///   - stopped: Looks at what is said of a write outside.
    func cutsRegion(_ field: String, stopped: (SystemFailure, DeviceRegion) -> Void = { _, _ in }) throws {
        let region = job.region
        for byte in stride(from: 1, to: region.bytes, by: region.bytes / 7 | 1) {
            let cut = field == "region_first" ? DeviceRegion(address: region.address + byte, bytes: region.bytes - byte)
                : DeviceRegion(address: region.address, bytes: region.bytes - byte)
            let (failure, _) = try failure { record in
                try record.set("region_first", cut.address)
                try record.set("region_last", cut.end - 1)
            }
            // The end of the region may be where nothing is written.
            let writes = job.writes.map { $0.address..<$0.address + $0.bytes.count }
                + [job.completionAddress!..<job.completionAddress! + RecordLayout.completionRecord.bytes]
            let isOutside = writes.contains { $0.lowerBound < cut.address || $0.upperBound > cut.end }
            #expect((failure?.fault == .outsideRegion) == isOutside, "\(byte): \(String(describing: failure))")
            if let failure, isOutside { stopped(failure, cut) }
            try reset(region: cut)
        }
        try good()
    }

    /// The memory dies so many cycles after the job was given, and lives again after the watchdog has stopped it.
    ///
    /// - Parameter stopped: Called while the memory is dead.
    func losesMemory(afterCycles waits: [Int], stopped: () throws -> Void = {}) throws {
        for wait in waits {
            try load()
            let chain = try Job.submit(chain, to: run.driver)
            try simulation.step(wait)
            for port in simulation.ports { port.memory.isDead = true }
            let failure = #expect(throws: DriverError.self) { try run.driver.wait(for: chain, on: simulation, cycles: 20_000) }
            guard case .stopped(let reason)? = failure else {
                Issue.record("\(String(describing: failure)) after \(wait) cycles")
                return
            }
            #expect(reason.fault == .watchdog && reason.address == chain.descriptors[0])
            try stopped()
            for port in simulation.ports { port.memory.isDead = false }
            try reset()
            try good()
        }
    }

    /// A soft reset in cycles all over the job.
    func resetsAnywhere(_ random: inout SeededGenerator) throws {
        try load()
        let begin = simulation.cycle
        try once()
        let cycles = simulation.cycle - begin
        for wait in (0..<120).map({ $0 * cycles / 120 + random.below(cycles / 120 + 1) }) {
            try load()
            let chain = try Job.submit(chain, to: run.driver)
            try simulation.step(wait)
            try reset()
            #expect(try run.driver.isDone(chain))
            #expect(try run.driver.failure() == nil)
            if random.below(4) == 0 { try good() }
        }
        try good()
    }
}
