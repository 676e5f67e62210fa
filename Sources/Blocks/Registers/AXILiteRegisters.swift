import RTL

/// One signal for some fields of a register map, named `register_field`.
public struct RegisterSignals: Value {
    private let signals: [(path: String, signal: Unsigned)]

    init(_ map: RegisterMap, _ accesses: Set<RegisterField.Access>, _ make: (Shape<Unsigned>) -> Unsigned) {
        signals = map.fields.filter { accesses.contains($0.field.access) }.map { register, field in
            ("\(register.name)_\(field.name)", make(.unsigned(field.width)))
        }
    }

    public var leaves: [(path: String, reference: Reference)] { signals.map { ($0.path, $0.signal.reference) } }

    /// - Precondition: the map has the field, with an access that these signals are for.
    public subscript(register: String, field: String) -> Unsigned {
        guard let found = signals.first(where: { $0.path == "\(register)_\(field)" }) else {
            preconditionFailure("no such signal of a register: \(register).\(field)")
        }
        return found.signal
    }
}

/// An AXI4-Lite slave with the registers of a map.
///
/// Address and data of a write come in any order; a write is done once both are there, one every 2 cycles. Its answer, and
/// that of a read, come 2 cycles after the request and wait for as long as the master likes. Single bytes are written as the
/// strobes say. An address without a register answers SLVERR and does nothing; what is read-only ignores writes.
/// The low two bits of an address are ignored.
public struct AXILiteRegisters: Module {
    public let map: RegisterMap

    public init(_ map: RegisterMap) { self.map = map }

    public struct Ports {
        public let sAxil: AXILitePort
        /// What is read in `readOnly` fields.
        public let read: RegisterSignals
        /// Bits to be set in `writeOneToClear` fields.
        public let set: RegisterSignals
        /// What `readWrite` and `writeOneToClear` fields hold.
        public let value: RegisterSignals
        /// `pulse` fields: in the cycle in which the write is done.
        public let pulse: RegisterSignals
    }

    public var suffix: String { map.name }

    public func ports(_ io: Interface) -> Ports {
        Ports(sAxil: io.axiLiteSlave(addressBits: map.addressBits),
              read: RegisterSignals(map, [.readOnly]) { io.input($0) },
              set: RegisterSignals(map, [.writeOneToClear]) { io.input($0) },
              value: RegisterSignals(map, [.readWrite, .writeOneToClear]) { io.output($0) },
              pulse: RegisterSignals(map, [.pulse]) { io.output($0) })
    }

    public func body(_ c: Circuit, _ io: Ports) {
        let bus = io.sAxil
        c.discard(bus.awprot)
        c.discard(bus.arprot)

        // A write waits until address and data are there and the answer before it is gone.
        let (address, hasAddress) = hold(c, "write_address", bus.awaddr, bus.awvalid, bus.awready)
        let (data, hasData) = hold(c, "write_data", concatenate(bus.wstrb, bus.wdata), bus.wvalid, bus.wready)
        let answers = c.register("write_answered", .bit, reset: 0)
        let write = c.named("write", hasAddress.q & hasData.q & (!answers.q | bus.bready))
        c.when(write) {
            hasAddress.clear()
            hasData.clear()
            answers.set()
        }.elsewhen(bus.bready) {
            answers.clear()
        }
        let hits = map.registers.map { $0.offset >> 2 == 0 ? !word(address).isNonzero : word(address) == Unsigned($0.offset >> 2) }
        let isMapped = c.named("write_is_mapped", hits.anySet)
        c.drive(bus.bvalid, answers.q)
        c.drive(bus.bresp, concatenate(c.stage("write_refused", !isMapped, enable: write), c.constant(0, .bit)))
        c.discard(address[0..<2])
        let mask = concatenate((0..<4).reversed().flatMap { lane in [Bit](repeating: data[32 + lane], count: 8) })
        let held = state(c, io, write, hits, data: data.truncated(to: 32), mask: mask)

        let (readAddress, hasRead) = hold(c, "read_address", bus.araddr, bus.arvalid, bus.arready)
        let shows = c.register("read_answered", .bit, reset: 0)
        let read = c.named("read", hasRead.q & (!shows.q | bus.rready))
        c.when(read) {
            hasRead.clear()
            shows.set()
        }.elsewhen(bus.rready) {
            shows.clear()
        }
        c.discard(readAddress[0..<2])
        let index = word(readAddress)
        let readMapped = c.named("read_is_mapped", map.registers.map { register in
            register.offset >> 2 == 0 ? !index.isNonzero : index == Unsigned(register.offset >> 2)
        }.anySet)
        // Words without a register read as zero.
        let words = (0..<map.wordCount).map { number in
            map.registers.first { $0.offset == 4 * number }.flatMap { readWord(c, $0, held, io) } ?? c.constant(0, .unsigned(32))
        }
        let low = min(index.width, bitsToIndex(map.wordCount))
        let chosen = words.count == 1 ? words[0] : select(index.truncated(to: low), words)
        c.drive(bus.rvalid, shows.q)
        c.drive(bus.rdata, c.stage("read_data", mux(readMapped, chosen, 0), enable: read))
        c.drive(bus.rresp, concatenate(c.stage("read_refused", !readMapped, enable: read), c.constant(0, .bit)))
    }

