import Blocks
import Configuration
import RTL

/// The way into a selection core: takes a set's keys and its k, counts, and says when both are there.
struct SelectionIntake {
    /// A beat of keys is taken.
    let take: Bit
    /// Number of the beat that comes in; the last one's afterwards.
    let beat: Unsigned
    /// n so far.
    let count: Unsigned
    /// min(k, n), once k and all keys are there.
    let wanted: Unsigned
    /// Set for one cycle, two after the last beat and k have come: `count` and `wanted` are right, and in the next cycle the
    /// next set may come.
    let handover: Bit

    /// - Parameters:
    ///   - busy: the core selects; no handover meanwhile.
    ///   - overlaps: the next set may come in while the core selects.
    init(_ c: Circuit, _ io: SelectionPorts, _ topK: TopKConfiguration, busy: Bit, overlaps: Bool) {
        let beat = c.register("beat", .unsigned(topK.beatBits), reset: 0)
        let count = c.register("count", .unsigned(topK.countBits), reset: 0)
        let full = c.register("full", .bit, reset: 0)
        let commanded = c.register("commanded", .bit, reset: 0)
        let asked = c.register("asked", .unsigned(topK.countBits))
        let handover = c.register("handover", .bit, reset: 0)

        let ready = overlaps ? !full.q : !full.q & !busy
        c.drive(io.keys.ready, ready)
        take = c.named("take", io.keys.valid & ready)
        let keys = io.keys.payload
        let arrived = (count.q + keys.occupied.elements.populationCount()).truncated(to: topK.countBits)
        c.when(take) {
            count.next(arrived)
            c.when(keys.last) { full.set() }.otherwise { beat.next(beat.q &+ 1) }
        }
        c.drive(io.command.ready, !commanded.q)
        c.when(io.command.fires) {
            commanded.set()
            asked.next(io.command.payload)
        }
        handover.next(full.q & commanded.q & !busy & !handover.q)
        wanted = c.stage("wanted", mux(asked.q < count.q, asked.q, count.q))
        c.when(handover.q) {
            full.clear()
            commanded.clear()
            count.next(0)
            beat.next(0)
        }
        self.beat = beat.q
        self.count = count.q
        self.handover = handover.q
    }
}
