import Simulation

/// Counts what passes on the pins of an AXI4 interface, for comparison with what a design says of itself.
///
/// Once a cycle, after the logic has settled: `observe`.
public final class AXIPinCounts {
    /// Handshakes of AR, R, AW, W and B.
    public private(set) var readBursts = 0, readBeats = 0, writeBursts = 0, writeBeats = 0, answers = 0
    /// Cycles in which an address waited on AR, none came on R although it could, and data waited on W.
    public private(set) var readAddressStalls = 0, readWaits = 0, writeStalls = 0
    /// Handshakes of R by the kind of their burst.
    public private(set) var beatsByKind: [Int]

    private let read: AXIPins.ReadChannels
    /// Nil: only read.
    private let write: AXIPins.WriteChannels?
    private let bytes: Int
    /// Kind of a burst by its address; of the bursts that are outstanding, by id.
    private let kind: (Int) -> Int
    private var outstanding: [Int: Outstanding] = [:]

    private final class Outstanding {
        var kinds: [(kind: Int, beats: Int)] = []
    }

    /// - Parameters:
    ///   - kinds: How many kinds of reads there are.
    ///   - kind: Of the burst at a byte address, 0 ..< kinds.
    /// - Precondition: there are read channels.
    public init(_ pins: AXIPins, kinds: Int = 1, kind: @escaping (Int) -> Int = { _ in 0 }) {
        guard let read = pins.read else { preconditionFailure("\(pins.prefix) cannot be read") }
        (self.read, write, self.kind, bytes) = (read, pins.write, kind, pins.bytes)
        beatsByKind = [Int](repeating: 0, count: kinds)
    }

    /// All counts from 0; what is outstanding stays known.
    public func clear() {
        (readBursts, readBeats, writeBursts, writeBeats, answers) = (0, 0, 0, 0, 0)
        (readAddressStalls, readWaits, writeStalls) = (0, 0, 0)
        beatsByKind = beatsByKind.map { _ in 0 }
    }

    public func observe() {
        // Beats come after their address.
        let ready = read.data.ready.isSet
        if read.data.valid.isSet {
            if ready { countBeat() }
        } else if ready {
            readWaits += 1
        }
        if read.address.valid.isSet {
            if read.address.ready.isSet { countBurst() } else { readAddressStalls += 1 }
        }
        guard let write else { return }
        if write.address.valid.isSet, write.address.ready.isSet { writeBursts += 1 }
        if write.data.valid.isSet {
            if write.data.ready.isSet { writeBeats += 1 } else { writeStalls += 1 }
        }
        if write.response.valid.isSet, write.response.ready.isSet { answers += 1 }
    }

    private func countBurst() {
        readBursts += 1
        let burst = read.address.burst(bytes: bytes)
        if outstanding[burst.id] == nil { outstanding[burst.id] = Outstanding() }
        outstanding[burst.id]!.kinds.append((kind(burst.address), burst.beats))
    }

    private func countBeat() {
        readBeats += 1
        guard let queue = outstanding[read.data.id?.value ?? 0], !queue.kinds.isEmpty else { return }
        beatsByKind[queue.kinds[0].kind] += 1
        queue.kinds[0].beats -= 1
        if queue.kinds[0].beats == 0 { queue.kinds.removeFirst() }
    }
}
