/// Beats that were asked for by one request.
struct MemoryBurst {
    /// Counts the requests of a memory.
    let serial: Int
    let offset: Int
    let beats: Int
    let tag: Int
    /// Of the device, to know the burst again.
    var start = 0
    /// Beats that have been read out.
    var read = 0

    var isFinished: Bool { read == beats }
}

/// What lies behind the port: says when the beats of a burst are there.
protocol MemoryDevice: AnyObject {
    /// It finds out cycle by cycle when beats are there, and answers in any order. Else it knows as soon as it accepts a
    /// burst, answers in order, and always has room.
    var isClocked: Bool { get }
    /// Whether a request can be taken in this cycle.
    var hasRoom: Bool { get }
    /// Begins a cycle; cycles come in ascending order.
    func advance(to cycle: Int)
    /// Takes a burst in `cycle`; the answer becomes its `start`.
    func accept(_ burst: MemoryBurst, cycle: Int) -> Int
    /// The cycle from which the next beat can be taken; `Int.max` while that is not known.
    func arrival(in burst: MemoryBurst) -> Int
    /// All beats of the burst have been read.
    func finish(_ burst: MemoryBurst)
    /// Nil: no row buffers.
    var rowBuffers: HBM2Counts? { get }
}

extension MemoryDevice {
    var isClocked: Bool { false }
    var hasRoom: Bool { true }
    func advance(to cycle: Int) {}
    func finish(_ burst: MemoryBurst) {}
    var rowBuffers: HBM2Counts? { nil }
}

/// The same latency for every request.
final class FixedLatency: MemoryDevice {
    private let latency: Int

    init(latency: Int) { self.latency = latency }

    func accept(_ burst: MemoryBurst, cycle: Int) -> Int { cycle + latency }
    func arrival(in burst: MemoryBurst) -> Int { burst.start }
}

/// A bus behind a latency: bursts follow each other on it, sector by sector.
///
/// Time is counted in ticks of which a cycle has `bytes`: a byte takes `cycles` of them.
final class BandwidthBus: MemoryDevice {
    private let latency, bytes, cycles, beatBytes, sectorBytes: Int
    private var busyUntil = 0

    init(latency: Int, bytes: Int, cycles: Int, beatBytes: Int, sectorBytes: Int) {
        self.latency = latency
        self.bytes = bytes
        self.cycles = cycles
        self.beatBytes = beatBytes
        self.sectorBytes = sectorBytes
    }

    func accept(_ burst: MemoryBurst, cycle: Int) -> Int {
        // The last cycle of the latency is that in which the first beat moves.
        let start = max((cycle + latency - 1) * bytes, busyUntil)
        busyUntil = start + moved(burst, beats: burst.beats) * cycles
        return start
    }

    func arrival(in burst: MemoryBurst) -> Int {
        (burst.start + moved(burst, beats: burst.read + 1) * cycles + bytes - 1) / bytes
    }

    /// Bytes on the bus until a burst's first `beats` are there.
    private func moved(_ burst: MemoryBurst, beats: Int) -> Int {
        roundUp(burst.offset + beats * beatBytes, to: sectorBytes) - burst.offset / sectorBytes * sectorBytes
    }
}
