/// Where the elements of one memory plane lie, as `Docs/memory-layout.md` fixes it.
///
/// A plane holds `headSize` elements of `bits` bits for every key position, tightly packed and little-endian:
/// element `e` of row `t` starts at bit `(t * headSize + e) * bits`, and bit `a` is bit `a & 7` of byte `a >> 3`.
public struct PlaneLayout: Hashable, Sendable {
    /// Elements of a row: 16, 32, 64 or 128.
    public let headSize: Int
    /// Bits of an element: 1...16.
    public let bits: Int
    /// Two's complement, or unsigned (the key LSB plane).
    public let isSigned: Bool

    /// Plane bases are aligned to, and plane ends padded with zero bytes to, one beat of the memory port.
    public static let alignmentBytes = 64
    /// Byte addresses of the memory port.
    public static let addressBits = 40

    /// - Precondition: a row is a whole number of bytes.
    public init(headSize: Int, bits: Int, isSigned: Bool) {
        precondition((1...16).contains(bits) && headSize > 0 && headSize * bits % 8 == 0)
        self.headSize = headSize
        self.bits = bits
        self.isSigned = isSigned
    }

    public static func keyMSB(_ format: KeyFormat, headSize: Int) -> PlaneLayout {
        PlaneLayout(headSize: headSize, bits: format.msbBits, isSigned: true)
    }

    /// Nil for a format without an LSB plane.
    public static func keyLSB(_ format: KeyFormat, headSize: Int) -> PlaneLayout? {
        format.lsbBits == 0 ? nil : PlaneLayout(headSize: headSize, bits: format.lsbBits, isSigned: false)
    }

    public static func value(_ format: ValueFormat, headSize: Int) -> PlaneLayout {
        PlaneLayout(headSize: headSize, bits: format.bits, isSigned: true)
    }

    /// Bytes of one row; row `t` starts `t * rowBytes` bytes after the plane base.
    public var rowBytes: Int { headSize * bits / 8 }

    /// Bytes of a plane of `rows` rows, padding included.
    public func planeBytes(rows: Int) -> Int {
        (rows * rowBytes + Self.alignmentBytes - 1) / Self.alignmentBytes * Self.alignmentBytes
    }

    /// Codes an element can hold.
    public var codeRange: ClosedRange<Int> {
        isSigned ? -(1 << (bits - 1))...(1 << (bits - 1)) - 1 : 0...(1 << bits) - 1
    }
}
