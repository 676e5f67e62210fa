/// How a memory behaves in time: what lies behind its port, and how much may be on the way.
///
/// Cycles are those of the design's clock; bytes are counted in whole sectors.
public struct MemoryTiming: Hashable, Sendable {
    /// What delivers the beats.
    public enum Device: Hashable, Sendable {
        /// A burst's beats can be taken from `latency` cycles after its request on, one a cycle.
        case fixed(latency: Int)
        /// All bursts share a bus that moves `bytes` in `cycles`, in the order of the requests. The first beat of a burst
        /// comes at best `latency` cycles after its request, if a beat fits into one cycle of the bus.
        case bandwidth(latency: Int, bytes: Int, cycles: Int)
        /// Pseudo-channels of HBM2 with their banks, row buffers and refresh.
        case hbm2(HBM2Timing)
    }

    /// What counts as on the way: asked for, and not taken from the response stream.
    public enum Outstanding: Hashable, Sendable {
        /// `request_ready` is low while so many requests are on the way.
        case requests(Int)
        /// `request_ready` is low while so many beats or more are: the last request taken may go beyond.
        case beats(Int)
    }

    public var device: Device
    /// Nil: no limit.
    public var outstanding: Outstanding?
    /// What a read costs at least and is rounded to, from both ends: a power of two of bytes. Nil: a beat, or the 32 bytes
    /// of an access for HBM2. A sector that two requests touch is moved twice.
    public var sectorBytes: Int?
    /// What addresses must be a multiple of, in bytes; nil: a beat.
    public var alignment: Int?

    public init(_ device: Device, outstanding: Outstanding? = nil, sectorBytes: Int? = nil, alignment: Int? = nil) {
        self.device = device
        self.outstanding = outstanding
        self.sectorBytes = sectorBytes
        self.alignment = alignment
    }

    public static func fixed(latency: Int) -> MemoryTiming { MemoryTiming(.fixed(latency: latency)) }

    public static func bandwidth(
        latency: Int, bytesPerCycle: Int, outstanding: Outstanding? = nil, sectorBytes: Int? = nil
    ) -> MemoryTiming {
        MemoryTiming(
            .bandwidth(latency: latency, bytes: bytesPerCycle, cycles: 1), outstanding: outstanding, sectorBytes: sectorBytes)
    }

    public static func hbm2(_ timing: HBM2Timing = HBM2Timing(), outstanding: Outstanding? = nil) -> MemoryTiming {
        MemoryTiming(.hbm2(timing), outstanding: outstanding)
    }

    /// What the device moves in a cycle at its best; nil: as much as the port.
    public var bytesPerCycle: Double? {
        switch device {
        case .fixed: nil
        case .bandwidth(_, let bytes, let cycles): Double(bytes) / Double(cycles)
        case .hbm2(let timing): timing.bytesPerCycle
        }
    }

    /// Cycles from a request to its first beat at best; of HBM2 those of the way to its controllers and back.
    public var latency: Int {
        switch device {
        case .fixed(let latency), .bandwidth(let latency, _, _): latency
        case .hbm2(let timing): timing.pathCycles
        }
    }

    /// - Throws: `MemoryConfigurationError` naming the first parameter that makes no sense for beats of `beatBytes`.
    func check(beatBytes: Int) throws(MemoryConfigurationError) {
        func require(_ isLegal: Bool, _ parameter: String, _ value: Int, _ rule: String) throws(MemoryConfigurationError) {
            if !isLegal { throw MemoryConfigurationError("\(parameter) is \(value), and must be \(rule)") }
        }
        switch device {
        case .fixed(let latency): try require(latency >= 1, "a memory's latency", latency, "at least 1")
        case .bandwidth(let latency, let bytes, let cycles):
            try require(latency >= 1, "a memory's latency", latency, "at least 1")
            try require(1...65_536 ~= bytes, "the bytes that a memory moves", bytes, "in 1...65536")
            try require(1...65_536 ~= cycles, "the cycles that a memory moves its bytes in", cycles, "in 1...65536")
        case .hbm2(let timing):
            try timing.check()
            if let sectorBytes {
                try require(sectorBytes >= HBM2Timing.accessBytes, "the sector of an HBM2 memory", sectorBytes, "at least 32 bytes")
            }
        }
        if let sectorBytes { try require(isPowerOfTwo(sectorBytes), "a sector's bytes", sectorBytes, "a power of two") }
        if let alignment {
            try require(isPowerOfTwo(alignment), "the alignment of addresses", alignment, "a power of two")
        }
        switch outstanding {
        case .requests(let count): try require(count >= 1, "the limit of requests on the way", count, "at least 1")
        case .beats(let count): try require(count >= 1, "the limit of beats on the way", count, "at least 1")
        case nil: break
        }
    }

    /// The device, for beats of `beatBytes`.
    func makeDevice(beatBytes: Int) -> any MemoryDevice {
        switch device {
        case .fixed(let latency): FixedLatency(latency: latency)
        case .bandwidth(let latency, let bytes, let cycles):
            BandwidthBus(latency: latency, bytes: bytes, cycles: cycles, beatBytes: beatBytes, sectorBytes: sectorBytes ?? beatBytes)
        case .hbm2(let timing): HBM2Memory(timing, beatBytes: beatBytes, sectorBytes: sectorBytes ?? HBM2Timing.accessBytes)
        }
    }

    /// Bytes of the sectors that a read of `bytes` from `offset` on touches.
    func bytesMoved(offset: Int, bytes: Int, beatBytes: Int) -> Int {
        let smallest = if case .hbm2 = device { HBM2Timing.accessBytes } else { beatBytes }
        let sector = sectorBytes ?? smallest
        return roundUp(offset + bytes, to: sector) - offset / sector * sector
    }
}

/// A memory that cannot be as it was asked for.
public struct MemoryConfigurationError: Error, Hashable, CustomStringConvertible {
    public let description: String

    init(_ description: String) { self.description = description }
}

func isPowerOfTwo(_ number: Int) -> Bool { number > 0 && number & (number - 1) == 0 }
func roundUp(_ number: Int, to multiple: Int) -> Int { (number + multiple - 1) / multiple * multiple }
