import Blocks
import RTL

/// Puts the beats of a record of memory together, the first lowest.
///
/// A beat every two cycles, of a record that is one beat every cycle. The record is whole two cycles, or one, after its last
/// beat, and stays as it is until the first beat of the next one, which waits until it has been taken.
struct RecordReader: Module {
    let dataBits, beats: Int

    struct Ports {
        let beat: Stream<Unsigned>
        let record: Stream<Unsigned>
    }

    var suffix: String { "w\(dataBits)_n\(beats)" }

    func ports(_ io: Interface) -> Ports {
        Ports(beat: io.sink(.unsigned(dataBits)), record: io.source(.unsigned(beats * dataBits)))
    }

    func body(_ c: Circuit, _ io: Ports) {
        let record = c.register("held_record", .unsigned(beats * dataBits))
        let isWhole = c.register("record_is_whole", .bit, reset: 0)
        var beat = io.beat
        // As wide as the record is, it waits for a register only.
        if beats > 1 {
            let buffer = c.instance("beat_buffer", HalfBuffer(bits: dataBits))
            c.connect(beat, to: buffer.input)
            beat = buffer.output
        }
        c.drive(beat.ready, !isWhole.q)
        let takes = c.named("takes_beat", beat.fires)
        var ends = takes
        if beats > 1 {
            let place = c.register("beat_place", .unsigned(bitsToIndex(beats)), reset: 0)
            let isLast = c.named("is_last_beat", place.q == Unsigned(beats - 1))
            c.when(takes) {
                record.next(concatenate(beat.payload, record.q[dataBits..<record.q.width]))
                place.next(mux(isLast, 0, place.q &+ 1))
            }
            ends = takes & isLast
        } else {
            c.when(takes) { record.next(beat.payload) }
        }
        c.when(ends) { isWhole.set() }.elsewhen(io.record.fires) { isWhole.clear() }
        c.send(record.q, when: isWhole.q, to: io.record)
    }
}
