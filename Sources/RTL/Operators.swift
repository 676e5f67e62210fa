// Operators build nodes and nothing else; the next statement gives them its source line.

extension Reference {
    func extended(to width: Int) -> Reference {
        if isLiteral { return self }
        if width == self.width { return self }
        return circuit!.make(.extend, width: width, signed: isSigned, operands: [self])
    }

    func reinterpreted(signed: Bool) -> Reference {
        if signed == isSigned { return self }
        if isLiteral { return Reference(literal: literal, isSigned: signed) }
        return circuit!.make(.reinterpret, width: width, signed: signed, operands: [self])
    }

    /// Unsigned bits `low ..< low + width`.
    func slice(from low: Int, width: Int) -> Reference {
        guard let circuit else {
            return Reference(literal: (literal >> low) & ((1 << width) - 1), isSigned: false)
        }
        guard low >= 0, width >= 1, low + width <= self.width else {
            circuit.report(.outOfRange, "bits \(low) ..< \(low + width) of a \(self.width)-bit value", of: self)
            return circuit.poison(width: max(1, width), signed: false)
        }
        if low == 0 && width == self.width { return reinterpreted(signed: false) }
        return circuit.make(.slice, width: width, signed: false, attribute: low, operands: [self])
    }
}

/// Brings two operands to one circuit and one width.
private func unify(_ a: Reference, _ b: Reference, width: Int? = nil) -> (Circuit, Reference, Reference)? {
    guard let circuit = a.circuit ?? b.circuit else { return nil }
    let common = width ?? max(a.width, b.width)
    return (circuit, circuit.bind(a, width: common), circuit.bind(b, width: common))
}

func growing(_ operation: Operation, _ a: Reference, _ b: Reference, width: Int, signed: Bool) -> Reference {
    if a.isLiteral && b.isLiteral {
        let value = switch operation {
        case .add: a.literal + b.literal
        case .subtract: a.literal - b.literal
        default: a.literal * b.literal
        }
        return Reference(literal: value, isSigned: signed)
    }
    if operation == .multiply {
        let circuit = (a.circuit ?? b.circuit)!
        return circuit.make(.multiply, width: width, signed: signed,
                            operands: [circuit.bind(a, width: a.width), circuit.bind(b, width: b.width)])
    }
    let (circuit, x, y) = unify(a, b, width: width)!
    return circuit.make(operation, width: width, signed: signed,
                        operands: [x.reinterpreted(signed: signed), y.reinterpreted(signed: signed)])
}

/// Both operands of one width, or one a literal that fits the other.
func matching(_ operation: Operation, _ a: Reference, _ b: Reference) -> Reference {
    if a.isLiteral && b.isLiteral {
        let value = switch operation {
        case .add: a.literal &+ b.literal
        case .subtract: a.literal &- b.literal
        case .and: a.literal & b.literal
        case .or: a.literal | b.literal
        default: a.literal ^ b.literal
        }
        return Reference(literal: value, isSigned: a.isSigned)
    }
    let circuit = (a.circuit ?? b.circuit)!
    let width = a.isLiteral ? b.width : a.width
    if !a.isLiteral && !b.isLiteral && a.width != b.width {
        circuit.report(.widthMismatch, "\(operation) of \(a.width) and \(b.width) bits; extend or truncate one of them", of: a)
        return circuit.poison(width: max(a.width, b.width), signed: a.isSigned)
    }
    return circuit.make(operation, width: width, signed: a.isSigned,
                        operands: [circuit.bind(a, width: width), circuit.bind(b, width: width)])
}

func comparing(_ operation: Operation, _ a: Reference, _ b: Reference) -> Bit {
    guard let (circuit, x, y) = unify(a, b) else {
        let holds = operation == .equal ? a.literal == b.literal : a.literal < b.literal
        return Bit(Reference(literal: holds ? 1 : 0, isSigned: false))
    }
    return Bit(circuit.make(operation, width: 1, signed: false, operands: [x, y]))
}

func inverted(_ a: Reference) -> Reference {
    guard let circuit = a.circuit else { return Reference(literal: a.literal == 0 ? 1 : 0, isSigned: false) }
    return circuit.make(.not, width: a.width, signed: a.isSigned, operands: [a])
}

