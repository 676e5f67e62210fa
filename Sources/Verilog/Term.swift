import RTL

/// Index of a term among the terms of its module.
typealias TermID = Int

/// One value as Verilog will say it: a net, a literal or one operator on terms.
///
/// Terms are the graph's nodes after `Legaliser` has removed what Verilog has no safe words for; the operation has the
/// meaning it has in the graph.
struct Term {
    let operation: Operation
    let width: Int
    /// Sign of the net that carries the term if it gets one.
    let isSigned: Bool
    /// The operands are two's complement numbers: matters to `less`, `multiply`, `shiftRight` and `extend`.
    var readsSigned = false
    /// Low bit of a slice.
    var low = 0
    var operands: [TermID] = []
    var constant: Constant?
    /// The node this was made of: names a net, gives the location of the rest.
    let origin: NodeID

    /// A net of the module: something with a name of its own.
    var isNet: Bool {
        switch operation {
        case .input, .wire, .register, .memoryRead, .instanceOutput, .table: true
        default: false
        }
    }

    /// Needs no operator.
    var isLeaf: Bool { isNet || operation == .constant }

    /// Right only as the whole right side of an assignment to a net of its width and sign: Verilog would give it the
    /// width or the sign of its surroundings elsewhere.
    func isRootOnly(among terms: [Term]) -> Bool {
        switch operation {
        case .multiply, .shiftLeft, .shiftRight: true
        case .less: readsSigned
        case .add, .subtract: isSigned || operands.contains { terms[$0].operation == .extend }
        default: false
        }
    }
}

extension Constant {
    func bit(_ index: Int) -> Bool {
        index / 64 < words.count && words[index / 64] >> UInt64(index % 64) & 1 == 1
    }

    /// `width` bits, each asked for.
    init(width: Int, bit: (Int) -> Bool) {
        var words = [UInt64](repeating: 0, count: (width + 63) / 64)
        for index in 0..<width where bit(index) { words[index / 64] |= 1 << UInt64(index % 64) }
        self.init(words: words)
    }

    var isZero: Bool { words.allSatisfy { $0 == 0 } }

    func isAllOnes(width: Int) -> Bool { (0..<width).allSatisfy(bit) }

    /// A sized Verilog literal.
    func verilog(width: Int) -> String {
        if width == 1 { return bit(0) ? "1'b1" : "1'b0" }
        let digits = (0..<(width + 3) / 4).reversed().map { digit in
            let value = (0..<4).reduce(0) { $0 | (bit(digit * 4 + $1) ? 1 << $1 : 0) }
            return String(value, radix: 16)
        }
        let significant = digits.drop { $0 == "0" }.joined()
        return "\(width)'h\(significant.isEmpty ? "0" : significant)"
    }
}
