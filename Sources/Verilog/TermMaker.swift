import RTL

/// Makes terms in their simplest safe form.
struct TermMaker {
    private(set) var terms: [Term] = []
    /// The node for which terms are made.
    var origin = NodeID(0)
    /// Sign of what is made.
    var isSigned = false

    mutating func add(_ term: Term) -> TermID {
        terms.append(term)
        return terms.count - 1
    }

    mutating func setIndex(of table: TermID, to index: TermID) { terms[table].operands = [index] }

    mutating func make(
        _ operation: Operation, width: Int, operands: [TermID], low: Int = 0, readsSigned: Bool = false
    ) -> TermID {
        add(Term(operation: operation, width: width, isSigned: isSigned, readsSigned: readsSigned, low: low,
                 operands: operands, origin: origin))
    }

    mutating func constant(_ value: Constant, width: Int) -> TermID {
        add(Term(operation: .constant, width: width, isSigned: isSigned, constant: value, origin: origin))
    }

    private mutating func bit(_ value: Bool) -> TermID { constant(Constant(value ? 1 : 0, width: 1), width: 1) }

    private mutating func zero(width: Int) -> TermID { constant(Constant(0, width: width), width: width) }

    /// Bits of a term, taken from as deep inside it as they can be.
    mutating func slice(_ a: TermID, from low: Int, width: Int) -> TermID {
        let term = terms[a]
        if width == term.width { return a }
        switch term.operation {
        case .constant:
            return constant(Constant(width: width) { term.constant!.bit($0 + low) }, width: width)
        case .slice:
            return slice(term.operands[0], from: term.low + low, width: width)
        case .extend:
            let inner = term.operands[0], innerWidth = terms[inner].width
            if low + width <= innerWidth { return slice(inner, from: low, width: width) }
            if low >= innerWidth && !term.readsSigned { return zero(width: width) }
            if low < innerWidth {
                return extend(slice(inner, from: low, width: innerWidth - low), to: width, signed: term.readsSigned)
            }
            return extend(slice(inner, from: innerWidth - 1, width: 1), to: width, signed: true)
        case .concatenate:
            var top = term.width
            for part in term.operands {
                top -= terms[part].width
                if low >= top && low + width <= top + terms[part].width {
                    return slice(part, from: low - top, width: width)
                }
            }
        default: break
        }
        return make(.slice, width: width, operands: [a], low: low)
    }

    mutating func extend(_ a: TermID, to width: Int, signed: Bool) -> TermID {
        let term = terms[a]
        if width == term.width { return a }
        if let value = term.constant {
            let top = signed && value.bit(term.width - 1)
            return constant(Constant(width: width) { $0 < term.width ? value.bit($0) : top }, width: width)
        }
        if term.operation == .extend && (!term.readsSigned || signed) {
            return extend(term.operands[0], to: width, signed: term.readsSigned)
        }
        return make(.extend, width: width, operands: [a], readsSigned: signed)
    }

    mutating func concatenate(_ parts: [TermID]) -> TermID {
        let width = parts.reduce(0) { $0 + terms[$1].width }
        if parts.allSatisfy({ terms[$0].constant != nil }) {
            var bits: [Bool] = []
            for part in parts.reversed() { bits += (0..<terms[part].width).map { terms[part].constant!.bit($0) } }
            return constant(Constant(width: width) { bits[$0] }, width: width)
        }
        return make(.concatenate, width: width, operands: parts)
    }

    /// A constant amount is a slice. Tools refuse amounts of more than 32 bits, so the high bits of a long one choose
    /// between the shift and its limit.
    mutating func shift(_ operation: Operation, _ a: TermID, by amount: TermID, arithmetic: Bool) -> TermID {
        let width = terms[a].width
        if let count = terms[amount].constant {
            let long = count.words.dropFirst().contains { $0 != 0 } || count.words[0] >= UInt64(width)
            let places = long ? width : Int(count.words[0])
            if places == 0 { return a }
            if places == width { return limit(operation, a, arithmetic: arithmetic) }
            if operation == .shiftRight {
                return extend(slice(a, from: places, width: width - places), to: width, signed: arithmetic)
            }
            return concatenate([slice(a, from: 0, width: width - places), zero(width: places)])
        }
        let bits = bitsToCount(width), amountWidth = terms[amount].width
        guard amountWidth > 32 else {
            return make(operation, width: width, operands: [a, amount], readsSigned: arithmetic)
        }
        let near = make(operation, width: width, operands: [a, slice(amount, from: 0, width: bits)],
                        readsSigned: arithmetic)
        let isFar = make(.reduceOr, width: 1, operands: [slice(amount, from: bits, width: amountWidth - bits)])
        return mux(isFar, limit(operation, a, arithmetic: arithmetic), near)
    }

