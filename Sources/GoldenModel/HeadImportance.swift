/// How much each head puts out (SpAtten III-B; Docs/pruning.md 9).
public struct HeadImportance: Hashable, Codable, Sendable {
    /// Accumulated |output| of each head, 32 bits, saturated.
    public private(set) var values: [UInt32]

    /// Bits of the fraction that `headScale` is.
    public static let scaleBits = 16

    /// Of a sequence that begins.
    public init(heads: Int) {
        values = [UInt32](repeating: 0, count: heads)
    }

    /// Adds a row's outputs, 16 bits signed. `headScale`, 16 bits, is in proportion to the head's value scale.
    public mutating func accumulate(_ outputs: [Int16], head: Int, headScale: Int) throws(CascadeError) {
        try accumulate(magnitude: outputs.reduce(UInt64(0)) { $0 + UInt64($1.magnitude) }, head: head, headScale: headScale)
    }

    /// The same for a row of which the sum of its outputs' magnitudes is known, at most 48 bits.
    public mutating func accumulate(magnitude: UInt64, head: Int, headScale: Int) throws(CascadeError) {
        guard values.indices.contains(head) else { throw .headOutOfRange(head: head, heads: values.count) }
        guard (0..<1 << Self.scaleBits).contains(headScale) else { throw .headScaleOutOfRange(headScale) }
        let added = (magnitude * UInt64(headScale)) >> UInt64(Self.scaleBits)
        values[head] = UInt32(clamping: UInt64(values[head]) + added)
    }
}
