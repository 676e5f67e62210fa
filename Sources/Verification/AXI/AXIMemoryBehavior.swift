/// How an `AXIMemory` behaves.
public struct AXIMemoryBehavior: Sendable {
    /// When addresses and data of writes are taken.
    public enum WriteOrder: Sendable, CaseIterable {
        /// Each for itself.
        case free
        /// Data after its address.
        case addressFirst
        /// An address after all of its data.
        case dataFirst
    }

    /// What a burst is answered.
    public struct Fault: Hashable, Sendable {
        /// Number of the burst among those of its direction, from 0.
        public let burst: Int
        /// Of a read; a write has one answer.
        public let beat: Int
        public let response: Int

        public init(burst: Int, beat: Int = 0, response: Int) {
            (self.burst, self.beat, self.response) = (burst, beat, response)
        }
    }

    public var seed: UInt64
    /// Of the cycles: how often a READY is low, and how often something that is there is not offered.
    public var stalls: Double
    /// Cycles from the request to its first beat or answer.
    public var latency: ClosedRange<Int>
    /// Bursts of different ids overtake one another; their beats mix.
    public var reorders, interleaves: Bool
    public var writeOrder: WriteOrder
    public var readFaults, writeFaults: [Fault]
    /// Of 1,000 beats or writes, how many are answered with an error besides.
    public var faultsPerThousand: Int

    public init(
        seed: UInt64, stalls: Double = 0, latency: ClosedRange<Int> = 1...1, reorders: Bool = false, interleaves: Bool = false,
        writeOrder: WriteOrder = .free, readFaults: [Fault] = [], writeFaults: [Fault] = [], faultsPerThousand: Int = 0
    ) {
        self.seed = seed
        self.stalls = stalls
        self.latency = latency
        self.reorders = reorders
        self.interleaves = interleaves
        self.writeOrder = writeOrder
        self.readFaults = readFaults
        self.writeFaults = writeFaults
        self.faultsPerThousand = faultsPerThousand
    }
}
