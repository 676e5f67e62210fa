/// HBM2 in pseudo-channel mode: how many pseudo-channels, how their addresses lie, and their timing in clocks.
///
/// A pseudo-channel is 64 bits wide at two bits a clock: a read is a burst of 4, 32 bytes in 2 clocks, 16 GB/s at 1 GHz.
/// The defaults are public figures for 2 Gb/s a pin, those that gem5 has as `HBM_2000_4H_1x64`; they are not of a
/// particular part. The rules are those that JESD235 and Ramulator 2 have for reads.
public struct HBM2Timing: Hashable, Sendable {
    /// Bytes of one read: burst length 4 on 64 bits.
    public static let accessBytes = 32
    /// Clocks that it occupies the data pins.
    public static let burstClocks = 2

    /// Which reads a controller takes first.
    public enum Scheduling: Hashable, Sendable {
        /// The oldest gets all commands until it is read.
        case firstCome
        /// First-ready: the oldest whose row is open is read; for the others rows are opened and closed, oldest first. In
        /// one bank at most `cap` reads of the open row pass an older one of another row.
        case firstReady(cap: Int)
    }

    /// Pseudo-channels: a power of two. Four of them give 64 bytes a cycle at equal clocks.
    public var channels = 4
    /// Of a pseudo-channel, and banks in each; powers of two, at most 64 banks.
    public var bankGroups = 4, banksPerGroup = 4
    /// Row buffer of a bank, a power of two.
    public var rowBytes = 1024
    public var mapping = HBM2Mapping.rowBankColumnGroupChannel
    public var scheduling = Scheduling.firstReady(cap: 16)
    /// Reads that the controller of a pseudo-channel chooses among.
    public var queueDepth = 32

    /// From a row's activation to a read of it, from its closing to the next activation of the bank, and from its
    /// activation to its closing. The shortest time between two rows of a bank is `tRC`.
    public var tRCD = 12, tRP = 14, tRAS = 28
    /// From a read to the closing of its row.
    public var tRTP = 5
    /// From read to read: any, and in one bank group.
    public var tCCDS = 2, tCCDL = 3
    /// From activation to activation: any, and in one bank group; four must not lie closer than `tFAW`.
    public var tRRDS = 4, tRRDL = 6, tFAW = 16
    /// From a read to its data.
    public var tCL = 18
    /// Between refreshes of all banks, and how long one takes. All pseudo-channels refresh at once. Nil: no refresh.
    public var tREFI: Int? = 3900
    public var tRFC = 220

    /// A clock of the memory and a cycle of the design, in picoseconds.
    public var clockPicoseconds = 1000, cyclePicoseconds = 1000
    /// Cycles of the way to the controllers and back.
    public var pathCycles = 60

    public init() {}

    public var tRC: Int { tRAS + tRP }

    /// At best, over all pseudo-channels.
    public var bytesPerCycle: Double {
        Double(channels * Self.accessBytes * cyclePicoseconds) / Double(max(tCCDS, Self.burstClocks) * clockPicoseconds)
    }

    /// - Throws: `MemoryConfigurationError` for the first parameter out of its range.
    func check() throws(MemoryConfigurationError) {
        for (name, count) in [("channels", channels), ("bankGroups", bankGroups), ("banksPerGroup", banksPerGroup), ("rowBytes", rowBytes)]
        where !isPowerOfTwo(count) {
            throw MemoryConfigurationError("HBM2: \(name) is \(count), and must be a power of two")
        }
        guard bankGroups * banksPerGroup <= 64 else {
            throw MemoryConfigurationError("HBM2: \(bankGroups) groups of \(banksPerGroup) banks, and at most 64 banks are modelled")
        }
        guard rowBytes >= Self.accessBytes else {
            throw MemoryConfigurationError("HBM2: rowBytes is \(rowBytes), and a read has \(Self.accessBytes) bytes")
        }
        let positive = [
            ("queueDepth", queueDepth), ("tRCD", tRCD), ("tRP", tRP), ("tRAS", tRAS), ("tRTP", tRTP), ("tCCDL", tCCDL), ("tRRDS", tRRDS),
            ("tRRDL", tRRDL), ("tFAW", tFAW), ("tCL", tCL), ("tRFC", tRFC), ("clockPicoseconds", clockPicoseconds),
            ("cyclePicoseconds", cyclePicoseconds),
        ]
        for (name, value) in positive where value < 1 {
            throw MemoryConfigurationError("HBM2: \(name) is \(value), and must be at least 1")
        }
        guard tCCDS >= Self.burstClocks else {
            throw MemoryConfigurationError("HBM2: tCCDS is \(tCCDS), and a burst takes \(Self.burstClocks) clocks")
        }
        if case .firstReady(let cap) = scheduling, cap < 0 { throw MemoryConfigurationError("HBM2: the cap is \(cap), and must be at least 0") }
        if pathCycles < 0 { throw MemoryConfigurationError("HBM2: pathCycles is \(pathCycles), and must be at least 0") }
        if let tREFI, tREFI <= tRFC + tRC {
            throw MemoryConfigurationError("HBM2: tREFI is \(tREFI), which leaves no time between refreshes of \(tRFC) clocks")
        }
        try mapping.check(self)
    }
}

/// What the row buffers of all pseudo-channels have seen.
public struct HBM2Counts: Hashable, Sendable {
    /// Reads of a row that was open already.
    public internal(set) var rowHits = 0
    /// Reads for which a closed bank was opened.
    public internal(set) var rowMisses = 0
    /// Reads for which another row was closed first.
    public internal(set) var rowConflicts = 0
    /// Of all pseudo-channels.
    public internal(set) var refreshes = 0

    public var reads: Int { rowHits + rowMisses + rowConflicts }
}
