extension Unsigned {
    /// The same bits as a two's complement number.
    public var asSigned: Signed { Signed(reference.reinterpreted(signed: true)) }
    /// The same value as a signed number, one bit wider.
    public var signExtendedByZero: Signed { extended(to: width + 1).asSigned }
    /// Zero bits above.
    public func extended(to width: Int) -> Unsigned { Unsigned(reference.widened(to: width)) }
    /// The low bits only.
    public func truncated(to width: Int) -> Unsigned { Unsigned(reference.slice(from: 0, width: width)) }
    /// The low bits only, or zero bits above, whichever `width` asks for.
    public func resized(to width: Int) -> Unsigned {
        width < self.width ? truncated(to: width) : extended(to: width)
    }
    public subscript(bit: Int) -> Bit { Bit(reference.slice(from: bit, width: 1)) }
    public subscript(bits: Range<Int>) -> Unsigned { Unsigned(reference.slice(from: bits.lowerBound, width: bits.count)) }
    /// Right by a variable amount, zeros in.
    public func shiftedRight(by amount: Unsigned) -> Unsigned { Unsigned(reference.shifted(.shiftRight, by: amount)) }
    /// Left by a variable amount, within this width.
    public func shiftedLeft(by amount: Unsigned) -> Unsigned { Unsigned(reference.shifted(.shiftLeft, by: amount)) }
    public var isAllOnes: Bit { Bit(reference.reduced(.reduceAnd)) }
    public var isNonzero: Bit { Bit(reference.reduced(.reduceOr)) }
    public var parity: Bit { Bit(reference.reduced(.reduceXor)) }
}

extension Signed {
    /// The same bits as an unsigned number.
    public var asUnsigned: Unsigned { Unsigned(reference.reinterpreted(signed: false)) }
    /// Copies of the sign above.
    public func extended(to width: Int) -> Signed { Signed(reference.widened(to: width)) }
    /// The low bits only; the sign may change.
    public func truncated(to width: Int) -> Signed {
        Signed(reference.slice(from: 0, width: width).reinterpreted(signed: true))
    }
    public subscript(bit: Int) -> Bit { Bit(reference.slice(from: bit, width: 1)) }
    public subscript(bits: Range<Int>) -> Unsigned { Unsigned(reference.slice(from: bits.lowerBound, width: bits.count)) }
    public var isNegative: Bit { self[width - 1] }
    /// Right by a variable amount: floor division by 2^amount.
    public func shiftedRight(by amount: Unsigned) -> Signed { Signed(reference.shifted(.shiftRight, by: amount)) }
    /// Left by a variable amount, within this width.
    public func shiftedLeft(by amount: Unsigned) -> Signed { Signed(reference.shifted(.shiftLeft, by: amount)) }
}

extension Reference {
    func widened(to width: Int) -> Reference {
        guard let circuit else { return self }
        guard width >= self.width else {
            circuit.report(.widthMismatch, "\(self.width) bits extended to \(width); use truncated(to:)", of: self)
            return circuit.poison(width: max(1, width), signed: isSigned)
        }
        return extended(to: width)
    }

    func shifted(_ operation: Operation, by amount: Unsigned) -> Reference {
        guard let circuit = circuit ?? amount.reference.circuit else { preconditionFailure("shift of a literal by a literal") }
        return circuit.make(operation, width: width, signed: isSigned, operands: [
            circuit.bind(self, width: width), circuit.bind(amount.reference, width: amount.width)])
    }

    func reduced(_ operation: Operation) -> Reference {
        guard let circuit else { preconditionFailure("reduction of a literal") }
        return circuit.make(operation, width: 1, signed: false, operands: [self])
    }
}

/// `a` where `condition` is set, else `b`; the narrower one is extended.
public func mux(_ condition: Bit, _ a: Unsigned, _ b: Unsigned) -> Unsigned {
    Unsigned(muxed(condition, a.reference, b.reference))
}
/// `a` where `condition` is set, else `b`; the narrower one is extended.
public func mux(_ condition: Bit, _ a: Signed, _ b: Signed) -> Signed {
    Signed(muxed(condition, a.reference, b.reference))
}
/// `a` where `condition` is set, else `b`.
public func mux(_ condition: Bit, _ a: Bit, _ b: Bit) -> Bit {
    Bit(muxed(condition, a.reference, b.reference))
}

private func muxed(_ condition: Bit, _ a: Reference, _ b: Reference) -> Reference {
    guard let circuit = condition.reference.circuit else { return condition.reference.literal != 0 ? a : b }
    let width = max(a.width, b.width)
    return circuit.make(.mux, width: width, signed: a.isSigned, operands: [
        condition.reference, circuit.bind(a, width: width), circuit.bind(b, width: width)])
}

/// The choice numbered `index`, as a tree of muxes; the last choice beyond the end.
public func select<V: Selectable>(_ index: Unsigned, _ choices: [V]) -> V {
    precondition(!choices.isEmpty, "select needs a choice")
    var level = choices
    var bit = 0
    while level.count > 1 {
        level = stride(from: 0, to: level.count, by: 2).map { i in
            i + 1 < level.count ? V.mux(index[bit], level[i + 1], level[i]) : level[i]
        }
        bit += 1
    }
    return level[0]
}

/// What `select` can choose between.
public protocol Selectable {
    static func mux(_ condition: Bit, _ a: Self, _ b: Self) -> Self
}
extension Bit: Selectable {
    public static func mux(_ condition: Bit, _ a: Bit, _ b: Bit) -> Bit { RTL.mux(condition, a, b) }
}
extension Unsigned: Selectable {
    public static func mux(_ condition: Bit, _ a: Unsigned, _ b: Unsigned) -> Unsigned { RTL.mux(condition, a, b) }
}
extension Signed: Selectable {
    public static func mux(_ condition: Bit, _ a: Signed, _ b: Signed) -> Signed { RTL.mux(condition, a, b) }
}

/// All signals of `parts` side by side, the first part in the highest bits.
public func concatenate(_ parts: [any Value]) -> Unsigned {
    let references = parts.flatMap { $0.leaves.map(\.reference) }
    guard let circuit = references.lazy.compactMap(\.circuit).first else {
        preconditionFailure("a concatenation of literals has no width")
    }
    if references.count == 1 { return Unsigned(references[0].reinterpreted(signed: false)) }
    let bound = references.map { circuit.bind($0, width: $0.width) }
    return Unsigned(circuit.make(
        .concatenate, width: bound.reduce(0) { $0 + $1.width }, signed: false, operands: bound))
}

/// All signals of `parts` side by side, the first part in the highest bits.
public func concatenate(_ parts: any Value...) -> Unsigned { concatenate(parts) }

extension Array where Element == Bit {
    public var anySet: Bit { concatenate(self.map { $0 as any Value }).isNonzero }
    public var allSet: Bit { concatenate(self.map { $0 as any Value }).isAllOnes }
}
