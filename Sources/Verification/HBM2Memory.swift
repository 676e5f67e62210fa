/// Pseudo-channels of HBM2 behind one port.
///
/// A burst is cut into accesses of 32 bytes. From the cycle after its request on, each pseudo-channel takes one of its
/// accesses a cycle into its controller's queue, in the order of the requests; the next request is taken once all of the
/// last one's have found room. A beat is there when the last of its accesses is.
final class HBM2Memory: MemoryDevice {
    /// An access on its way; beats from `firstBeat` to `lastBeat` wait for it.
    private struct Access {
        let burst: Int
        let firstBeat, lastBeat: Int
        let location: HBM2Location
    }

    /// Of one burst.
    private struct Beats {
        /// For each beat, accesses that have not been read, and the cycle in which the last of the others is there.
        var missing, arrival: [Int]
    }

    private let timing: HBM2Timing
    private let decoder: HBM2Decoder
    private let beatBytes, sectorBytes: Int
    private var channels: [HBM2Channel] = []
    /// For each pseudo-channel, what has not found room in its queue; the next at the end.
    private var waiting: [[Access]]
    private var waitingCount = 0
    /// Accesses in the queues, by the number their owner is told.
    private var queued: [Int: Access] = [:]
    private var nextNumber = 0
    private var beats: [Int: Beats] = [:]
    private var clock = 0, nextCycle: Int?

    init(_ timing: HBM2Timing, beatBytes: Int, sectorBytes: Int) {
        self.timing = timing
        self.beatBytes = beatBytes
        self.sectorBytes = sectorBytes
        decoder = HBM2Decoder(timing)
        waiting = Array(repeating: [], count: timing.channels)
    }

    var isClocked: Bool { true }
    var hasRoom: Bool { waitingCount == 0 }

    func accept(_ burst: MemoryBurst, cycle: Int) -> Int {
        let accessBytes = HBM2Timing.accessBytes
        let first = burst.offset / sectorBytes * sectorBytes / accessBytes
        let end = roundUp(burst.offset + burst.beats * beatBytes, to: sectorBytes) / accessBytes
        var missing = [Int](repeating: 0, count: burst.beats)
        for access in first..<end {
            // The rest of a sector belongs to no beat.
            let firstBeat = max(0, (access * accessBytes - burst.offset) / beatBytes)
            let lastByte = (access + 1) * accessBytes - 1 - burst.offset
            let lastBeat = lastByte < 0 || access * accessBytes >= burst.offset + burst.beats * beatBytes
                ? firstBeat - 1 : min(burst.beats - 1, lastByte / beatBytes)
            if firstBeat <= lastBeat { for beat in firstBeat...lastBeat { missing[beat] += 1 } }
            let location = decoder.location(access)
            waiting[location.channel].append(Access(burst: burst.serial, firstBeat: firstBeat, lastBeat: lastBeat, location: location))
            waitingCount += 1
        }
        for channel in waiting.indices { waiting[channel].reverse() }
        beats[burst.serial] = Beats(missing: missing, arrival: [Int](repeating: 0, count: burst.beats))
        return 0
    }

    func arrival(in burst: MemoryBurst) -> Int {
        let beats = beats[burst.serial]!
        return beats.missing[burst.read] == 0 ? beats.arrival[burst.read] : .max
    }

    func finish(_ burst: MemoryBurst) { beats[burst.serial] = nil }

    var rowBuffers: HBM2Counts? {
        channels.reduce(into: HBM2Counts()) { sum, channel in
            sum.rowHits += channel.counts.rowHits
            sum.rowMisses += channel.counts.rowMisses
            sum.rowConflicts += channel.counts.rowConflicts
            sum.refreshes += channel.counts.refreshes
        }
    }

    func advance(to cycle: Int) {
        if nextCycle == nil { start(cycle) }
        while nextCycle! <= cycle {
            let now = nextCycle!
            if waitingCount > 0 { dispatch() }
            // The clocks that begin in this cycle.
            let end = clocks(before: now + 1)
            while clock < end {
                for channel in channels.indices {
                    if let access = channels[channel].tick(clock) { complete(access) }
                }
                clock += 1
            }
            nextCycle = now + 1
        }
    }

    private func start(_ cycle: Int) {
        nextCycle = cycle
        clock = clocks(before: cycle)
        channels = Array(repeating: HBM2Channel(timing, start: clock), count: timing.channels)
    }

    /// Clocks that begin before `cycle`.
    private func clocks(before cycle: Int) -> Int {
        (cycle * timing.cyclePicoseconds + timing.clockPicoseconds - 1) / timing.clockPicoseconds
    }

    private func dispatch() {
        for channel in channels.indices where !waiting[channel].isEmpty && channels[channel].hasRoom {
            let access = waiting[channel].removeLast()
            waitingCount -= 1
            let location = access.location
            channels[channel].append(HBM2Channel.Access(
                owner: nextNumber, bank: location.bankGroup * timing.banksPerGroup + location.bank, group: location.bankGroup,
                row: location.row))
            queued[nextNumber] = access
            nextNumber += 1
        }
    }

    private func complete(_ sent: HBM2Channel.Access) {
        let access = queued.removeValue(forKey: sent.owner)!
        // A burst can be over before the rest of its last sector is.
        guard access.firstBeat <= access.lastBeat, var beats = beats.removeValue(forKey: access.burst) else { return }
        let end = (clock + timing.tCL + HBM2Timing.burstClocks) * timing.clockPicoseconds
        let cycle = (end + timing.cyclePicoseconds - 1) / timing.cyclePicoseconds + timing.pathCycles
        for beat in access.firstBeat...access.lastBeat {
            beats.missing[beat] -= 1
            beats.arrival[beat] = max(beats.arrival[beat], cycle)
        }
        self.beats[access.burst] = beats
    }
}
