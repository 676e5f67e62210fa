/// What every hardware value is underneath: a node of a circuit, or a literal not yet bound to one.
public struct Reference {
    /// Not retained: a module's circuit outlives the handles its body uses.
    private let owner: Unmanaged<Circuit>?
    public let node: NodeID
    public let width: Int
    public let isSigned: Bool
    let literal: Int

    init(circuit: Circuit, node: NodeID, width: Int, isSigned: Bool) {
        self.owner = .passUnretained(circuit)
        self.node = node
        self.width = width
        self.isSigned = isSigned
        self.literal = 0
    }

    /// A literal takes its place in a circuit when it meets an operand of one.
    init(literal: Int, isSigned: Bool) {
        self.owner = nil
        self.node = NodeID(-1)
        self.isSigned = isSigned
        self.literal = literal
        self.width = bitsToHold(literal, signed: isSigned)
    }

    var circuit: Circuit? { owner?.takeUnretainedValue() }
    var isLiteral: Bool { owner == nil }
}

/// Bits that hold `value`: two's complement if signed; at least one.
public func bitsToHold(_ value: Int, signed: Bool) -> Int {
    let magnitude = value < 0 ? ~value : value
    return max(1, Int.bitWidth - magnitude.leadingZeroBitCount + (signed ? 1 : 0))
}

/// Bits that count 0...n.
public func bitsToCount(_ n: Int) -> Int { bitsToHold(n, signed: false) }

/// Bits that index n things: at least one.
public func bitsToIndex(_ n: Int) -> Int { max(1, bitsToHold(n - 1, signed: false)) }

/// Anything made of signals that all point one way: a `Bit`, a number, a vector, or a bundle of them.
public protocol Value {
    /// Its signals, in declaration order, with the path that names each below the value itself ("" for a scalar).
    var leaves: [(path: String, reference: Reference)] { get }
}

/// A value that is one signal.
public protocol Scalar: Value {
    init(_ reference: Reference)
    var reference: Reference { get }
}

extension Scalar {
    public var leaves: [(path: String, reference: Reference)] { [("", reference)] }
    /// Width in bits.
    public var width: Int { reference.width }
}

/// A struct of values; its signals are found by reflection and named `field_subfield`.
public protocol Bundle: Value {}

extension Bundle {
    public var leaves: [(path: String, reference: Reference)] {
        Mirror(reflecting: self).children.flatMap { child -> [(path: String, reference: Reference)] in
            guard let value = child.value as? any Value else { return [] }
            return value.leaves.map { (joinPath(snakeCase(child.label ?? ""), $0.path), $0.reference) }
        }
    }
}

extension Array: Value where Element: Value {
    public var leaves: [(path: String, reference: Reference)] {
        enumerated().flatMap { index, value in value.leaves.map { (joinPath("\(index)", $0.path), $0.reference) } }
    }
}

func joinPath(_ a: String, _ b: String) -> String {
    a.isEmpty ? b : b.isEmpty ? a : a + "_" + b
}

/// Swift's `keyMSBAddress` as Verilog's `key_msb_address`.
func snakeCase(_ label: String) -> String {
    let characters = Array(label)
    var result = ""
    for (i, character) in characters.enumerated() {
        let startsWord = character.isUppercase && i > 0
            && (!characters[i - 1].isUppercase || i + 1 < characters.count && characters[i + 1].isLowercase)
        result += (startsWord ? "_" : "") + character.lowercased()
    }
    return result
}
