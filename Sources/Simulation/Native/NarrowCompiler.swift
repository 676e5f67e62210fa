import RTL

/// How a field must be shifted to be read as wanted.
private enum Fill {
    /// Zeros come in from above.
    case zeros
    /// Copies of the highest stored bit come in.
    case sign
    /// Only modulo the width: both do.
    case either
}

/// Results of one word from operands of one word.
extension Compiler {
    /// Field and fill to read a value modulo its width.
    private mutating func moduloField(_ view: View) -> (View, Fill) {
        let view = field(view)
        return (view, view.bits == view.width ? .either : view.signFilled ? .sign : .zeros)
    }

    /// Field and fill to read a value as a number.
    private mutating func numberField(_ view: View, signed: Bool) -> (View, Fill) {
        if !signed { return (view.signFilled ? materialize(view) : field(view), .zeros) }
        let view = field(view)
        return (view, view.bits == view.width || view.signFilled ? .sign : .zeros)
    }

    /// An operation whose result does not depend on what lies above the operands' width.
    mutating func modular(
        _ wholeWords: Opcode, _ unsigned: Opcode, _ signed: Opcode?, _ mixed: Opcode?,
        _ a: View, _ b: View, width: Int, at claim: Int?
    ) -> View {
        let follows = a.followsInputs || b.followsInputs
        if a.isPlain && b.isPlain {
            let whole = Instruction(opcode: wholeWords, a: Int32(a.byte), b: Int32(b.byte), mask: lowMask(width))
            return emit(whole, width: width, followsInputs: follows, at: claim)
        }
        var (x, fillX) = moduloField(a), (y, fillY) = moduloField(b)
        var opcode = unsigned
        switch (fillX, fillY) {
        case (.zeros, .sign), (.sign, .zeros):
            if let mixed {
                if fillX == .zeros { swap(&x, &y) }
                opcode = mixed
            } else {
                if fillX == .sign { x = materialize(x) } else { y = materialize(y) }
            }
        case (.sign, _), (_, .sign):
            if let signed {
                opcode = signed
            } else {
                if fillX == .sign { x = materialize(x) }
                if fillY == .sign { y = materialize(y) }
            }
        default: break
        }
        return emit(Instruction(opcode: opcode, a: x, b: y, mask: lowMask(width)), width: width, followsInputs: follows, at: claim)
    }

    mutating func compare(
        _ operation: Operation, inverted: Bool, _ a: View, _ b: View, signed: Bool, at claim: Int?
    ) -> View {
        let follows = a.followsInputs || b.followsInputs
        let isEqual = operation == .equal
        // Equal as unsigned numbers is equal as signed numbers.
        let signed = isEqual ? a.signFilled || b.signFilled : signed
        if a.isPlain && b.isPlain && !signed {
            let opcode: Opcode = isEqual ? (inverted ? .unequalP : .equalP) : (inverted ? .notLessP : .lessP)
            return emit(Instruction(opcode: opcode, a: Int32(a.byte), b: Int32(b.byte)), width: 1, followsInputs: follows, at: claim)
        }
        var (x, fillX) = numberField(a, signed: signed), (y, fillY) = numberField(b, signed: signed)
        if fillX == .zeros && fillY == .sign { (x, fillX) = (materialize(x), .sign) }
        if fillY == .zeros && fillX == .sign { (y, fillY) = (materialize(y), .sign) }
        let isSigned = fillX == .sign
        let opcode: Opcode = switch (isEqual, inverted) {
        case (true, false): isSigned ? .equalS : .equalU
        case (true, true): isSigned ? .unequalS : .unequalU
        case (false, false): isSigned ? .lessS : .lessU
        case (false, true): isSigned ? .notLessS : .notLessU
        }
        return emit(Instruction(opcode: opcode, a: x, b: y), width: 1, followsInputs: follows, at: claim)
    }

