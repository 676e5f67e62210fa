import Blocks
import Configuration
import FixedPoint
import RTL

/// Turns a lane's range into segments, one for each output that has a part in it (Docs/schedule.md), with the addresses of
/// the output's planes out of the lane's own copy of the table of sequences.
///
/// A segment every 3 cycles. A range is taken once the last segment of the one before has been.
package struct SegmentWalker: Module {
    package let lane: PrefillConfiguration

    package init(_ lane: PrefillConfiguration) { self.lane = lane }

    package struct Ports {
        let range: Stream<LaneRange>
        /// Bank b may be written while the range of the other is walked, and before its own comes.
        let table: Flow<SequenceWrite>
        let segment: Stream<LeanSegment>
    }

    package var suffix: String { lane.suffix }

    package func ports(_ io: Interface) -> Ports {
        Ports(range: io.sink(LaneRange.shape(lane)), table: io.input(.flow(SequenceWrite.shape(lane.lane))),
              segment: io.source(LeanSegment.shape(lane)))
    }

    package func body(_ c: Circuit, _ io: Ports) {
        let entryShape = SequenceEntry.shape(lane.lane)
        let table = c.memory(
            "sequence_table", depth: 2 * ClusterConfiguration.maximumSequences, width: entryShape.width, collision: .undefined)
        c.when(io.table.valid) {
            let write = io.table.payload
            table.write(concatenate(write.bank, write.sequence), concatenate(write.entry))
        }

        // What is left of the range.
        let range = c.register("range_at_hand", LaneRange.shape(lane))
        let looking = c.register("looking", .bit, reset: 0), measuring = c.register("measuring", .bit, reset: 0)
        let sending = c.register("sending", .bit, reset: 0)
        c.drive(io.range.ready, ![looking.q, measuring.q, sending.q].anySet)
        c.when(io.range.fires) {
            range.next(io.range.payload)
            looking.set()
        }
        let place = range.q.first, end = range.q.end, settings = range.q.settings
        let isLast = c.named(
            "is_last_output", (place.head == end.head) & (place.sequence == end.sequence))
        // An empty range inside an output is a segment without keys.
        let isDone = c.named("is_done", isLast & !end.tile.isNonzero)
        let entry = entryShape.unpack(table.read(
            "entry", concatenate(range.q.epoch, place.sequence), enable: looking.q))
        c.when(looking.q) {
            looking.clear()
            c.when(!isDone) { measuring.set() }
        }
        c.when(measuring.q) {
            measuring.clear()
            sending.set()
        }
        func address(_ name: String, _ base: Unsigned, _ offset: Unsigned) -> Unsigned {
            c.stage("\(name)_address", base &+ offset)
        }
        c.send(LeanSegment(
            output: OutputID(head: place.head.truncated(to: OutputID.headBits), sequence: place.sequence),
            first: c.stage("segment_first", position(place.tile, settings.tileSize).truncated(to: bitsToIndex(lane.lane.maximumContext))),
            end: c.stage("segment_end", mux(isLast, position(end.tile, settings.tileSize), entry.keys)),
            opens: !place.tile.isNonzero, closes: !isLast, epoch: range.q.epoch,
            keyMSBAddress: address("key_msb", entry.keyMSBAddress, range.q.keyMSBOffset),
            keyLSBAddress: address("key_lsb", entry.keyLSBAddress, range.q.keyLSBOffset),
            valueAddress: address("value", entry.valueAddress, range.q.valueOffset), settings: settings),
            when: sending.q, to: io.segment)

        let wraps = c.named("is_last_sequence", place.sequence == settings.sequences)
        c.when(io.segment.fires) {
            sending.clear()
            c.when(!isLast) {
                looking.set()
                c.drive(place.tile, 0)
                c.drive(place.sequence, mux(wraps, 0, place.sequence &+ 1))
                c.when(wraps) {
                    c.drive(place.head, place.head &+ 1)
                    c.drive(range.q.keyMSBOffset, range.q.keyMSBOffset &+ settings.keyMSBStride)
                    c.drive(range.q.keyLSBOffset, range.q.keyLSBOffset &+ settings.keyLSBStride)
                    c.drive(range.q.valueOffset, range.q.valueOffset &+ settings.valueStride)
                }
            }
        }
    }

    /// The first position of a tile.
    private func position(_ tile: Unsigned, _ tileSize: Unsigned) -> Unsigned {
        select(tileSize, lane.tileSizes.map { (tile << ceilLog2($0)).resized(to: lane.lane.contextBits) })
    }
}
