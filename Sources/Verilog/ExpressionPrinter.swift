import RTL

/// Writes terms as Verilog expressions.
///
/// Every expression it writes has, by Verilog's rules, the width of its term wherever it stands: operands of one
/// operator have one width, and what would be widened by its surroundings stands alone (`Term.isRootOnly`).
///
/// A class: closures that capture a struct copy it, and the next bit read would then copy the whole record of reads.
final class ExpressionPrinter {
    private let terms: [Term]
    private let nets: Nets
    private let graph: Graph
    /// Bits of each net that text has read, by name.
    private(set) var bitsRead: [String: BitSet] = [:]

    init(terms: [Term], nets: Nets, graph: Graph) {
        self.terms = terms
        self.nets = nets
        self.graph = graph
    }

    /// The name of a net, or the expression.
    func reference(_ term: TermID) -> Layout {
        if let name = nets.name[term] {
            markRead(name, width: terms[term].width, from: 0, count: terms[term].width)
            return .text(name)
        }
        return definition(of: term)
    }

    /// An index of an array: a signed one would count below zero.
    func index(_ term: TermID) -> String {
        (printsSigned(term) ? cast(term, signed: false) : reference(term)).flat
    }

    func markRead(_ name: String, width: Int, from low: Int, count: Int) {
        bitsRead[name, default: BitSet(width: width)].insert(low..<(low + count))
    }

    /// The operator and its operands, whether or not the term has a name.
    func definition(of id: TermID) -> Layout {
        let term = terms[id]
        switch term.operation {
        case .constant: return .text(term.constant!.verilog(width: term.width))
        case .input, .wire, .register, .memoryRead, .instanceOutput, .table: return reference(id)
        case .slice: return .text(selection(term))
        case .extend: return widening(term)
        case .concatenate: return concatenation(id)
        case .not: return negation(term)
        case .mux: return choice(id)
        case .and, .or, .xor, .add: return chain(id)
        case .subtract: return binary("-", nested(term.operands[0]), nested(term.operands[1]))
        case .multiply: return signSensitive("*", term.operands[0], term.operands[1], signed: term.readsSigned)
        case .equal: return equality("==", term)
        case .less: return less(term, isNegated: false)
        case .shiftLeft: return binary("<<", nested(term.operands[0]), cast(term.operands[1], signed: false))
        case .shiftRight:
            return binary(term.readsSigned ? ">>>" : ">>",
                          term.readsSigned ? cast(term.operands[0], signed: true) : nested(term.operands[0]),
                          cast(term.operands[1], signed: false))
        case .reduceAnd: return unary("&", term.operands[0])
        case .reduceOr: return unary("|", term.operands[0])
        case .reduceXor: return unary("^", term.operands[0])
        case .reinterpret: preconditionFailure("a reinterpretation is no term")
        }
    }

    // MARK: Operators

    private func binary(_ symbol: String, _ a: Layout, _ b: Layout) -> Layout {
        .group([a, .joined([.text(symbol + " "), b])])
    }

    /// One unary operator may not follow another.
    private func unary(_ symbol: String, _ operand: TermID) -> Layout {
        let isUnary = nets.name[operand] == nil && terms[operand].operation == .not && !isComparison(terms[operand].operands[0])
        return .joined(isUnary ? [.text(symbol + "("), definition(of: operand), .text(")")] : [.text(symbol), nested(operand)])
    }

    /// In parentheses unless it reads as one word.
    private func nested(_ id: TermID) -> Layout {
        if nets.name[id] != nil { return reference(id) }
        switch terms[id].operation {
        case .constant, .slice, .extend, .concatenate: return definition(of: id)
        case .not where !isComparison(terms[id].operands[0]): return definition(of: id)
        default: return .joined([.text("("), definition(of: id), .text(")")])
        }
    }

    /// `a & b & c`: one operator all along.
    private func chain(_ id: TermID) -> Layout {
        let operation = terms[id].operation
        let symbol = switch operation {
        case .and: "& "
        case .or: "| "
        case .xor: "^ "
        default: "+ "
        }
        var layouts: [Layout] = []
        for part in links(of: id) {
            let operand = nested(part)
            layouts.append(layouts.isEmpty ? operand : .joined([.text(symbol), operand]))
        }
        return .group(layouts)
    }

    /// The operands of one operator used all along, from the left.
    private func links(of id: TermID) -> [TermID] {
        terms[id].operands.flatMap { operand in
            nets.name[operand] == nil && terms[operand].operation == terms[id].operation ? links(of: operand) : [operand]
        }
    }

    /// `a ? x : b ? y : z`.
    private func choice(_ id: TermID) -> Layout {
        var layouts: [Layout] = [], rest = id
        while rest == id || nets.name[rest] == nil && terms[rest].operation == .mux {
            let operands = terms[rest].operands
            let condition = nested(operands[0]), value = nested(operands[1])
            layouts.append(.joined([.text(layouts.isEmpty ? "" : ": "), condition, .text(" ? "), value]))
            rest = operands[2]
        }
        layouts.append(.joined([.text(": "), nested(rest)]))
        return .group(layouts)
    }

