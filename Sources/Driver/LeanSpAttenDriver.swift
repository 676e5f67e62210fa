import Blocks
import Configuration

/// What has happened since it was last acknowledged.
public struct InterruptCauses: OptionSet, Hashable, Sendable {
    public let rawValue: UInt32

    public init(rawValue: UInt32) { self.rawValue = rawValue }

    /// A job whose descriptor asks for it is done.
    public static let jobDone = InterruptCauses(rawValue: 1)
    /// All chains are done.
    public static let ringEmpty = InterruptCauses(rawValue: 2)
    public static let error = InterruptCauses(rawValue: 4)
    public static let all: InterruptCauses = [.jobDone, .ringEmpty, .error]
}

/// Numbers that the accelerator has counted, as of one moment.
public struct CounterSnapshot: Hashable, Sendable {
    /// In the order of the registers.
    public let counters: [(name: String, value: UInt64)]

    /// - Precondition: there is such a counter.
    public subscript(name: String) -> Int {
        guard let counter = counters.first(where: { $0.name == name }) else { preconditionFailure("there is no counter \(name)") }
        return Int(counter.value)
    }

    public static func == (left: CounterSnapshot, right: CounterSnapshot) -> Bool {
        left.counters.elementsEqual(right.counters) { $0 == $1 }
    }

    public func hash(into hasher: inout Hasher) { for counter in counters { hasher.combine(counter.value) } }
}

/// Runs jobs on a `LeanSpAtten`: sets it up, gives it chains of jobs, waits for them and says what went wrong.
///
/// One driver a device; calls from one thread at a time.
public final class LeanSpAttenDriver {
    /// Chains of jobs that were given, in order.
    public struct Chain: Hashable, Sendable {
        /// Among all that this driver has given.
        public let number: Int
        /// Addresses of its descriptors, in order.
        public let descriptors: [Int]
    }

    /// Of the ring, while it is set up.
    private struct Ring {
        let region: DeviceRegion
        let slots: Int
    }

    public let configuration: any BusConfiguration
    private let registers: RegisterFile
    private let memory: any DeviceMemory
    private let counterNames: [String]
    private var allocator: DeviceAllocator
    private var ring: Ring?
    private var isEnabled = false
    /// Chains given and done, and descriptors outside of the ring by the chains that have them.
    private var given = 0, done = 0
    private var chained: [(chain: Int, region: DeviceRegion)] = []

    private static let indexMask = 0xFFFF

    /// Finds the device and checks that it is what the driver was told.
    ///
    /// - Parameters:
    ///   - map: Its registers.
    ///   - counters: Names of the counters among them, without `_low` and `_high`.
    ///   - workspace: Memory for ring and descriptors, for the driver alone.
    /// - Throws: `notThere`, `wrongVersion`, `otherConfiguration`; what bus and memory throw.
    public init(
        _ bus: any RegisterBus, memory: any DeviceMemory, configuration: any BusConfiguration, map: RegisterMap, counters: [String],
        workspace: DeviceRegion
    ) throws {
        registers = RegisterFile(bus, map)
        self.memory = memory
        self.configuration = configuration
        counterNames = counters
        allocator = try DeviceAllocator(workspace)
        let identification = try registers.read("id"), expected = registers.constant("id")
        guard identification == expected else { throw DriverError.notThere(identification: identification, expected: expected) }
        let version = try registers.read("version"), needed = registers.constant("version")
        guard version >> 16 == needed >> 16, version >= needed else { throw DriverError.wrongVersion(found: version, needed: needed) }
        let hash = try registers.readPair("config_hash")
        guard hash == configuration.configHash else {
            throw DriverError.otherConfiguration(
                found: hash, expected: configuration.configHash, parameters: configuration.canonicalText)
        }
    }

    // MARK: Setting up

