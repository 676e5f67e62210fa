/// Where the bytes of an address lie in HBM2: from the lowest address bits up, 32 bytes of an access, then the low column
/// bits of what lies together in a channel, then `fields`, then the row.
public struct HBM2Mapping: Hashable, Sendable {
    public enum Field: Hashable, Sendable, CaseIterable {
        case channel, bankGroup, bank
        /// Its part above `interleaveBytes`.
        case column
    }

    /// Each field once, lowest first.
    public var fields: [Field]
    /// So many bytes lie in one pseudo-channel before the next one's begin: a power of two from 32 up to a row.
    public var interleaveBytes: Int

    public init(_ fields: [Field], interleaveBytes: Int = HBM2Timing.accessBytes) {
        self.fields = fields
        self.interleaveBytes = interleaveBytes
    }

    /// Row, bank, column, bank group, channel: a stream goes round the bank groups, so that tCCDL never holds it up.
    public static let rowBankColumnGroupChannel = HBM2Mapping([.channel, .bankGroup, .column, .bank])
    /// Row, bank, bank group, column, channel, which is Ramulator's `RoBaRaCoCh`: a stream stays in one bank for a whole row, and
    /// tCCDL sets its pace unless the queue reaches into the next one.
    public static let rowBankColumnChannel = HBM2Mapping([.channel, .column, .bankGroup, .bank])

    func check(_ timing: HBM2Timing) throws(MemoryConfigurationError) {
        guard fields.count == Field.allCases.count, Set(fields) == Set(Field.allCases) else {
            throw MemoryConfigurationError("HBM2: a mapping names channel, bankGroup, bank and column once each")
        }
        guard isPowerOfTwo(interleaveBytes), (HBM2Timing.accessBytes...timing.rowBytes).contains(interleaveBytes) else {
            throw MemoryConfigurationError(
                "HBM2: interleaveBytes is \(interleaveBytes), and must be a power of two in 32...\(timing.rowBytes)")
        }
    }
}

/// Where one access goes.
package struct HBM2Location: Hashable {
    package var channel = 0, bankGroup = 0
    /// In its group.
    package var bank = 0
    package var row = 0
    /// Counts accesses in the row.
    package var column = 0

    package init() {}
}

/// A mapping made ready for the sizes of a memory.
package struct HBM2Decoder {
    private let lowColumnBits: Int
    private let fields: [(field: HBM2Mapping.Field, bits: Int)]

    package init(_ timing: HBM2Timing) {
        let low = (timing.mapping.interleaveBytes / HBM2Timing.accessBytes).trailingZeroBitCount
        lowColumnBits = low
        fields = timing.mapping.fields.map { field in
            let bits =
                switch field {
                case .channel: timing.channels.trailingZeroBitCount
                case .bankGroup: timing.bankGroups.trailingZeroBitCount
                case .bank: timing.banksPerGroup.trailingZeroBitCount
                case .column: (timing.rowBytes / HBM2Timing.accessBytes).trailingZeroBitCount - low
                }
            return (field, bits)
        }
    }

    /// - Parameter access: the byte address over 32.
    package func location(_ access: Int) -> HBM2Location {
        var rest = access
        func take(_ bits: Int) -> Int {
            defer { rest >>= bits }
            return rest & ((1 << bits) - 1)
        }
        var location = HBM2Location()
        location.column = take(lowColumnBits)
        for (field, bits) in fields {
            switch field {
            case .channel: location.channel = take(bits)
            case .bankGroup: location.bankGroup = take(bits)
            case .bank: location.bank = take(bits)
            case .column: location.column |= take(bits) << lowColumnBits
            }
        }
        location.row = rest
        return location
    }
}
