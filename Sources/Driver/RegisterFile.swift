import Blocks

/// Registers and fields by their names.
struct RegisterFile {
    let bus: any RegisterBus
    let map: RegisterMap
    private let registers: [String: ControlRegister]

    init(_ bus: any RegisterBus, _ map: RegisterMap) {
        self.bus = bus
        self.map = map
        registers = Dictionary(uniqueKeysWithValues: map.registers.map { ($0.name, $0) })
    }

    private func register(_ name: String) -> ControlRegister {
        guard let register = registers[name] else { preconditionFailure("\(map.name) has no register \(name)") }
        return register
    }

    private func field(_ register: String, _ name: String) -> RegisterField {
        guard let field = self.register(register).fields.first(where: { $0.name == name }) else {
            preconditionFailure("\(map.name).\(register) has no field \(name)")
        }
        return field
    }

    func read(_ name: String) throws -> UInt32 { try bus.read(register(name).offset) }

    func read(_ name: String, _ field: String) throws -> Int {
        let field = self.field(name, field)
        return Int(try read(name) & field.mask) >> field.low
    }

    func mask(_ name: String, _ field: String) -> UInt32 { self.field(name, field).mask }

    /// Both halves of a number: `<name>_low` and `<name>_high`.
    func readPair(_ name: String) throws -> UInt64 { UInt64(try read(name + "_low")) | UInt64(try read(name + "_high")) << 32 }

    /// The fields that are not named become 0.
    /// - Throws: `doesNotFit`.
    func write(_ name: String, _ fields: KeyValuePairs<String, Int>) throws {
        var word: UInt32 = 0
        for (fieldName, value) in fields {
            let field = field(name, fieldName), largest = Int(field.mask >> UInt32(field.low))
            guard (0...largest).contains(value) else {
                throw DriverError.doesNotFit(field: "\(name).\(fieldName)", value: value, range: 0...largest)
            }
            word |= UInt32(value) << UInt32(field.low)
        }
        try bus.write(register(name).offset, word)
    }

    /// - Parameter word: Whole, as it is.
    func write(_ name: String, word: UInt32) throws { try bus.write(register(name).offset, word) }

    /// What a register of constants always reads.
    func constant(_ name: String) -> UInt32 {
        register(name).fields.reduce(0) { $0 | UInt32(truncatingIfNeeded: $1.reset) << UInt32($1.low) }
    }
}
