import Blocks
import SeededRandom
import Simulation
import Verification

/// Reads and writes registers over AXI4-Lite at random, with the hardware's side at random too, and knows what they hold.
final class RegisterBench: AXIBench {
    let map: RegisterMap
    let checker: AXIProtocolChecker
    private(set) var reads = 0, writes = 0, refusals = 0, contested = 0

    private let bus: [String: PortHandle]
    private let hardware: [String: PortHandle]
    private let count: Int
    private let stalls: Double
    private var random: SeededGenerator
    private var held: [String: Int] = [:]
    /// What has been taken and waits to be done.
    private var writeAddress: Int?, writeData: (data: Int, strobes: Int)?, readAddress: Int?
    private var answer: Int?, shown: (data: Int, response: Int)?
    private var offered: (aw: Bool, w: Bool, ar: Bool) = (false, false, false)
    private var given = (aw: 0, w: 0, ar: 0)

    init(_ simulator: any Simulator, prefix: String = "", _ map: RegisterMap, count: Int, stalls: Double, seed: UInt64) throws {
        let pins = Pins(simulator: simulator, prefix: prefix)
        self.map = map
        (self.count, self.stalls) = (count, stalls)
        checker = AXIProtocolChecker(try AXIPins(pins.full("s_axil"), of: simulator), readLimit: 2, writeLimit: 2)
        func handles(_ names: [String], _ path: String) throws -> [String: PortHandle] {
            try Dictionary(uniqueKeysWithValues: names.map { ($0, try pins(path + $0)) })
        }
        bus = try handles([
            "awaddr", "awprot", "awvalid", "awready", "wdata", "wstrb", "wvalid", "wready", "bresp", "bvalid", "bready", "araddr", "arprot",
            "arvalid", "arready", "rdata", "rresp", "rvalid", "rready",
        ], "s_axil_")
        var hardware: [String: PortHandle] = [:]
        for register in map.registers {
            for field in register.fields {
                let name = "\(register.name)_\(field.name)"
                let kinds = switch field.access {
                case .constant: [String]()
                case .readOnly: ["read"]
                case .readWrite: ["value"]
                case .writeOneToClear: ["set", "value"]
                case .pulse: ["pulse"]
                }
                for kind in kinds { hardware["\(kind)_\(name)"] = try pins("\(kind)_\(name)") }
                held[name] = field.reset
            }
        }
        self.hardware = hardware
        random = SeededGenerator(seed: seed)
    }

    var isDone: Bool {
        given == (count, count, count) && writeAddress == nil && writeData == nil && readAddress == nil && answer == nil && shown == nil
    }
    var progress: String { "\(writes) writes, \(reads) reads of \(count)" }
    func observeReset() { checker.observeReset(cycle: 0) }

    func drive(_ cycle: Int) {
        func offer(_ isOffered: inout Bool, _ given: Int, _ valid: String, _ payload: () -> [(String, Int)], _ idle: [String]) {
            guard !isOffered else { return }
            isOffered = given < count && !random.chance(stalls)
            bus[valid]!.isSet = isOffered
            if isOffered { for (name, value) in payload() { bus[name]!.value = value } } else {
                for name in idle { bus[name]!.value = noise() }
            }
        }
        offer(&offered.aw, given.aw, "awvalid", { [("awaddr", address() & ~3), ("awprot", noise())] }, ["awaddr", "awprot"])
        offer(&offered.w, given.w, "wvalid", { [("wdata", noise()), ("wstrb", random.below(3) == 0 ? random.below(16) : 15)] }, ["wdata", "wstrb"])
        offer(&offered.ar, given.ar, "arvalid", { [("araddr", address()), ("arprot", noise())] }, ["araddr", "arprot"])
        bus["bready"]!.isSet = !random.chance(stalls)
        bus["rready"]!.isSet = !random.chance(stalls)
        for (register, field) in fields {
            let name = "\(register.name)_\(field.name)"
            if field.access == .readOnly { hardware["read_\(name)"]!.value = noise() }
            if field.access == .writeOneToClear { hardware["set_\(name)"]!.value = random.below(3) == 0 ? noise() : 0 }
        }
    }

