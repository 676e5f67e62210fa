import Blocks
import Configuration
import Driver
import FixedPoint
import TestSupport
import Testing

/// The driver and its memory without a device: what it refuses, and what it lays where.
@Suite struct DriverTests {
    /// Memory that remembers what nobody has written.
    private final class Memory: DeviceMemory {
        var bytes: [Int: UInt8] = [:]
        func read(_ count: Int, at address: Int) -> [UInt8] { (0..<count).map { bytes[address + $0] ?? 0xEE } }
        func write(_ data: [UInt8], at address: Int) { for (index, byte) in data.enumerated() { bytes[address + index] = byte } }
    }

    /// Registers that hold what is written.
    private final class Registers: RegisterBus {
        var words: [Int: UInt32] = [:]
        func read(_ offset: Int) -> UInt32 { words[offset] ?? 0 }
        func write(_ offset: Int, _ value: UInt32) { words[offset] = value }
    }

    private static let configuration = SystemConfiguration(
        lane: SpAttenConfiguration(lane: LaneConfiguration(headSize: 32, multipliers: 32)))

    private static func map() throws -> RegisterMap {
        let hash = configuration.configHash
        func constant(_ name: String, _ offset: Int, _ value: Int) -> ControlRegister {
            ControlRegister(name, at: offset, "", [RegisterField("value", 0...31, .constant, reset: value, "")])
        }
        return try RegisterMap("sample", addressBits: 12, [
            constant("id", 0, 0x1234), constant("version", 4, 0x0003_0002), constant("config_hash_low", 8, Int(hash & 0xFFFF_FFFF)),
            constant("config_hash_high", 12, Int(hash >> 32)),
        ])
    }

    private static func device() throws -> Registers {
        let registers = Registers()
        for register in try map().registers { registers.words[register.offset] = UInt32(register.fields[0].reset) }
        return registers
    }

    @Test("what is in the window is checked: identification, version, configuration", arguments: [
        (0, UInt32(0), "`id` reads 0x0 instead of 0x1234"), (4, 0x0003_0001, "version 3.1, this driver needs 3.2"),
        (4, 0x0004_0002, "version 4.2"), (8, 1, "configuration hash"), (12, 1, "configuration hash"),
    ])
    func foreignDevice(_ offset: Int, _ value: UInt32, _ message: String) throws {
        func driver(_ registers: Registers) throws {
            _ = try LeanSpAttenDriver(
                registers, memory: Memory(), configuration: Self.configuration, map: Self.map(), counters: [],
                workspace: DeviceRegion(address: 0, bytes: 4096))
        }
        try driver(Self.device())
        let newer = try Self.device()
        newer.words[4] = 0x0003_0009
        try driver(newer)
        let other = try Self.device()
        other.words[offset] = value
        #expect { try driver(other) } throws: { "\($0)".contains(message) }
    }

    @Test("regions are given and taken at random: aligned, apart, and all back in the end")
    func allocator() throws {
        var random = TestSeed.generator("allocator")
        let all = DeviceRegion(address: 0x1000, bytes: 1 << 16)
        var allocator = try DeviceAllocator(all), held: [DeviceRegion] = []
        var refused = 0
        for _ in 0..<4_000 {
            if random.below(2) == 0, !held.isEmpty {
                allocator.release(held.remove(at: random.below(held.count)))
            } else {
                let bytes = random.below(random.below(4) == 0 ? 20_000 : 600)
                guard let region = try? allocator.allocate(bytes) else {
                    refused += 1
                    continue
                }
                #expect(region.address % 64 == 0 && region.bytes >= bytes && region.bytes % 64 == 0)
                #expect(region.address >= all.address && region.end <= all.end)
                #expect(held.allSatisfy { $0.end <= region.address || region.end <= $0.address })
                held.append(region)
            }
            #expect(allocator.freeBytes + held.reduce(0) { $0 + $1.bytes } == all.bytes)
        }
        for region in held { allocator.release(region) }
        #expect(refused > 10)
        #expect(try allocator.allocate(all.bytes) == all)
        #expect(throws: DriverError.unaligned(what: "the region of an allocator", address: 32)) {
            try DeviceAllocator(DeviceRegion(address: 32, bytes: 64))
        }
    }

    @Test("rows that are appended one by one lie as the planes of all of them do", arguments: KeyFormat.supported)
    func append(_ format: KeyFormat) throws {
        var random = TestSeed.generator("\(format)")
        var allocator = try DeviceAllocator(DeviceRegion(address: 1 << 33, bytes: 1 << 20))
        let memory = Memory(), valueFormat = try ValueFormat(bits: 6)
        var store = try KeyValueStore(
            heads: 3, headSize: 32, keyFormat: format, valueFormat: valueFormat, capacity: 9, from: &allocator)
        for head in 0..<3 {
            let keys = random.uniformCodes(9 * 32, bits: format.bits), values = random.uniformCodes(9 * 32, bits: 6)
            var row = 0
            while row < 9 {
                let end = min(9, row + 1 + random.below(3)), range = row * 32..<end * 32
                let before = memory.bytes
                try store.append(head: head, keys: Array(keys[range]), values: Array(values[range]), to: memory)
                #expect(before.allSatisfy { memory.bytes[$0.key] == $0.value }, "a byte of an earlier row has changed")
                row = end
            }
            let planes = try KeyValuePlanes(keys: keys, values: values, headSize: 32, keyFormat: format, valueFormat: valueFormat)
            let spans = [store.planes.keyMSB, store.planes.keyLSB, store.planes.value]
            for (plane, span) in zip([planes.keyMSB, planes.keyLSB, planes.value], spans) {
                #expect((plane == nil) == (span == nil))
                guard let plane, let span else { continue }
                let bytes = 9 * plane.layout.rowBytes
                #expect(span.stride % 64 == 0 && span.address % 64 == 0 && span.stride >= bytes)
                #expect(memory.read(bytes, at: span.address + head * span.stride) == Array(plane.bytes[..<bytes]))
            }
        }
        #expect(store.rows == [9, 9, 9])
        #expect(throws: DriverError.planeFull(head: 1, rows: 10, capacity: 9)) {
            try store.append(head: 1, keys: Array(repeating: 0, count: 32), values: Array(repeating: 0, count: 32), to: memory)
        }
    }

    @Test("each error of the device is said in words, with its place", arguments: SystemFault.allCases.dropFirst())
    func failures(_ fault: SystemFault) {
        let text = SystemFailure(code: fault.rawValue, address: 0xAB_CDEF, job: 5).description
        #expect(text.hasPrefix("job 5: ") && text.contains("0xabcdef") && !text.contains("error code"))
        #expect(SystemFailure(code: 99, address: 1, job: 2).description.contains("error code 99"))
    }
}