    /// Makes a ring of `2^sizeLog2` slots, forgets what there was, and starts.
    ///
    /// - Parameters:
    ///   - watchdog: Cycles without progress after which a job fails; 0: never.
    ///   - interrupts: What raises the interrupt.
    /// - Throws: `badRing`, `outOfMemory`, `notDone` if the device does not come to rest.
    public func start(ringSizeLog2 sizeLog2: Int = 4, watchdog: Int = 0, interrupts: InterruptCauses = .all) throws {
        guard (0...15).contains(sizeLog2) else { throw DriverError.badRing(reason: "2^\(sizeLog2) slots: use 2^0 to 2^15") }
        if let ring { allocator.release(ring.region) }
        let slots = 1 << sizeLog2
        let region = try allocator.allocate(slots * RecordLayout.ringSlotBytes)
        ring = Ring(region: region, slots: slots)
        try registers.write("ring_base_low", word: UInt32(truncatingIfNeeded: region.address))
        try registers.write("ring_base_high", ["value": region.address >> 32])
        try registers.write("ring_size", ["log2": sizeLog2])
        try registers.write("watchdog", ["cycles": watchdog])
        try registers.write("irq_enable", word: interrupts.rawValue)
        try softReset()
        isEnabled = true
        try writeControl([:])
    }

    /// Bursts that may be outstanding at a time, up to what was built.
    public func limitOutstanding(reads: Int, writes: Int) throws {
        try registers.write("outstanding", ["reads": reads, "writes": writes])
    }

    /// `enable` keeps what it is; the others are pulses.
    private func writeControl(_ pulses: KeyValuePairs<String, Int>) throws {
        var word: UInt32 = isEnabled ? 1 : 0
        for (name, value) in pulses where value != 0 {
            word |= registers.map.registers.first { $0.name == "control" }!.fields.first { $0.name == name }!.mask
        }
        try registers.write("control", word: word)
    }

    // MARK: Jobs

    /// Gives a chain of jobs, which run one after another, behind all that were given.
    ///
    /// - Throws: `ringFull`, `emptyChain`, `outOfMemory` for more descriptors than the workspace holds; `unsupported` if the
    ///   accelerator takes launches; as `JobDescriptor.record(for:)`.
    @discardableResult
    public func submit(_ jobs: [JobDescriptor]) throws -> Chain {
        guard let system = configuration as? SystemConfiguration else {
            throw DriverError.unsupported(what: "a job of one sequence on a cluster", remedy: "give launches")
        }
        return try submit(records: try jobs.map { try $0.record(for: system) })
    }

    /// Gives a chain of launches, which begin one after another, behind all that were given.
    ///
    /// - Throws: As for jobs.
    @discardableResult
    public func submit(launches: [LaunchDescriptor]) throws -> Chain {
        guard let system = configuration as? LeanSystemConfiguration else {
            throw DriverError.unsupported(what: "a launch on lanes with a cascade", remedy: "give jobs")
        }
        return try submit(records: try launches.map { try $0.record(for: system) })
    }

    /// The same with descriptors as they are to lie in memory, but for `next`; that of the last is given.
    @discardableResult
    package func submit(records: [RecordWords], next: Int = 0) throws -> Chain {
        guard let ring else { throw DriverError.badRing(reason: "there is none: call start first") }
        guard !records.isEmpty else { throw DriverError.emptyChain }
        if given - done == ring.slots { try refresh() }
        guard given - done < ring.slots else { throw DriverError.ringFull(slots: ring.slots) }
        let step = DeviceAllocator.rounded(RecordLayout.jobDescriptor.bytes)
        var places = [ring.region.address + given % ring.slots * RecordLayout.ringSlotBytes]
        if records.count > 1 {
            let region = try allocator.allocate((records.count - 1) * step)
            chained.append((given, region))
            places += (0..<records.count - 1).map { region.address + $0 * step }
        }
        for (index, var record) in records.enumerated() {
            try record.set("next", index + 1 < records.count ? places[index + 1] : next)
            try memory.write(record.bytes, at: places[index])
        }
        let chain = Chain(number: given, descriptors: places)
        given += 1
        try registers.write("doorbell", ["tail": given & Self.indexMask])
        return chain
    }

