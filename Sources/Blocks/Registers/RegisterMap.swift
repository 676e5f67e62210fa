/// The control registers of a block, 32 bits each: the one declaration from which come the hardware (`AXILiteRegisters`) and
/// what software and manuals need (`cHeader`, `markdown`, `systemRDL`).
public struct RegisterMap: Hashable, Sendable {
    /// In snake case: begins the names in C.
    public let name: String
    /// Of the window of addresses: 4096 bytes have 12.
    public let addressBits: Int
    /// In order of their offsets.
    public let registers: [ControlRegister]

    /// - Throws: What is wrong with the registers: names, offsets, bits, resets.
    public init(_ name: String, addressBits: Int, _ registers: [ControlRegister]) throws(RegisterMapError) {
        self.name = name
        self.addressBits = addressBits
        self.registers = registers.sorted { $0.offset < $1.offset }
        try check()
    }

    /// Words of the window up to the last register.
    var wordCount: Int { (registers.map(\.offset).max() ?? 0) / 4 + 1 }

    /// All fields with their registers, in order.
    var fields: [(register: ControlRegister, field: RegisterField)] {
        registers.flatMap { register in register.fields.map { (register, $0) } }
    }

    private func check() throws(RegisterMapError) {
        func require(_ holds: Bool, _ place: String, _ fault: String) throws(RegisterMapError) {
            if !holds { throw RegisterMapError(place: "\(name).\(place)", fault: fault) }
        }
        try require(Self.isName(name) && (3...32).contains(addressBits), "", "needs a name in snake case and 3 to 32 address bits")
        try require(!registers.isEmpty, "", "has no registers")
        var offsets: Set<Int> = [], names: Set<String> = []
        for register in registers {
            try require(Self.isName(register.name), register.name, "is not a name in snake case")
            try require(names.insert(register.name).inserted, register.name, "is there twice")
            try require(register.offset >= 0 && register.offset % 4 == 0 && register.offset >> addressBits == 0, register.name,
                        "lies at byte \(register.offset), which is no word of the window")
            try require(offsets.insert(register.offset).inserted, register.name, "shares byte \(register.offset) with another")
            try require(!register.fields.isEmpty, register.name, "has no fields")
            var taken: UInt32 = 0, fieldNames: Set<String> = []
            for field in register.fields {
                let place = "\(register.name).\(field.name)"
                try require(Self.isName(field.name), place, "is not a name in snake case")
                try require(fieldNames.insert(field.name).inserted, place, "is there twice")
                try require(field.low >= 0 && field.width >= 1 && field.low + field.width <= 32, place, "leaves the 32 bits")
                try require(taken & field.mask == 0, place, "overlaps another field")
                try require(field.reset >= 0 && field.reset >> field.width == 0, place, "has a reset that does not fit")
                try require(field.access != .pulse || field.width == 1, place, "is a pulse of more than one bit")
                try require(field.reset == 0 || [.constant, .readWrite].contains(field.access), place, "cannot have a reset")
                taken |= field.mask
            }
        }
    }

    private static func isName(_ name: String) -> Bool {
        name.wholeMatch(of: /[a-z][a-z0-9]*(_[a-z0-9]+)*/) != nil
    }
}

/// One register of 32 bits.
public struct ControlRegister: Hashable, Sendable {
    /// In snake case.
    public let name: String
    /// In bytes: a multiple of 4.
    public let offset: Int
    public let description: String
    /// In order of their bits.
    public let fields: [RegisterField]

    public init(_ name: String, at offset: Int, _ description: String, _ fields: [RegisterField]) {
        self.name = name
        self.offset = offset
        self.description = description
        self.fields = fields.sorted { $0.low < $1.low }
    }
}

/// Bits of a register.
public struct RegisterField: Hashable, Sendable {
    public enum Access: String, Hashable, Sendable, CaseIterable {
        /// Always `reset`.
        case constant
        /// What the hardware says.
        case readOnly
        /// What software wrote last, at first `reset`.
        case readWrite
        /// Set by the hardware, bit by bit, and cleared where software writes ones; set if both come at once.
        case writeOneToClear
        /// One bit: a cycle long for each one that software writes; reads as 0.
        case pulse
    }

    /// In snake case.
    public let name: String
    public let low, width: Int
    public let access: Access
    public let reset: Int
    public let description: String

    public init(_ name: String, _ bits: ClosedRange<Int>, _ access: Access, reset: Int = 0, _ description: String) {
        self.name = name
        (low, width) = (bits.lowerBound, bits.count)
        self.access = access
        self.reset = reset
        self.description = description
    }

    /// One bit.
    public init(_ name: String, _ bit: Int, _ access: Access, reset: Int = 0, _ description: String) {
        self.init(name, bit...bit, access, reset: reset, description)
    }

    /// Its bits in the register.
    public var mask: UInt32 { UInt32(truncatingIfNeeded: ((1 << width) - 1) << low) }
}

/// Why a list of registers is none.
public struct RegisterMapError: Error, CustomStringConvertible {
    /// `map.register.field`
    public let place: String
    public let fault: String

    public var description: String { "\(place) \(fault)" }
}
