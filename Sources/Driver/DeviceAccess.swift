/// The accelerator's window of control registers, 32 bits each.
///
/// What was written into the device's memory before a write of a register must be there for the device after it.
public protocol RegisterBus: AnyObject {
    /// - Parameter offset: In bytes from the window's begin: a multiple of 4.
    func read(_ offset: Int) throws -> UInt32
    func write(_ offset: Int, _ value: UInt32) throws
}

/// The accelerator's interrupt as software waits for it.
public protocol InterruptLine: AnyObject {
    /// Returns once the line is high, at once if it is; false: it was not within `cycles` cycles of the device's clock.
    func waitForInterrupt(cycles: Int) throws -> Bool
}

/// Memory that both the accelerator and its driver reach, by the accelerator's addresses.
public protocol DeviceMemory: AnyObject {
    /// - Throws: For bytes that are not there; likewise below.
    func read(_ count: Int, at address: Int) throws -> [UInt8]
    func write(_ bytes: [UInt8], at address: Int) throws
}

/// Bytes of the device's memory.
public struct DeviceRegion: Hashable, Sendable {
    public let address, bytes: Int

    public init(address: Int, bytes: Int) {
        self.address = address
        self.bytes = bytes
    }

    public var end: Int { address + bytes }
    /// - Precondition: it is not empty.
    public var range: ClosedRange<Int> { address...end - 1 }
}

/// Gives away regions of the device's memory, which begin at multiples of 64: the first that fits, lowest addresses first.
public struct DeviceAllocator: Sendable {
    public static let alignment = 64
    /// Free regions, ascending, with something between each two.
    private var free: [DeviceRegion]

    /// - Parameter region: All there is; begins at a multiple of 64.
    public init(_ region: DeviceRegion) throws(DriverError) {
        guard region.address >= 0, region.address % Self.alignment == 0 else {
            throw .unaligned(what: "the region of an allocator", address: region.address)
        }
        free = [region]
    }

    /// Bytes that are free, in all regions together.
    public var freeBytes: Int { free.reduce(0) { $0 + $1.bytes } }

    /// - Throws: `outOfMemory` if no free region is that large.
    public mutating func allocate(_ bytes: Int) throws(DriverError) -> DeviceRegion {
        let size = Self.rounded(max(1, bytes))
        guard let index = free.firstIndex(where: { $0.bytes >= size }) else {
            throw .outOfMemory(bytes: size, largest: free.map(\.bytes).max() ?? 0)
        }
        let found = free[index]
        if found.bytes == size {
            free.remove(at: index)
        } else {
            free[index] = DeviceRegion(address: found.address + size, bytes: found.bytes - size)
        }
        return DeviceRegion(address: found.address, bytes: size)
    }

    /// Takes back what `allocate` gave.
    /// - Precondition: none of it is free.
    public mutating func release(_ region: DeviceRegion) {
        let place = free.firstIndex { $0.address > region.address } ?? free.count
        precondition(place == free.count || region.end <= free[place].address, "a region is released twice")
        precondition(place == 0 || free[place - 1].end <= region.address, "a region is released twice")
        free.insert(region, at: place)
        if place + 1 < free.count, free[place].end == free[place + 1].address { join(place) }
        if place > 0, free[place - 1].end == free[place].address { join(place - 1) }
    }

    private mutating func join(_ index: Int) {
        free[index] = DeviceRegion(address: free[index].address, bytes: free[index].bytes + free[index + 1].bytes)
        free.remove(at: index + 1)
    }

    /// Up to a multiple of 64.
    static func rounded(_ bytes: Int) -> Int { (bytes + alignment - 1) / alignment * alignment }
}