    private var fields: [(ControlRegister, RegisterField)] { map.registers.flatMap { register in register.fields.map { (register, $0) } } }

    private func noise() -> Int { Int(truncatingIfNeeded: random.next()) }

    /// Mostly of a register, any byte of it.
    private func address() -> Int {
        random.below(6) == 0 ? random.below(1 << map.addressBits)
            : map.registers[random.below(map.registers.count)].offset + random.below(4)
    }

    func observe(_ cycle: Int) throws {
        checker.observe(cycle: cycle)
        try checker.check()
        func expect(_ name: String, _ seen: Int, _ expected: Int) throws {
            if seen != expected { throw AXIBenchError("cycle \(cycle): \(name) is \(seen), not \(expected)") }
        }
        let isWriting = writeAddress != nil && writeData != nil && (answer == nil || bus["bready"]!.isSet)
        let target = isWriting ? register(at: writeAddress!) : nil
        var next = held
        for (register, field) in fields {
            let name = "\(register.name)_\(field.name)"
            let written = isWriting && target?.name == register.name ? bits(of: writeData!.strobes) & Int(field.mask) : 0
            let data = (writeData?.data ?? 0) & written
            switch field.access {
            case .pulse: try expect(name, hardware["pulse_\(name)"]!.value, data != 0 ? 1 : 0)
            case .readWrite:
                try expect(name, hardware["value_\(name)"]!.value, held[name]!)
                next[name] = held[name]! & ~(written >> field.low) | data >> field.low
            case .writeOneToClear:
                try expect(name, hardware["value_\(name)"]!.value, held[name]!)
                let set = hardware["set_\(name)"]!.value
                if set & (data >> field.low) & held[name]! != 0 { contested += 1 }
                next[name] = held[name]! & ~(data >> field.low) | set
            case .constant, .readOnly: break
            }
        }
        try expect("bvalid", bus["bvalid"]!.value, answer == nil ? 0 : 1)
        if let answer { try expect("bresp", bus["bresp"]!.value, answer) }
        try expect("rvalid", bus["rvalid"]!.value, shown == nil ? 0 : 1)
        if let shown {
            try expect("rresp", bus["rresp"]!.value, shown.response)
            try expect("rdata", bus["rdata"]!.value, shown.data)
        }
        let isReading = readAddress != nil && (shown == nil || bus["rready"]!.isSet)
        if isReading {
            shown = register(at: readAddress!).map { (word($0), 0) } ?? (0, 2)
            readAddress = nil
            reads += 1
        } else if bus["rready"]!.isSet {
            shown = nil
        }
        if isWriting {
            answer = target == nil ? 2 : 0
            if target == nil { refusals += 1 }
            (writeAddress, writeData) = (nil, nil)
            writes += 1
        } else if bus["bready"]!.isSet {
            answer = nil
        }
        held = next
        if offered.aw, bus["awready"]!.isSet { (writeAddress, offered.aw, given.aw) = (bus["awaddr"]!.value, false, given.aw + 1) }
        if offered.w, bus["wready"]!.isSet {
            (writeData, offered.w, given.w) = ((bus["wdata"]!.value, bus["wstrb"]!.value), false, given.w + 1)
        }
        if offered.ar, bus["arready"]!.isSet { (readAddress, offered.ar, given.ar) = (bus["araddr"]!.value, false, given.ar + 1) }
    }

    private func register(at address: Int) -> ControlRegister? { map.registers.first { $0.offset == address & ~3 } }

    private func bits(of strobes: Int) -> Int { (0..<4).reduce(0) { $0 | (strobes >> $1 & 1) * (0xff << (8 * $1)) } }

    private func word(_ register: ControlRegister) -> Int {
        register.fields.reduce(0) { sum, field in
            let name = "\(register.name)_\(field.name)"
            let value = switch field.access {
            case .constant: field.reset
            case .readOnly: hardware["read_\(name)"]!.value
            case .readWrite, .writeOneToClear: held[name]!
            case .pulse: 0
            }
            return sum | value << field.low
        }
    }
}
