import Accelerator
import Configuration
import Driver
import Simulation
import Verification

/// What a simulated system does that ends a test.
public enum SystemSimulationError: Error, CustomStringConvertible {
    case hangs(offset: Int, cycles: Int)
    case registerAnswer(offset: Int, response: Int)
    case outsideMemory(address: Int, bytes: Int)

    public var description: String {
        switch self {
        case .hangs(let offset, let cycles): "the register at \(offset) has not answered for \(cycles) cycles"
        case .registerAnswer(let offset, let response): "the register at \(offset) answered \(response) instead of 0, OKAY"
        case .outsideMemory(let address, let bytes): "\(bytes) bytes at \(address) are not in the memory"
        }
    }
}

/// A `LeanSpAtten` in a simulator, between a master of its registers and a memory that behaves as it is told, and with checkers
/// on both interfaces.
///
/// Time passes in `step`, and while registers are read and written.
public final class SystemSimulation {
    public let simulator: any Simulator
    public let configuration: any BusConfiguration
    /// At the port `m_axi`.
    public let memory: AXIMemory
    /// Of the registers' pins.
    public let registerChecker: AXIProtocolChecker
    /// `m_axi`, then those of the lanes, if there are several.
    public let ports: [Port]
    /// Cycles in which the interrupt rose.
    public private(set) var interrupts: [Int] = []
    /// Cycles since the simulation was made.
    public private(set) var cycle = 0
    /// Called in every cycle once the logic has settled.
    public var watch: ((_ cycle: Int) throws -> Void)?
    /// Breaches of the protocol are looked for, and thrown in the cycle that they are seen.
    public var isChecked = true

    /// A port to the memory, and who watches it.
    public struct Port {
        public let memory: AXIMemory
        public let checker: AXIProtocolChecker
        public let counts: AXIPinCounts
    }

    private let lite: AXILiteMaster
    private let interrupt: UnsafeMutablePointer<UInt64>
    private var wasInterrupting = false

    /// What reads are told apart by: which plane, or what descriptors name.
    public enum ReadKind: Int, CaseIterable, Sendable {
        case keyMSB, keyLSB, value, control

        /// The kind of the read at an address: that of the plane that it lies in, or `control`.
        public static func of(_ planes: [(range: Range<Int>, kind: ReadKind)]) -> @Sendable (Int) -> ReadKind {
            let sorted = planes.sorted { ($0.range.lowerBound, $0.range.upperBound) < ($1.range.lowerBound, $1.range.upperBound) }
            return { address in
                var low = 0, high = sorted.count
                while low < high {
                    let middle = (low + high) / 2
                    if sorted[middle].range.lowerBound <= address { low = middle + 1 } else { high = middle }
                }
                return low > 0 && sorted[low - 1].range.contains(address) ? sorted[low - 1].kind : .control
            }
        }
    }

    /// Resets the simulator's top, a `LeanSpAtten`.
    ///
    /// - Parameters:
    ///   - base: Address of the memory's first byte.
    ///   - registerStalls: How often in a cycle the master of the registers hesitates.
    ///   - kind: Of the read burst at an address.
    /// - Throws: `StreamPortError`, `UnknownName` if the top is no such system.
    public init(
        _ simulator: any Simulator, _ configuration: any BusConfiguration, bytes: [UInt8], base: Int, behavior: AXIMemoryBehavior,
        registerStalls: Double = 0, kind: @escaping (Int) -> ReadKind = { _ in .control }
    ) throws {
        self.simulator = simulator
        self.configuration = configuration
        let registers = try AXIPins("s_axil", of: simulator)
        interrupt = try simulator.handle("irq").storage
        let pins = try AXIPins("m_axi", of: simulator)
        let memory = AXIMemory(pins, bytes, base: base, behavior)
        // What jobs name is read besides the lane's keys and values, by a master that may have four bursts outstanding.
        func port(_ pins: AXIPins, _ memory: AXIMemory, control: Int) -> Port {
            Port(
                memory: memory, checker: AXIProtocolChecker(
                    pins, readLimit: configuration.readOutstanding + control, writeLimit: configuration.writeOutstanding),
                counts: AXIPinCounts(pins, kinds: ReadKind.allCases.count) { kind($0).rawValue })
        }
        var ports = [port(pins, memory, control: 4)]
        for lane in 0..<(configuration.lanes == 1 ? 0 : configuration.lanes) {
            let pins = try AXIPins("m_axi_lane_\(lane)", of: simulator)
            var behavior = behavior
            behavior.seed &+= UInt64(lane) + 2
            ports.append(port(pins, AXIMemory(pins, sharing: memory, behavior), control: 0))
        }
        (self.memory, self.ports) = (memory, ports)
        registerChecker = AXIProtocolChecker(registers)
        simulator.values.update(repeating: 0)
        lite = AXILiteMaster(registers, stalls: registerStalls, seed: behavior.seed &+ 1)
        simulator.applyReset(cycles: 1)
        simulator.reset = true
        simulator.settle()
        for checker in ports.map(\.checker) + [registerChecker] {
            checker.observeReset(cycle: 0)
            try checker.check()
        }
        simulator.clockEdge()
        simulator.reset = false
    }

    /// A number that all ports have counted.
    public func counted(_ count: (AXIPinCounts) -> Int) -> Int { ports.reduce(0) { $0 + count($1.counts) } }

    public func clearCounts() { for port in ports { port.counts.clear() } }

    /// How all ports of the memory behave from now on; each draws for itself.
    public func setBehavior(_ behavior: AXIMemoryBehavior) { for port in ports { port.memory.behavior = behavior } }

    /// Every burst has come to its end.
    public var isIdle: Bool { ports.allSatisfy { $0.memory.isIdle && $0.checker.isIdle } }

