/// The bytes of one memory plane, rows appended at the end.
public struct PackedPlane: Hashable, Sendable {
    public let layout: PlaneLayout
    /// Key positions held.
    public private(set) var rows: Int
    /// `layout.planeBytes(rows:)` bytes: the rows, then zero bytes to the next 64-byte boundary.
    public private(set) var bytes: [UInt8]

    /// An empty plane.
    public init(layout: PlaneLayout) {
        self.layout = layout
        rows = 0
        bytes = []
    }

    /// Packs whole rows: `codes` is [rows x headSize], row after row.
    public init(layout: PlaneLayout, codes: [Int16]) throws(PackingError) {
        self.init(layout: layout)
        try append(codes)
    }

    /// Packs whole rows: `codes` is [rows x headSize], row after row.
    public init(layout: PlaneLayout, codes: [Int32]) throws(PackingError) {
        self.init(layout: layout)
        try append(codes)
    }

    /// Appends whole rows; bytes of earlier rows never change.
    public mutating func append(_ codes: [Int16]) throws(PackingError) {
        try appendRows(codes)
    }

    /// Appends whole rows; bytes of earlier rows never change.
    public mutating func append(_ codes: [Int32]) throws(PackingError) {
        try appendRows(codes)
    }

    /// The codes of all rows, [rows x headSize].
    public func unpacked() -> [Int16] {
        Self.unpack(bytes, layout: layout, rows: rows)
    }

    /// Reads `rows` rows of `bytes`, which hold a plane from its base.
    /// - Precondition: `bytes` holds that many rows, and their codes fit 16 signed bits.
    public static func unpack(_ bytes: [UInt8], layout: PlaneLayout, rows: Int) -> [Int16] {
        precondition(bytes.count >= rows * layout.rowBytes, "the plane is shorter than its rows")
        precondition(layout.isSigned || layout.bits < 16, "unsigned codes of 16 bits do not fit Int16")
        let bits = layout.bits
        let mask = (UInt64(1) << bits) - 1
        // A signed code is offset by half its range and back: no branch on the sign.
        let half = layout.isSigned ? UInt64(1) << (bits - 1) : 0
        return [Int16](unsafeUninitializedCapacity: rows * layout.headSize) { codes, count in
            var window: UInt64 = 0
            var windowBits = 0
            var next = 0
            for index in codes.indices {
                while windowBits < bits {
                    window |= UInt64(bytes[next]) << windowBits
                    windowBits += 8
                    next += 1
                }
                let code = Int64((window ^ half) & mask) - Int64(half)
                codes.initializeElement(at: index, to: Int16(truncatingIfNeeded: code))
                window >>= bits
                windowBits -= bits
            }
            count = codes.count
        }
    }

    private mutating func appendRows<Code: FixedWidthInteger & SignedInteger>(_ codes: [Code]) throws(PackingError) {
        try check(codes)
        let start = rows * layout.rowBytes
        rows += codes.count / layout.headSize
        bytes.append(contentsOf: repeatElement(0, count: layout.planeBytes(rows: rows) - bytes.count))
        let bits = layout.bits
        let mask = (UInt64(1) << bits) - 1
        bytes.withUnsafeMutableBufferPointer { bytes in
            var next = start
            var window: UInt64 = 0
            var windowBits = 0
            for code in codes {
                window |= (UInt64(truncatingIfNeeded: code) & mask) << windowBits
                windowBits += bits
                while windowBits >= 8 {
                    bytes[next] = UInt8(truncatingIfNeeded: window)
                    window >>= 8
                    windowBits -= 8
                    next += 1
                }
            }
        }
    }

    /// Whether `codes` can be appended: whole rows, every code in range.
    func check<Code: FixedWidthInteger & SignedInteger>(_ codes: [Code]) throws(PackingError) {
        guard codes.count % layout.headSize == 0 else {
            throw .partialRow(elements: codes.count, headSize: layout.headSize)
        }
        let range = layout.codeRange
        guard let index = codes.firstIndex(where: { !range.contains(Int($0)) }) else { return }
        throw .codeOutOfRange(
            row: rows + index / layout.headSize, element: index % layout.headSize, code: Int(codes[index]), range: range)
    }
}

/// Codes that do not fit a memory plane.
public enum PackingError: Error, Hashable, CustomStringConvertible {
    case partialRow(elements: Int, headSize: Int)
    case unequalRows(keys: Int, values: Int, headSize: Int)
    case codeOutOfRange(row: Int, element: Int, code: Int, range: ClosedRange<Int>)

    public var description: String {
        switch self {
        case .partialRow(let elements, let headSize):
            "\(elements) elements are not whole rows of \(headSize): pass a multiple of the head size"
        case .unequalRows(let keys, let values, let headSize):
            "\(keys) key elements but \(values) value elements (rows of \(headSize)): append both for every key position"
        case .codeOutOfRange(let row, let element, let code, let range):
            "code \(code) at row \(row), element \(element) is outside \(range): quantize with the plane's own format"
        }
    }
}
