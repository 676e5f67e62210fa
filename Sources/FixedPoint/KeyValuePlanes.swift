/// The three memory planes of one (sequence, KV head): key MSB, key LSB if the format has one, value.
public struct KeyValuePlanes: Hashable, Sendable {
    public let keyFormat: KeyFormat
    public let valueFormat: ValueFormat
    public let headSize: Int
    public private(set) var keyMSB: PackedPlane
    /// Nil for a key format without LSB bits.
    public private(set) var keyLSB: PackedPlane?
    public private(set) var value: PackedPlane

    /// Empty planes, to append to.
    public init(headSize: Int, keyFormat: KeyFormat, valueFormat: ValueFormat) {
        self.headSize = headSize
        self.keyFormat = keyFormat
        self.valueFormat = valueFormat
        keyMSB = PackedPlane(layout: .keyMSB(keyFormat, headSize: headSize))
        keyLSB = PlaneLayout.keyLSB(keyFormat, headSize: headSize).map { PackedPlane(layout: $0) }
        value = PackedPlane(layout: .value(valueFormat, headSize: headSize))
    }

    /// Packs `keys` and `values`, each [rows x headSize].
    public init(
        keys: [Int16], values: [Int16], headSize: Int, keyFormat: KeyFormat, valueFormat: ValueFormat
    ) throws(PackingError) {
        self.init(headSize: headSize, keyFormat: keyFormat, valueFormat: valueFormat)
        try append(keys: keys, values: values)
    }

    /// Key positions held.
    public var rows: Int { value.rows }

    /// Appends the same number of key and value rows; on error nothing is appended.
    public mutating func append(keys: [Int16], values: [Int16]) throws(PackingError) {
        guard keys.count == values.count else {
            throw .unequalRows(keys: keys.count, values: values.count, headSize: headSize)
        }
        let lsbBits = keyFormat.lsbBits
        let lsbMask = (Int16(1) << lsbBits) - 1
        let keyMSBs = lsbBits == 0 ? keys : keys.map { $0 >> lsbBits }
        try keyMSB.check(keyMSBs)
        try value.check(values)
        try keyMSB.append(keyMSBs)
        try keyLSB?.append(keys.map { $0 & lsbMask })
        try value.append(values)
    }

    /// The key codes of all rows, both planes joined, [rows x headSize].
    public func unpackedKeys() -> [Int16] {
        let msb = keyMSB.unpacked()
        guard let keyLSB else { return msb }
        return zip(msb, keyLSB.unpacked()).map { $0 << keyFormat.lsbBits | $1 }
    }

    /// The value codes of all rows, [rows x headSize].
    public func unpackedValues() -> [Int16] {
        value.unpacked()
    }
}