    public var isInterrupting: Bool { interrupt.pointee & 1 == 1 }

    /// One cycle.
    /// - Throws: `AXIViolation`, what `watch` throws, and what the engine finds amiss.
    public func step() throws {
        lite.drive()
        for port in ports { port.memory.drive(cycle: cycle) }
        simulator.settle()
        try simulator.check()
        for port in ports {
            port.counts.observe()
            if isChecked {
                port.checker.observe(cycle: cycle)
                if !port.checker.violations.isEmpty { try port.checker.check() }
            }
            port.memory.observe(cycle: cycle)
        }
        if isChecked {
            registerChecker.observe(cycle: cycle)
            if !registerChecker.violations.isEmpty { try registerChecker.check() }
        }
        lite.observe()
        let isInterrupting = interrupt.pointee & 1 == 1
        if isInterrupting, !wasInterrupting { interrupts.append(cycle) }
        wasInterrupting = isInterrupting
        try watch?(cycle)
        simulator.clockEdge()
        cycle += 1
    }

    public func step(_ cycles: Int) throws {
        for _ in 0..<cycles { try step() }
    }

    private static let patience = 10_000

    private func finishAccess(_ offset: Int) throws -> UInt32 {
        let begin = cycle
        while lite.isBusy {
            guard cycle - begin < Self.patience else { throw SystemSimulationError.hangs(offset: offset, cycles: Self.patience) }
            try step()
        }
        guard let answer = lite.answer, answer.response == 0 else {
            throw SystemSimulationError.registerAnswer(offset: offset, response: lite.answer?.response ?? 0)
        }
        return answer.data
    }
}

extension SystemSimulation: RegisterBus {
    public func read(_ offset: Int) throws -> UInt32 {
        lite.beginRead(offset)
        return try finishAccess(offset)
    }

    public func write(_ offset: Int, _ value: UInt32) throws {
        lite.beginWrite(offset, value)
        _ = try finishAccess(offset)
    }
}

extension SystemSimulation: InterruptLine {
    public func waitForInterrupt(cycles: Int) throws -> Bool {
        for _ in 0..<cycles {
            if isInterrupting { return true }
            try step()
        }
        return isInterrupting
    }
}

extension SystemSimulation {
    /// A driver of this device, with ring and descriptors in `workspace`; what it writes goes through `host`.
    public func driver(workspace: DeviceRegion, through host: HostMemory) throws -> LeanSpAttenDriver {
        try LeanSpAttenDriver(
            self, memory: host, configuration: configuration, map: ControlRegisters.map(configuration),
            counters: ControlRegisters.Counter.allCases.map(\.rawValue), workspace: workspace)
    }
}

extension JobDescriptor.Planes {
    /// The bytes of each plane of so many heads.
    func ranges(heads: Int) -> [(range: Range<Int>, kind: SystemSimulation.ReadKind)] {
        var spans: [(JobDescriptor.HeadSpan, SystemSimulation.ReadKind)] = [(keyMSB, .keyMSB), (value, .value)]
        if let keyLSB { spans.append((keyLSB, .keyLSB)) }
        return spans.map { span, kind in (range: span.address..<span.address + heads * span.stride, kind: kind) }
    }
}

/// The host's view of a simulated memory: what it writes goes there, and into what is expected to be there in the end.
public final class HostMemory: DeviceMemory {
    public let memory: AXIMemory
    /// All bytes of the memory as they should be, if nobody but the host and what it has asked for wrote.
    public var expected: [UInt8]

    public init(_ memory: AXIMemory) {
        self.memory = memory
        expected = memory.bytes
    }

    /// Puts other bytes into all of the memory but those of `kept`.
    public func replace(with bytes: [UInt8], at address: Int) throws {
        let start = try place(address, bytes.count)
        UnsafeMutableRawBufferPointer(rebasing: memory.storage[start..<start + bytes.count]).copyBytes(from: bytes)
        expected = memory.bytes
    }

    public func read(_ count: Int, at address: Int) throws -> [UInt8] {
        let start = try place(address, count)
        return [UInt8](memory.storage[start..<start + count])
    }

    public func write(_ bytes: [UInt8], at address: Int) throws {
        let start = try place(address, bytes.count)
        UnsafeMutableRawBufferPointer(rebasing: memory.storage[start..<start + bytes.count]).copyBytes(from: bytes)
        expected.replaceSubrange(start..<start + bytes.count, with: bytes)
    }

    /// What the device should write.
    public func expect(_ bytes: [UInt8], at address: Int) throws {
        let start = try place(address, bytes.count)
        expected.replaceSubrange(start..<start + bytes.count, with: bytes)
    }

    /// Takes what is there for what should be.
    @discardableResult
    public func accept(_ count: Int, at address: Int) throws -> [UInt8] {
        let bytes = try read(count, at: address)
        try expect(bytes, at: address)
        return bytes
    }

    private func place(_ address: Int, _ count: Int) throws -> Int {
        let start = address - memory.base
        guard start >= 0, count >= 0, start + count <= memory.storage.count else {
            throw SystemSimulationError.outsideMemory(address: address, bytes: count)
        }
        return start
    }

    /// Addresses of bytes that are not as expected, the first few.
    public func differences(limit: Int = 8) -> [Int] {
        expected.withUnsafeBytes { expected in
            var found: [Int] = []
            let page = 4096
            for start in stride(from: 0, to: expected.count, by: page) {
                let end = min(start + page, expected.count)
                if expected[start..<end].elementsEqual(memory.storage[start..<end]) { continue }
                for index in start..<end where expected[index] != memory.storage[index] {
                    found.append(memory.base + index)
                    if found.count == limit { return found }
                }
            }
            return found
        }
    }
}