    /// What a shift by the whole width or more leaves.
    private mutating func limit(_ operation: Operation, _ a: TermID, arithmetic: Bool) -> TermID {
        let width = terms[a].width
        guard operation == .shiftRight && arithmetic else { return zero(width: width) }
        return extend(slice(a, from: width - 1, width: 1), to: width, signed: true)
    }

    mutating func not(_ a: TermID) -> TermID {
        let term = terms[a]
        if term.operation == .not { return term.operands[0] }
        if let value = term.constant {
            return constant(Constant(width: term.width) { !value.bit($0) }, width: term.width)
        }
        return make(.not, width: term.width, operands: [a])
    }

    /// `and` or `or`.
    mutating func logical(_ operation: Operation, _ a: TermID, _ b: TermID) -> TermID {
        let width = terms[a].width
        for (one, other) in [(a, b), (b, a)] {
            guard let value = terms[one].constant else { continue }
            if value.isZero { return operation == .and ? one : other }
            if value.isAllOnes(width: width) { return operation == .and ? other : one }
        }
        return make(operation, width: width, operands: [a, b])
    }

    mutating func equal(_ a: TermID, _ b: TermID) -> TermID {
        for (one, other) in [(a, b), (b, a)] where terms[one].width == 1 {
            if let value = terms[one].constant { return value.isZero ? not(other) : other }
        }
        return make(.equal, width: 1, operands: [a, b])
    }

    /// Nothing is less than the least number, and the greatest is less than nothing.
    mutating func less(_ a: TermID, _ b: TermID, signed: Bool) -> TermID {
        let top = terms[a].width - 1
        if let value = terms[b].constant, (0...top).allSatisfy({ value.bit($0) == (signed && $0 == top) }) {
            return bit(false)
        }
        if let value = terms[a].constant, (0...top).allSatisfy({ value.bit($0) != (signed && $0 == top) }) {
            return bit(false)
        }
        return make(.less, width: 1, operands: [a, b], readsSigned: signed)
    }

    mutating func mux(_ condition: TermID, _ a: TermID, _ b: TermID) -> TermID {
        if let value = terms[condition].constant { return value.isZero ? b : a }
        if isSame(a, b, levels: 3) { return a }
        if terms[a].width == 1, let yes = terms[a].constant, let no = terms[b].constant {
            return yes == no ? a : yes.isZero ? not(condition) : condition
        }
        return make(.mux, width: terms[a].width, operands: [condition, a, b])
    }

    /// `reduceAnd`, `reduceOr` or `reduceXor` without the bits that do not count.
    mutating func reduce(_ operation: Operation, _ a: TermID) -> TermID {
        let term = terms[a]
        if term.width == 1 { return a }
        if let value = term.constant {
            let count = (0..<term.width).count(where: value.bit)
            return bit(operation == .reduceAnd ? count == term.width : operation == .reduceOr ? count > 0 : count % 2 == 1)
        }
        if term.operation == .extend {
            if term.readsSigned && operation != .reduceXor { return reduce(operation, term.operands[0]) }
            if !term.readsSigned { return operation == .reduceAnd ? bit(false) : reduce(operation, term.operands[0]) }
        }
        return make(operation, width: 1, operands: [a])
    }

    /// Whether two terms would read the same, as far as a few levels show.
    private func isSame(_ a: TermID, _ b: TermID, levels: Int) -> Bool {
        if a == b { return true }
        let (x, y) = (terms[a], terms[b])
        return levels > 0 && !x.isNet && x.operation == y.operation && x.width == y.width && x.low == y.low
            && x.readsSigned == y.readsSigned && x.constant == y.constant && x.operands.count == y.operands.count
            && zip(x.operands, y.operands).allSatisfy { isSame($0, $1, levels: levels - 1) }
    }
}