    private mutating func multiply(_ a: View, _ b: View, signed: Bool, width: Int, at claim: Int?) -> View {
        let follows = a.followsInputs || b.followsInputs
        if a.isPlain && b.isPlain && !signed {
            let whole = Instruction(opcode: .multiplyP, a: Int32(a.byte), b: Int32(b.byte), mask: lowMask(width))
            return emit(whole, width: width, followsInputs: follows, at: claim)
        }
        var (x, fillX) = numberField(a, signed: signed), (y, fillY) = numberField(b, signed: signed)
        if fillX == .zeros && fillY == .sign {
            swap(&x, &y)
            swap(&fillX, &fillY)
        }
        let opcode: Opcode = fillX == .zeros ? .multiplyU : fillY == .sign ? .multiplyS : .multiplyM
        return emit(Instruction(opcode: opcode, a: x, b: y, mask: lowMask(width)), width: width, followsInputs: follows, at: claim)
    }

    /// A shift amount or table index in one word.
    mutating func amount(_ view: View) -> View {
        if !view.isWide { return plain(view) }
        if view.bits <= 64 && !view.signFilled { return plain(view.slice(low: 0, width: 64)!) }
        let whole = block(view)
        return emit(Instruction(opcode: .clampW, count: UInt16(whole.words), a: Int32(whole.byte)),
                    width: 64, followsInputs: view.followsInputs)
    }

    mutating func compileNarrow(_ node: FlatNode, _ values: [View], at claim: Int?) -> View {
        let width = node.width
        let follows = values.contains { $0.followsInputs }
        switch node.operation {
        case .add: return modular(.addP, .addU, .addS, .addM, values[0], values[1], width: width, at: claim)
        case .subtract: return modular(.subtractP, .subtractU, .subtractS, nil, values[0], values[1], width: width, at: claim)
        case .and: return modular(.andP, .andU, nil, nil, values[0], values[1], width: width, at: claim)
        case .or: return modular(.orP, .orU, nil, nil, values[0], values[1], width: width, at: claim)
        case .xor: return modular(.xorP, .xorU, nil, nil, values[0], values[1], width: width, at: claim)
        case .equal, .less:
            return compare(node.operation, inverted: false, values[0], values[1], signed: node.isSigned, at: claim)
        case .multiply: return multiply(values[0], values[1], signed: node.isSigned, width: width, at: claim)
        case .not:
            let value = values[0].signFilled ? materialize(values[0]) : field(values[0])
            let instruction = value.isPlain ? Instruction(opcode: .notP, a: Int32(value.byte), mask: lowMask(width))
                : Instruction(opcode: .notU, a: value, mask: lowMask(width))
            return emit(instruction, width: width, followsInputs: follows, at: claim)
        case .mux:
            return mux(values[0], values[1], values[2], width: width, at: claim)
        case .shiftLeft, .shiftRight:
            let by = amount(values[1])
            let (x, fill) = numberField(values[0], signed: node.operation == .shiftRight && node.isSigned)
            let opcode: Opcode = node.operation == .shiftLeft ? .shiftLeftU : fill == .sign ? .shiftRightS : .shiftRightU
            var instruction = Instruction(opcode: opcode, a: x, mask: lowMask(width))
            instruction.b = Int32(by.byte)
            return emit(instruction, width: width, followsInputs: follows, at: claim)
        case .reduceOr, .reduceAnd, .reduceXor:
            let (x, _) = numberField(values[0], signed: false)
            let opcode: Opcode = node.operation == .reduceOr ? .anySetU : node.operation == .reduceAnd ? .allSetU : .oddU
            return emit(Instruction(opcode: opcode, a: x, mask: lowMask(x.width)), width: 1, followsInputs: follows, at: claim)
        default: preconditionFailure("\(node.operation) has no narrow form")
        }
    }

    private mutating func mux(_ condition: View, _ a: View, _ b: View, width: Int, at claim: Int?) -> View {
        let follows = condition.followsInputs || a.followsInputs || b.followsInputs
        var instruction: Instruction
        if a.isPlain && b.isPlain {
            instruction = Instruction(opcode: .muxP, a: Int32(a.byte), b: Int32(b.byte))
        } else {
            var (x, fillX) = moduloField(a), (y, fillY) = moduloField(b)
            if fillX == .sign && fillY == .zeros { (x, fillX) = (materialize(x), .either) }
            if fillX == .zeros && fillY == .sign { (y, fillY) = (materialize(y), .either) }
            let isSigned = fillX == .sign || fillY == .sign
            instruction = Instruction(opcode: isSigned ? .muxS : .muxU, a: x, b: y, mask: lowMask(width))
        }
        instruction.c = Int32(condition.byte)
        instruction.bitC = UInt8(condition.bit % 8)
        return emit(instruction, width: width, followsInputs: follows, at: claim)
    }

