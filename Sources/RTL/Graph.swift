/// A node of one module's graph.
public struct NodeID: Hashable, Sendable, Comparable {
    public let index: Int32

    public init(_ index: Int) { self.index = Int32(index) }

    public static func < (a: NodeID, b: NodeID) -> Bool { a.index < b.index }
}

/// The primitives. Everything else in the DSL is built on these.
///
/// Widths are in bits; `w` is the node's own. Operands are extended to the stated width before the node is made, so
/// a printer or a simulator never has to.
///
/// | operation | operands | result | Verilog |
/// |---|---|---|---|
/// | `constant` | - | `Graph.constants[attribute]` | `8'h2a` |
/// | `input` | - | module input port | port |
/// | `wire` | driven by statements | internal net, output port or instance input | `assign x = ...;` |
/// | `register` | driven by statements | value before the clock edge | `x <= ...;` |
/// | `memoryRead` | address, enable | registered read data | `if (en) q <= mem[a];` |
/// | `instanceOutput` | - | output of an instance | wire on the port |
/// | `add` `subtract` | two of width w, same sign | modulo 2^w | `a + b` |
/// | `multiply` | any two widths, same sign | width is their sum | `a * b` |
/// | `and` `or` `xor` `not` | width w | bitwise | `a & b` |
/// | `equal` `less` | two of one width and sign | one bit | `a < b` |
/// | `shiftLeft` `shiftRight` | value of width w, unsigned amount | arithmetic if signed | `a >>> n` |
/// | `concatenate` | most significant first | sum of widths | `{a, b}` |
/// | `slice` | one | w bits from bit `attribute` | `a[7:4]` |
/// | `extend` | narrower one | by the operand's sign | `{4'h0, a}` |
/// | `reinterpret` | width w | same bits, other sign | `$signed(a)` |
/// | `mux` | one bit, two of width w | first if set | `s ? a : b` |
/// | `reduceAnd` `reduceOr` `reduceXor` | one | one bit | `&a` |
/// | `table` | index | `Graph.tables[attribute][index]`, 0 beyond its end | `case (i) ...` |
public enum Operation: UInt8, Sendable, CaseIterable {
    case constant, input, wire, register, memoryRead, instanceOutput
    case add, subtract, multiply
    case and, or, xor, not
    case equal, less
    case shiftLeft, shiftRight
    case concatenate, slice, extend, reinterpret
    case mux
    case reduceAnd, reduceOr, reduceXor
    case table
}

public struct Node: Sendable {
    public let operation: Operation
    public let isSigned: Bool
    public let width: Int32
    /// Low bit of a slice; index of the constant, port, register, memory read, instance or table.
    public let attribute: Int32
    let firstOperand: Int32
    let operandCount: Int32
}

/// A constant of any width, least significant word first, canonical: no bits above its width, no leading zero word but one.
public struct Constant: Hashable, Sendable {
    public let words: [UInt64]

    public init(words: [UInt64]) { self.words = words }

    /// Two's complement of `value` in `width` bits.
    public init(_ value: Int, width: Int) {
        var words = [UInt64](repeating: value < 0 ? .max : 0, count: max(1, (width + 63) / 64))
        words[0] = UInt64(bitPattern: Int64(value))
        if width % 64 != 0 { words[words.count - 1] &= (1 << UInt64(width % 64)) - 1 }
        self.words = words
    }
}

/// A read-only table: `entries[i]` for index i.
public struct LookupTable: Hashable, Sendable {
    public let name: String
    public let width: Int
    public let entries: [UInt64]
}

/// The word-level nodes of one module, in creation order: an operand's number is lower than its user's, except through
/// wires, registers, memories and instances, which are driven by statements.
public struct Graph {
    public private(set) var nodes: [Node] = []
    public private(set) var constants: [Constant] = []
    public internal(set) var tables: [LookupTable] = []
    private var operandPool: [Int32] = []
    private var names: [Int32: String] = [:]
    private var nodeLocations: [Int32] = []
    private var locations: [SourceLocation] = []

    public var count: Int { nodes.count }
    public subscript(node: NodeID) -> Node { nodes[Int(node.index)] }

    public func operands(of node: NodeID) -> [NodeID] {
        let n = nodes[Int(node.index)]
        return (0..<Int(n.operandCount)).map { NodeID(Int(operandPool[Int(n.firstOperand) + $0])) }
    }

    public func operand(_ position: Int, of node: NodeID) -> NodeID {
        NodeID(Int(operandPool[Int(nodes[Int(node.index)].firstOperand) + position]))
    }

    public func operandCount(of node: NodeID) -> Int { Int(nodes[Int(node.index)].operandCount) }

    /// The name the user gave, or the port's; nil for an expression.
    public func name(of node: NodeID) -> String? { names[node.index] }

    public func width(of node: NodeID) -> Int { Int(nodes[Int(node.index)].width) }

    public func constant(of node: NodeID) -> Constant? {
        let n = self[node]
        return n.operation == .constant ? constants[Int(n.attribute)] : nil
    }

    /// The statement that made the node.
    public func location(of node: NodeID) -> SourceLocation {
        let index = nodeLocations[Int(node.index)]
        return index < 0 ? SourceLocation(fileID: "unknown", line: 0) : locations[Int(index)]
    }

    mutating func append(
        _ operation: Operation, width: Int, signed: Bool, attribute: Int = 0, operands: [NodeID] = []
    ) -> NodeID {
        let first = operandPool.count
        for operand in operands { operandPool.append(operand.index) }
        nodes.append(Node(
            operation: operation, isSigned: signed, width: Int32(width), attribute: Int32(attribute),
            firstOperand: Int32(first), operandCount: Int32(operands.count)))
        nodeLocations.append(-1)
        return NodeID(nodes.count - 1)
    }

    mutating func appendConstant(_ constant: Constant, width: Int, signed: Bool) -> NodeID {
        constants.append(constant)
        return append(.constant, width: width, signed: signed, attribute: constants.count - 1)
    }

    mutating func setName(_ name: String, of node: NodeID) { names[node.index] = name }

    /// Gives `location` to the nodes from `start` on that have none.
    mutating func stamp(from start: Int, _ location: SourceLocation) {
        if locations.last != location { locations.append(location) }
        let index = Int32(locations.count - 1)
        for node in start..<nodes.count where nodeLocations[node] < 0 { nodeLocations[node] = index }
    }

    mutating func setLocation(of node: NodeID, _ location: SourceLocation) {
        if locations.last != location { locations.append(location) }
        nodeLocations[Int(node.index)] = Int32(locations.count - 1)
    }
}
