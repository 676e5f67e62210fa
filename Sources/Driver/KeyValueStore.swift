import Configuration
import FixedPoint

/// The keys and values of all heads of a layer in the device's memory, to which rows are appended
/// (Docs/memory-layout.md says why the driver does that).
public struct KeyValueStore: Sendable {
    public let heads: Int
    public let headSize: Int
    public let keyFormat: KeyFormat
    public let valueFormat: ValueFormat
    /// Rows that there is room for, of each head.
    public let capacity: Int
    /// As descriptors name them.
    public let planes: JobDescriptor.Planes
    /// All of it, to be released together.
    public let region: DeviceRegion
    /// Of each head.
    public private(set) var rows: [Int]

    /// Lays out planes, a head's behind the one before.
    public init(
        heads: Int, headSize: Int, keyFormat: KeyFormat, valueFormat: ValueFormat, capacity: Int, from allocator: inout DeviceAllocator
    ) throws(DriverError) {
        let layouts = Self.layouts(keyFormat, valueFormat, headSize)
        let strides = layouts.map { $0.planeBytes(rows: capacity) }
        region = try allocator.allocate(heads * strides.reduce(0, +))
        var next = region.address
        let spans = strides.map { stride in
            defer { next += heads * stride }
            return JobDescriptor.HeadSpan(address: next, stride: stride)
        }
        planes = JobDescriptor.Planes(keyMSB: spans[0], keyLSB: spans.count == 3 ? spans[1] : nil, value: spans[spans.count - 1])
        rows = [Int](repeating: 0, count: heads)
        (self.heads, self.headSize, self.keyFormat, self.valueFormat, self.capacity) = (heads, headSize, keyFormat, valueFormat, capacity)
    }

    private static func layouts(_ keyFormat: KeyFormat, _ valueFormat: ValueFormat, _ headSize: Int) -> [PlaneLayout] {
        [.keyMSB(keyFormat, headSize: headSize)] + [PlaneLayout.keyLSB(keyFormat, headSize: headSize)].compactMap { $0 }
            + [.value(valueFormat, headSize: headSize)]
    }

    /// Writes the next rows of a head: whole bytes, none of which an earlier row has, so that jobs over those may be under way.
    ///
    /// - Parameter keys: [rows x headSize], like `values`.
    /// - Throws: `planeFull`, `PackingError` for codes that the formats do not have, and what `memory` throws.
    public mutating func append(head: Int, keys: [Int16], values: [Int16], to memory: some DeviceMemory) throws {
        let planes = try KeyValuePlanes(
            keys: keys, values: values, headSize: headSize, keyFormat: keyFormat, valueFormat: valueFormat)
        let first = rows[head], end = first + planes.rows
        guard end <= capacity else { throw DriverError.planeFull(head: head, rows: end, capacity: capacity) }
        let targets = [self.planes.keyMSB] + [self.planes.keyLSB].compactMap { $0 } + [self.planes.value]
        for (plane, target) in zip([planes.keyMSB] + [planes.keyLSB].compactMap { $0 } + [planes.value], targets) {
            let bytes = plane.layout.rowBytes
            try memory.write(
                Array(plane.bytes[..<(planes.rows * bytes)]), at: target.address + head * target.stride + first * bytes)
        }
        rows[head] = end
    }
}
