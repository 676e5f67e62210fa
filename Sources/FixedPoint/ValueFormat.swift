/// How a value element is stored: `bits` in the value plane, two's complement.
public struct ValueFormat: Hashable, Sendable {
    /// Bits of an element, signed.
    public let bits: Int

    /// Every format of the hardware, narrowest first.
    public static let supported: [ValueFormat] = [4, 6, 8, 12].map { ValueFormat(unchecked: $0) }

    private init(unchecked bits: Int) {
        self.bits = bits
    }

    /// Throws ``FormatError/unsupportedValueFormat(_:)`` for a width that is not in ``supported``.
    public init(bits: Int) throws(FormatError) {
        self.init(unchecked: bits)
        guard Self.supported.contains(self) else { throw .unsupportedValueFormat("\(bits)") }
    }

    /// Reads the written form, such as `"12"`.
    public init(_ text: String) throws(FormatError) {
        guard let format = Self.supported.first(where: { $0.description == text }) else {
            throw .unsupportedValueFormat(text)
        }
        self = format
    }

    /// Every code the hardware accepts.
    public var codeRange: ClosedRange<Int> { -(1 << (bits - 1))...(1 << (bits - 1)) - 1 }
    /// The largest magnitude the host quantizer makes; it leaves the most negative code unused.
    public var largestSymmetricCode: Int { codeRange.upperBound }
    /// One value unit is `2^outputGainBits` output units: the output's spare bits below the value's.
    public var outputGainBits: Int { NumericFormats.outputBits - bits }
}

extension ValueFormat: CustomStringConvertible {
    public var description: String { "\(bits)" }
}

/// Coded as its number of bits, so a file with an unsupported format is refused when it is read.
extension ValueFormat: Codable {
    public init(from decoder: any Decoder) throws {
        try self.init(bits: decoder.singleValueContainer().decode(Int.self))
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(bits)
    }
}
