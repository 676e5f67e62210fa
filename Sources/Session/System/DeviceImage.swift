import Driver
import FixedPoint
import SeededRandom

/// The memory of a device as a program finds it: what is laid, and noise wherever nobody lays anything.
public struct DeviceImage: Sendable {
    /// From `base` on.
    public private(set) var bytes: [UInt8] = []
    public let base: Int
    private var allocator: DeviceAllocator
    private var noise: SeededGenerator

    /// - Parameters:
    ///   - region: What may be laid out; `base` is its address.
    ///   - seed: Of the noise.
    public init(_ region: DeviceRegion, seed: UInt64) throws {
        base = region.address
        allocator = try DeviceAllocator(region)
        noise = SeededGenerator(seed: seed)
    }

    public mutating func allocate(_ count: Int) throws -> DeviceRegion {
        let region = try allocator.allocate(count)
        grow(to: region.end)
        return region
    }

    /// Keys and values of a layer, of which there are none yet.
    public mutating func placeStore(
        heads: Int, headSize: Int, keyFormat: KeyFormat, valueFormat: ValueFormat, capacity: Int
    ) throws -> KeyValueStore {
        let store = try KeyValueStore(
            heads: heads, headSize: headSize, keyFormat: keyFormat, valueFormat: valueFormat, capacity: capacity, from: &allocator)
        grow(to: store.region.end)
        return store
    }

    private mutating func grow(to end: Int) {
        while bytes.count < end - base {
            var word = noise.next()
            for _ in 0..<8 {
                bytes.append(UInt8(truncatingIfNeeded: word))
                word >>= 8
            }
        }
    }

    /// - Precondition: it has been allocated.
    public mutating func lay(_ data: [UInt8], at address: Int) {
        bytes.replaceSubrange(address - base..<address - base + data.count, with: data)
    }
}

/// Keeps what a store writes.
final class WriteRecorder: DeviceMemory {
    var writes: [(address: Int, bytes: [UInt8])] = []

    func read(_ count: Int, at address: Int) throws -> [UInt8] { throw SystemSimulationError.outsideMemory(address: address, bytes: count) }
    func write(_ bytes: [UInt8], at address: Int) { writes.append((address, bytes)) }
}
