import FixedPoint

/// The memory that rows read, as planes are laid into it.
public struct MemoryImage: Sendable {
    /// From byte address 0 on, whole port beats.
    public private(set) var bytes: [UInt8] = []

    public init() {}

    /// Where the planes of one (sequence, KV head) have been laid.
    public struct Placement: Sendable {
        let keyFormat: KeyFormat
        let valueFormat: ValueFormat
        /// Byte addresses; the LSB one means nothing without an LSB plane.
        let keyMSB, keyLSB, value: Int
    }

    /// Lays planes behind what is there.
    public mutating func place(_ planes: KeyValuePlanes) -> Placement {
        Placement(
            keyFormat: planes.keyFormat, valueFormat: planes.valueFormat, keyMSB: place(planes.keyMSB.bytes),
            keyLSB: planes.keyLSB.map { place($0.bytes) } ?? 0, value: place(planes.value.bytes))
    }

    /// Lays a plane behind what is there; returns its address.
    mutating func place(_ plane: [UInt8]) -> Int {
        let base = bytes.count
        bytes += plane
        return base
    }
}
