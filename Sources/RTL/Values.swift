/// One wire: a condition, a flag, a handshake.
public struct Bit: Scalar, ExpressibleByBooleanLiteral {
    public let reference: Reference
    public init(_ reference: Reference) { self.reference = reference }
    public init(booleanLiteral value: Bool) { reference = Reference(literal: value ? 1 : 0, isSigned: false) }
}

/// An unsigned number. `+` and `*` grow, `&+` and `&-` wrap, `-` gives a `Signed`.
public struct Unsigned: Scalar, ExpressibleByIntegerLiteral {
    public let reference: Reference
    public init(_ reference: Reference) { self.reference = reference }
    public init(integerLiteral value: Int) { self.init(value) }
    /// A literal; its width is that of the operand it meets, or the least that holds it.
    public init(_ value: Int) { reference = Reference(literal: value, isSigned: false) }
}

/// A two's complement number. `+`, `-` and `*` grow, `&+` and `&-` wrap.
public struct Signed: Scalar, ExpressibleByIntegerLiteral {
    public let reference: Reference
    public init(_ reference: Reference) { self.reference = reference }
    public init(integerLiteral value: Int) { self.init(value) }
    /// A literal; its width is that of the operand it meets, or the least that holds it.
    public init(_ value: Int) { reference = Reference(literal: value, isSigned: true) }
}

/// `count` scalars of one shape side by side in one packed signal, element 0 in the lowest bits.
public struct Vector<Element: Scalar>: Value {
    public let packed: Unsigned
    public let count: Int
    public let elementWidth: Int
    let elementIsSigned: Bool

    public var leaves: [(path: String, reference: Reference)] { packed.leaves }
    public var indices: Range<Int> { 0..<count }

    public subscript(index: Int) -> Element {
        let slice = packed.reference.slice(from: index * elementWidth, width: elementWidth)
        return Element(elementIsSigned ? slice.reinterpreted(signed: true) : slice)
    }

    /// The elements, 0 first.
    public var elements: [Element] { indices.map { self[$0] } }

    init(packed: Unsigned, count: Int, elementWidth: Int, elementIsSigned: Bool) {
        self.packed = packed
        self.count = count
        self.elementWidth = elementWidth
        self.elementIsSigned = elementIsSigned
    }

    /// Packs elements of one width.
    public init(_ elements: [Element]) {
        precondition(!elements.isEmpty, "a vector has at least one element")
        packed = concatenate(elements.reversed())
        count = elements.count
        elementWidth = elements[0].width
        elementIsSigned = elements[0].reference.isSigned
    }
}

/// How to make a value of some kind: its fields, widths and signs.
public struct Shape<V> {
    let build: (inout FieldBuilder) -> V

    /// A bundle's shape: make each field with `fields.make(...)`.
    public init(_ build: @escaping (inout FieldBuilder) -> V) { self.build = build }
}

extension Shape where V == Bit {
    public static var bit: Shape { Shape { Bit($0.scalar(1, false)) } }
}

extension Shape where V == Unsigned {
    public static func unsigned(_ width: Int) -> Shape { Shape { Unsigned($0.scalar(width, false)) } }
}

extension Shape where V == Signed {
    public static func signed(_ width: Int) -> Shape { Shape { Signed($0.scalar(width, true)) } }
}

extension Shape where V == Vector<Bit> {
    public static func bits(_ count: Int) -> Shape { .vector(count, 1, false) }
}

extension Shape where V == Vector<Unsigned> {
    public static func vector(_ count: Int, unsigned width: Int) -> Shape { .vector(count, width, false) }
}

extension Shape where V == Vector<Signed> {
    public static func vector(_ count: Int, signed width: Int) -> Shape { .vector(count, width, true) }
}

extension Shape {
    static func vector<E>(_ count: Int, _ width: Int, _ signed: Bool) -> Shape where V == Vector<E> {
        Shape { Vector(packed: Unsigned($0.scalar(count * width, false)), count: count,
                       elementWidth: width, elementIsSigned: signed) }
    }
}

extension Shape where V: Scalar {
    /// The shape of an existing signal.
    public static func like(_ value: V) -> Shape {
        let width = value.width, signed = value.reference.isSigned
        return Shape { V($0.scalar(width, signed)) }
    }
}

/// Makes the fields of a bundle, as ports, registers or wires as the place asks.
public struct FieldBuilder {
    let scalar: (_ width: Int, _ signed: Bool) -> Reference

    public mutating func make<V>(_ shape: Shape<V>) -> V { shape.build(&self) }
}