    /// Whether a chain is done, from what the device says now.
    public func isDone(_ chain: Chain) throws -> Bool {
        if done <= chain.number { try refresh() }
        return done > chain.number
    }

    /// Chains that were given and are not done.
    public func pending() throws -> Int {
        try refresh()
        return given - done
    }

    /// Reads the ring's head.
    private func refresh() throws {
        done += (try registers.read("ring_head", "index") - done) & Self.indexMask
        forgetChained()
    }

    private func forgetChained() {
        for (chain, region) in chained where chain < done { allocator.release(region) }
        chained.removeAll { $0.chain < done }
    }

    /// Polls until a chain is done.
    ///
    /// - Parameter tries: Times that the registers are read.
    /// - Throws: `stopped` with the error of the device, `notDone`.
    public func wait(for chain: Chain, tries: Int = 1_000_000) throws {
        for _ in 0..<tries {
            if try isDone(chain) { return }
            try throwError()
        }
        throw DriverError.notDone(what: "chain \(chain.number)", tries: tries)
    }

    /// Sleeps until the interrupt says that a chain is done.
    ///
    /// - Parameter cycles: Of the device's clock, for each sleep.
    /// - Throws: As above; `notDone` if no interrupt comes.
    public func wait(for chain: Chain, on line: some InterruptLine, cycles: Int = 10_000_000) throws {
        while true {
            // Once more after what has happened is acknowledged: what happens from then on raises the line anew.
            guard try !isDone(chain) else { return }
            guard try line.waitForInterrupt(cycles: cycles) else {
                throw DriverError.notDone(what: "chain \(chain.number), by interrupt,", tries: cycles)
            }
            if try acknowledge().contains(.error) { try throwError() }
        }
    }

    /// Reads and clears what has happened.
    @discardableResult
    public func acknowledge() throws -> InterruptCauses {
        let causes = try registers.read("irq_status")
        if causes != 0 { try registers.write("irq_status", word: causes) }
        return InterruptCauses(rawValue: causes)
    }

    // MARK: Errors

    /// Why the device has stopped, or is about to; nil if it has not.
    public func failure() throws -> SystemFailure? {
        // In one read: it goes from one to the other.
        let isStopping = registers.mask("status", "stopped") | registers.mask("status", "stopping")
        guard try registers.read("status") & isStopping != 0 else { return nil }
        let code = try registers.read("error_code", "code")
        guard code != SystemFault.none.rawValue else { return nil }
        return SystemFailure(
            code: code, address: Int(try registers.readPair("error_address")),
            job: try registers.read("error_job"))
    }

    private func throwError() throws {
        if let failure = try failure() { throw DriverError.stopped(failure) }
    }

    /// Stops whatever is under way and forgets all chains; the device is as after `start`.
    ///
    /// - Throws: `notDone` if bursts do not come to an end: the memory no longer answers.
    public func softReset(tries: Int = 100_000) throws {
        try writeControl(["soft_reset": 1])
        var left = tries
        while try registers.read("status", "stopping") != 0 {
            left -= 1
            guard left > 0 else { throw DriverError.notDone(what: "soft_reset", tries: tries) }
        }
        given += (try registers.read("doorbell", "tail") - given) & Self.indexMask
        done = given
        forgetChained()
        try acknowledge()
    }

    // MARK: Counters

    /// All counters, copied at one moment.
    public func counters() throws -> CounterSnapshot {
        try writeControl(["snapshot": 1])
        return CounterSnapshot(counters: try counterNames.map { ($0, try registers.readPair($0)) })
    }

    public func clearCounters() throws { try writeControl(["clear_counters": 1]) }
}