    /// `!` of one bit, `~` of more; the opposite of a comparison is another one.
    private func negation(_ term: Term) -> Layout {
        let id = term.operands[0], operand = terms[id]
        guard isComparison(id) else { return unary(term.width == 1 ? "!" : "~", id) }
        if operand.operation == .less { return less(operand, isNegated: true) }
        return equality("!=", operand)
    }

    /// The same bits are equal whatever their signs; a doubt that linters have is not left in the text.
    private func equality(_ symbol: String, _ term: Term) -> Layout {
        let (a, b) = (term.operands[0], term.operands[1])
        let areAlike = printsSigned(a) == printsSigned(b) || [a, b].contains { isPositive($0) }
        return binary(symbol, areAlike ? nested(a) : cast(a, signed: false), areAlike ? nested(b) : cast(b, signed: false))
    }

    /// A literal that is the same number with a sign as without.
    private func isPositive(_ id: TermID) -> Bool { terms[id].constant.map { !$0.bit(terms[id].width - 1) } ?? false }

    private func isComparison(_ id: TermID) -> Bool {
        nets.name[id] == nil && (terms[id].operation == .equal || terms[id].operation == .less)
    }

    /// A literal stands on the right.
    private func less(_ term: Term, isNegated: Bool) -> Layout {
        let (a, b) = (term.operands[0], term.operands[1])
        if terms[a].constant != nil {
            return signSensitive(isNegated ? "<=" : ">", b, a, signed: term.readsSigned)
        }
        return signSensitive(isNegated ? ">=" : "<", a, b, signed: term.readsSigned)
    }

    // MARK: Bits

    private func selection(_ term: Term) -> String {
        let name = nets.name[term.operands[0]]!
        let width = terms[term.operands[0]].width
        markRead(name, width: width, from: term.low, count: term.width)
        return term.width == 1 ? "\(name)[\(term.low)]" : "\(name)[\(term.low + term.width - 1):\(term.low)]"
    }

    private func widening(_ term: Term) -> Layout {
        let operand = term.operands[0], width = terms[operand].width
        let count = term.width - width
        if !term.readsSigned { return .braces([.text(Constant(0, width: count).verilog(width: count)), reference(operand)]) }
        if width == 1 { return .joined([.text("{\(count + 1){"), reference(operand), .text("}}")]) }
        let sign = signBit(of: operand)
        return .braces([.text(count == 1 ? sign : "{\(count){\(sign)}}"), reference(operand)])
    }

    private func signBit(of operand: TermID) -> String {
        let term = terms[operand]
        if let name = nets.name[operand] { return "\(name)[\(term.width - 1)]" }
        return "\(nets.name[term.operands[0]]!)[\(term.low + term.width - 1)]"
    }

    private func concatenation(_ id: TermID) -> Layout {
        var parts: [TermID] = []
        collect(id, isOuter: true, &parts)
        if parts.count > 1, parts.allSatisfy({ $0 == parts[0] }) {
            return .joined([.text("{\(parts.count){"), reference(parts[0]), .text("}}")])
        }
        return .braces(parts.map { reference($0) })
    }

    private func collect(_ id: TermID, isOuter: Bool, _ parts: inout [TermID]) {
        guard terms[id].operation == .concatenate, isOuter || nets.name[id] == nil else { return parts.append(id) }
        for operand in terms[id].operands { collect(operand, isOuter: false, &parts) }
    }

    // MARK: Signs

    /// Both operands get the sign that the operator reads them with; one unsigned operand makes it unsigned.
    private func signSensitive(_ symbol: String, _ a: TermID, _ b: TermID, signed: Bool) -> Layout {
        if signed { return binary(symbol, cast(a, signed: true), cast(b, signed: true)) }
        return binary(symbol, printsSigned(a) && printsSigned(b) ? cast(a, signed: false) : nested(a), nested(b))
    }

    private func cast(_ id: TermID, signed: Bool) -> Layout {
        if printsSigned(id) == signed { return nested(id) }
        return .joined([.text(signed ? "$signed(" : "$unsigned("), reference(id), .text(")")])
    }

    /// The sign Verilog gives to what is written for the term.
    private func printsSigned(_ id: TermID) -> Bool {
        let term = terms[id]
        if nets.name[id] != nil { return nets.carrier[id].map { graph[$0].isSigned } ?? term.isSigned }
        switch term.operation {
        case .add, .subtract, .multiply, .and, .or, .xor: return term.operands.allSatisfy(printsSigned)
        case .not: return term.width > 1 && printsSigned(term.operands[0])
        case .shiftLeft: return printsSigned(term.operands[0])
        case .shiftRight: return term.readsSigned || printsSigned(term.operands[0])
        case .mux: return printsSigned(term.operands[1]) && printsSigned(term.operands[2])
        default: return false
        }
    }
}

/// Some of the bits of a net.
struct BitSet {
    private var isSet: [Bool]

    init(width: Int) { isSet = [Bool](repeating: false, count: width) }

    mutating func insert(_ range: Range<Int>) { for bit in range { isSet[bit] = true } }

    /// The bits not inserted, as ranges from the top.
    var missing: [Range<Int>] {
        var ranges: [Range<Int>] = []
        var top = isSet.count
        while top > 0 {
            if isSet[top - 1] { top -= 1; continue }
            var low = top - 1
            while low > 0 && !isSet[low - 1] { low -= 1 }
            ranges.append(low..<top)
            top = low
        }
        return ranges
    }
}
