/// How a key element is stored: `msbBits` in the MSB plane, `lsbBits` in the LSB plane, two's complement when joined.
///
/// Written `"8+4"`: 8 leading bits (signed) and 4 trailing bits (unsigned), `key = msb << 4 | lsb`.
public struct KeyFormat: Hashable, Sendable {
    /// Bits of an element in the MSB plane, signed.
    public let msbBits: Int
    /// Bits of an element in the LSB plane, unsigned; 0 when the format has no LSB plane.
    public let lsbBits: Int

    /// Every format of the hardware, in the order of the manual.
    public static let supported: [KeyFormat] = [
        KeyFormat(3, 5), KeyFormat(4, 4), KeyFormat(6, 4), KeyFormat(8, 4),
        KeyFormat(4, 0), KeyFormat(6, 0), KeyFormat(8, 0), KeyFormat(12, 0),
    ]

    private init(_ msbBits: Int, _ lsbBits: Int) {
        self.msbBits = msbBits
        self.lsbBits = lsbBits
    }

    /// Throws ``FormatError/unsupportedKeyFormat(_:)`` for a pair that is not in ``supported``.
    public init(msbBits: Int, lsbBits: Int) throws(FormatError) {
        self.init(msbBits, lsbBits)
        guard Self.supported.contains(self) else { throw .unsupportedKeyFormat("\(msbBits)+\(lsbBits)") }
    }

    /// Reads the written form, such as `"8+4"`.
    public init(_ text: String) throws(FormatError) {
        guard let format = Self.supported.first(where: { $0.description == text }) else {
            throw .unsupportedKeyFormat(text)
        }
        self = format
    }

    /// Bits of a whole key element.
    public var bits: Int { msbBits + lsbBits }
    /// Every code the hardware accepts.
    public var codeRange: ClosedRange<Int> { -(1 << (bits - 1))...(1 << (bits - 1)) - 1 }
    /// The largest magnitude the host quantizer makes; it leaves the most negative code unused.
    public var largestSymmetricCode: Int { codeRange.upperBound }
}

extension KeyFormat: CustomStringConvertible {
    public var description: String { "\(msbBits)+\(lsbBits)" }
}

/// Coded as its written form, so a file with an unsupported format is refused when it is read.
extension KeyFormat: Codable {
    public init(from decoder: any Decoder) throws {
        try self.init(decoder.singleValueContainer().decode(String.self))
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(description)
    }
}
