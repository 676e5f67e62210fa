import Configuration

/// The words of a record that is exchanged in memory, by the fields of its layout.
public struct RecordWords: Hashable, Sendable {
    public let layout: RecordLayout
    public private(set) var words: [UInt32]

    /// All fields 0.
    public init(_ layout: RecordLayout) {
        self.layout = layout
        words = [UInt32](repeating: 0, count: layout.words)
    }

    /// As it lies in memory.
    /// - Precondition: as many bytes as the record has, or more.
    public init(_ layout: RecordLayout, _ bytes: [UInt8]) {
        precondition(bytes.count >= layout.bytes, "a \(layout.name) has \(layout.bytes) bytes")
        self.layout = layout
        words = (0..<layout.words).map { word in
            (0..<4).reduce(0) { $0 | UInt32(bytes[4 * word + $1]) << UInt32(8 * $1) }
        }
    }

    /// A field's number; of an unsigned one of 64 bits the bit pattern.
    public func value(_ name: String) -> Int {
        let field = layout[name]
        var bits = UInt64(words[field.word])
        if field.low + field.width > 32 { bits |= UInt64(words[field.word + 1]) << 32 }
        let above = UInt64(64 - field.width)
        let shifted = (bits >> UInt64(field.low)) << above
        return field.isSigned ? Int(Int64(bitPattern: shifted) >> Int64(above)) : Int(bitPattern: UInt(shifted >> above))
    }

    /// - Throws: `doesNotFit` for a number that the field cannot hold.
    public mutating func set(_ name: String, _ value: Int) throws(DriverError) {
        let field = layout[name]
        if field.width < 64 {
            let range = field.isSigned ? -(1 << (field.width - 1))...(1 << (field.width - 1)) - 1 : 0...(1 << field.width) - 1
            guard range.contains(value) else {
                throw .doesNotFit(field: "\(layout.name).\(name)", value: value, range: range)
            }
        }
        for half in 0..<(field.low + field.width + 31) / 32 {
            let bits = UInt64(truncatingIfNeeded: value) & (.max >> UInt64(64 - field.width))
            let mask = (UInt64.max >> UInt64(64 - field.width)) << UInt64(field.low)
            let word = UInt32(truncatingIfNeeded: (bits << UInt64(field.low)) >> UInt64(32 * half))
            let kept = ~UInt32(truncatingIfNeeded: mask >> UInt64(32 * half))
            words[field.word + half] = words[field.word + half] & kept | word
        }
    }

    /// As it lies in memory.
    public var bytes: [UInt8] { words.flatMap(\.littleEndianBytes) }
}

extension FixedWidthInteger {
    /// As it lies in memory, lowest byte first.
    package var littleEndianBytes: [UInt8] { withUnsafeBytes(of: littleEndian) { [UInt8]($0) } }
}