    // MARK: Lists

    /// A field as a term: shifted arithmetically, then masked.
    private mutating func term(_ view: View, signed: Bool?, position: Int = 0) -> Term {
        let view = field(view)
        let isFull = view.bits == view.width
        let mask: UInt64 = switch signed {
        case true?: view.signFilled || isFull ? .max : lowMask(view.bits)
        case false?: lowMask(view.signFilled ? view.width : view.bits)
        case nil: view.signFilled ? .max : lowMask(view.bits)
        }
        let (left, right) = view.shifts
        return Term(byte: Int32(view.byte), left: left, right: right, position: UInt8(position), mask: mask)
    }

    mutating func sum(_ products: [Selection.Product], _ addends: [Selection.Addend], width: Int, at claim: Int?) -> View {
        var terms: [Term] = []
        var follows = false
        for product in products {
            for factor in [views[product.a]!, views[product.b]!] {
                terms.append(term(factor, signed: product.isSigned))
                follows = follows || factor.followsInputs
            }
        }
        for addend in addends {
            terms.append(term(views[addend.node]!, signed: addend.isSigned))
            follows = follows || views[addend.node]!.followsInputs
        }
        let instruction = Instruction(
            opcode: .sum, count: UInt16(addends.count), a: Int32(program.terms.count), c: Int32(products.count), mask: lowMask(width))
        program.terms += terms
        return emit(instruction, width: width, followsInputs: follows, at: claim)
    }

    /// `parts` from the lowest bits up.
    mutating func concatenate(_ parts: [View], width: Int, at claim: Int?) -> View {
        let parts = joined(parts)
        if parts.count == 1 { return parts[0] }
        var pieces: [[(view: View, position: Int)]] = Array(repeating: [], count: (width + 63) / 64)
        var low = 0
        for part in parts {
            var taken = 0
            while taken < part.width {
                let room = min(part.width - taken, 64 - (low + taken) % 64)
                if let piece = part.slice(low: taken, width: room) {
                    pieces[(low + taken) / 64].append((piece, (low + taken) % 64))
                }
                taken += room
            }
            low += part.width
        }
        let follows = parts.contains { $0.followsInputs }
        let word = claim ?? allocate(width)
        for (index, pieces) in pieces.enumerated() {
            if pieces.count == 1, pieces[0].position == 0 {
                copy(pieces[0].view, to: word + index)
                continue
            }
            let terms = pieces.map { term($0.view, signed: false, position: $0.position) }
            emit(Instruction(opcode: .gather, count: UInt16(terms.count), target: Int32((word + index) * 8), a: Int32(program.terms.count)),
                 followsInputs: follows)
            program.terms += terms
        }
        return View(word: word, width: width, followsInputs: follows)
    }

    /// Neighbours in the arena as one part: a vector taken apart and put together again.
    private func joined(_ parts: [View]) -> [View] {
        var result: [View] = []
        for part in parts {
            if let last = result.last, last.bits == last.width, part.bits == part.width, last.bit + last.bits == part.bit {
                result[result.count - 1].bits += part.bits
                result[result.count - 1].width += part.bits
                result[result.count - 1].isClean = part.isClean
                result[result.count - 1].followsInputs = last.followsInputs || part.followsInputs
            } else {
                result.append(part)
            }
        }
        return result
    }

    mutating func lookUp(_ table: LookupTable, _ index: View, width: Int, at claim: Int?) -> View {
        let by = amount(index)
        let instruction = Instruction(
            opcode: .table, a: Int32(program.tables.count), b: Int32(by.byte), c: Int32(table.entries.count), mask: lowMask(width))
        program.tables += table.entries
        var view = emit(instruction, width: min(width, 64), followsInputs: index.followsInputs, at: width > 64 ? nil : claim)
        view.width = width
        return view
    }
}