extension Unsigned {
    public static func + (a: Unsigned, b: Unsigned) -> Unsigned {
        Unsigned(growing(.add, a.reference, b.reference, width: max(a.width, b.width) + 1, signed: false))
    }
    public static func - (a: Unsigned, b: Unsigned) -> Signed {
        Signed(growing(.subtract, a.reference, b.reference, width: max(a.width, b.width) + 1, signed: true))
    }
    public static func * (a: Unsigned, b: Unsigned) -> Unsigned {
        Unsigned(growing(.multiply, a.reference, b.reference, width: a.width + b.width, signed: false))
    }
    public static func &+ (a: Unsigned, b: Unsigned) -> Unsigned { Unsigned(matching(.add, a.reference, b.reference)) }
    public static func &- (a: Unsigned, b: Unsigned) -> Unsigned { Unsigned(matching(.subtract, a.reference, b.reference)) }
    public static func & (a: Unsigned, b: Unsigned) -> Unsigned { Unsigned(matching(.and, a.reference, b.reference)) }
    public static func | (a: Unsigned, b: Unsigned) -> Unsigned { Unsigned(matching(.or, a.reference, b.reference)) }
    public static func ^ (a: Unsigned, b: Unsigned) -> Unsigned { Unsigned(matching(.xor, a.reference, b.reference)) }
    public static prefix func ~ (a: Unsigned) -> Unsigned { Unsigned(inverted(a.reference)) }
    public static func == (a: Unsigned, b: Unsigned) -> Bit { comparing(.equal, a.reference, b.reference) }
    public static func != (a: Unsigned, b: Unsigned) -> Bit { !(a == b) }
    public static func < (a: Unsigned, b: Unsigned) -> Bit { comparing(.less, a.reference, b.reference) }
    public static func > (a: Unsigned, b: Unsigned) -> Bit { b < a }
    public static func <= (a: Unsigned, b: Unsigned) -> Bit { !(b < a) }
    public static func >= (a: Unsigned, b: Unsigned) -> Bit { !(a < b) }
    /// Grows by `amount` zero bits.
    public static func << (a: Unsigned, amount: Int) -> Unsigned {
        guard let circuit = a.reference.circuit else { return Unsigned(a.reference.literal << amount) }
        return amount == 0 ? a : concatenate([a, Unsigned(circuit.constant(0, width: amount))])
    }
    /// Drops the low `amount` bits.
    public static func >> (a: Unsigned, amount: Int) -> Unsigned {
        Unsigned(a.reference.slice(from: amount, width: a.width - amount))
    }
}

extension Signed {
    public static func + (a: Signed, b: Signed) -> Signed {
        Signed(growing(.add, a.reference, b.reference, width: max(a.width, b.width) + 1, signed: true))
    }
    public static func - (a: Signed, b: Signed) -> Signed {
        Signed(growing(.subtract, a.reference, b.reference, width: max(a.width, b.width) + 1, signed: true))
    }
    public static func * (a: Signed, b: Signed) -> Signed {
        Signed(growing(.multiply, a.reference, b.reference, width: a.width + b.width, signed: true))
    }
    public static prefix func - (a: Signed) -> Signed {
        Signed(0) - a
    }
    public static func &+ (a: Signed, b: Signed) -> Signed { Signed(matching(.add, a.reference, b.reference)) }
    public static func &- (a: Signed, b: Signed) -> Signed { Signed(matching(.subtract, a.reference, b.reference)) }
    public static func == (a: Signed, b: Signed) -> Bit { comparing(.equal, a.reference, b.reference) }
    public static func != (a: Signed, b: Signed) -> Bit { !(a == b) }
    public static func < (a: Signed, b: Signed) -> Bit { comparing(.less, a.reference, b.reference) }
    public static func > (a: Signed, b: Signed) -> Bit { b < a }
    public static func <= (a: Signed, b: Signed) -> Bit { !(b < a) }
    public static func >= (a: Signed, b: Signed) -> Bit { !(a < b) }
    /// Grows by `amount` zero bits.
    public static func << (a: Signed, amount: Int) -> Signed { (a.asUnsigned << amount).asSigned }
    /// Drops the low `amount` bits: floor division by 2^amount.
    public static func >> (a: Signed, amount: Int) -> Signed { (a.asUnsigned >> amount).asSigned }
}

extension Bit {
    public static func & (a: Bit, b: Bit) -> Bit { Bit(matching(.and, a.reference, b.reference)) }
    public static func | (a: Bit, b: Bit) -> Bit { Bit(matching(.or, a.reference, b.reference)) }
    public static func ^ (a: Bit, b: Bit) -> Bit { Bit(matching(.xor, a.reference, b.reference)) }
    public static prefix func ! (a: Bit) -> Bit { Bit(inverted(a.reference)) }
    public static func == (a: Bit, b: Bit) -> Bit { comparing(.equal, a.reference, b.reference) }
    public static func != (a: Bit, b: Bit) -> Bit { a ^ b }
    public var asUnsigned: Unsigned { Unsigned(reference) }
}