    /// A register for what a channel brings; who uses it clears what is returned.
    private func hold(
        _ c: Circuit, _ name: String, _ payload: Unsigned, _ valid: Bit, _ ready: Bit
    ) -> (payload: Unsigned, held: Register<Bit>) {
        let held = c.register("\(name)_held", .bit, reset: 0)
        let takes = c.named("\(name)_taken", valid & !held.q)
        c.drive(ready, !held.q)
        c.when(takes) { held.set() }
        return (c.stage(name, payload, enable: takes), held)
    }

    private func word(_ address: Unsigned) -> Unsigned { address[2..<map.addressBits] }

    /// The fields that keep something, by register and field, and the pulses.
    private func state(
        _ c: Circuit, _ io: Ports, _ write: Bit, _ hits: [Bit], data: Unsigned, mask: Unsigned
    ) -> [String: Unsigned] {
        var held: [String: Unsigned] = [:]
        for (register, hit) in zip(map.registers, hits) {
            for field in register.fields where ![.constant, .readOnly].contains(field.access) {
                let name = "\(register.name)_\(field.name)", bits = field.low..<field.low + field.width
                let writes = c.named("writes_\(name)", write & hit)
                if field.access == .pulse {
                    c.drive(io.pulse[register.name, field.name], (writes & data[field.low] & mask[field.low]).asUnsigned)
                    continue
                }
                let value = c.register("held_\(name)", .unsigned(field.width), reset: field.reset)
                if field.access == .readWrite {
                    c.when(writes) { value.next((value.q & ~mask[bits]) | (data[bits] & mask[bits])) }
                } else {
                    let cleared = concatenate([Bit](repeating: writes, count: field.width)) & data[bits] & mask[bits]
                    value.next((value.q & ~cleared) | io.set[register.name, field.name])
                }
                c.drive(io.value[register.name, field.name], value.q)
                held[name] = value.q
            }
        }
        return held
    }

    /// A register as software reads it.
    private func readWord(_ c: Circuit, _ register: ControlRegister, _ held: [String: Unsigned], _ io: Ports) -> Unsigned {
        var parts: [Unsigned] = [], next = 0
        func fill(to bit: Int) {
            if bit > next { parts.append(c.constant(0, .unsigned(bit - next))) }
        }
        for field in register.fields {
            fill(to: field.low)
            switch field.access {
            case .constant: parts.append(c.constant(field.reset, .unsigned(field.width)))
            case .readOnly: parts.append(io.read[register.name, field.name])
            case .readWrite, .writeOneToClear: parts.append(held["\(register.name)_\(field.name)"]!)
            case .pulse: parts.append(c.constant(0, .unsigned(field.width)))
            }
            next = field.low + field.width
        }
        fill(to: 32)
        return concatenate(parts.reversed())
    }
}
