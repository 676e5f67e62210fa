import Blocks
import Configuration
import FixedPoint
import RTL

/// Where the partial states of two neighbouring spans of lanes meet.
///
/// Of the span on the left all messages come that others have a part in, in the order of their launches; so they do of the
/// span on the right. What the left one lacks an end of and what the right one lacks a beginning of are the two parts of
/// one output each time: they are merged beat by beat. The rest goes by as it is. What then has both ends is complete, the
/// rest is open for a span of more lanes.
///
/// Latency 2 cycles, one beat a cycle; a message leaves while it comes.
package struct ReductionJoin: Module {
    package let prefill: PrefillConfiguration

    package init(prefill: PrefillConfiguration) { self.prefill = prefill }

    package struct Ports {
        /// The first lane of the span on the right; constant.
        let boundary: Unsigned
        let left: Stream<PartialBeat>
        let right: Stream<PartialBeat>
        let open: Stream<PartialBeat>
        let complete: Stream<PartialBeat>
        /// The two parts that met were not of one output; stays set.
        let fault: Bit
    }

    package static let latency = MergeUnit.latency

    package var suffix: String { prefill.partialSuffix }

    package func ports(_ io: Interface) -> Ports {
        let beat = PartialBeat.shape(prefill)
        return Ports(
            boundary: io.input(.unsigned(LaneRange.laneBits)), left: io.sink(beat), right: io.sink(beat),
            open: io.source(beat), complete: io.source(beat), fault: io.output(.bit))
    }

    /// A tag beside its beat of the state.
    private struct TaggedEnd: Bundle {
        let tag: PartialTag
        let last: Bit
    }

    package func body(_ c: Circuit, _ io: Ports) {
        let left = io.left.payload, right = io.right.payload

        // What goes by does so from its first beat to its last.
        let leftGoing = c.register("left_going_by", .bit, reset: 0)
        let rightGoing = c.register("right_going_by", .bit, reset: 0)
        let passLeft = c.named("pass_left", io.left.valid & left.tag.closes & !rightGoing.q)
        let passRight = c.named("pass_right", io.right.valid & right.tag.opens & !leftGoing.q & !passLeft)
        let meet = c.named("meet", io.left.valid & io.right.valid & !left.tag.closes & !right.tag.opens)
        let merge = c.instance("merge", MergeUnit(lane: prefill.lane))
        let tags = Queue(c, "tags", tagShape, depth: 4)
        let room = c.named("room", merge.pair.ready & tags.ready)
        c.drive(io.left.ready, room & (passLeft | meet))
        c.drive(io.right.ready, room & (passRight | meet))
        c.when(room & passLeft) { leftGoing.next(!left.last) }
        c.when(room & passRight) { rightGoing.next(!right.last) }

        // What goes by is merged with nothing.
        let leaves = c.named("leaves", passLeft | passRight | meet)
        c.send(StatePair(left: occupied(left.state, if: !passRight), right: occupied(right.state, if: !passLeft)),
               when: leaves & tags.ready, to: merge.pair)
        tags.push(
            TaggedEnd(tag: tag(c, left.tag, right.tag, passLeft: passLeft, passRight: passRight),
                      last: mux(passRight, right.last, left.last)),
            when: leaves & merge.pair.ready)

        let end = tags.output.payload
        let valid = c.named("merged", merge.merged.valid & tags.output.valid)
        let isComplete = c.named("is_complete", end.tag.opens & end.tag.closes)
        let taken = c.named("taken", mux(isComplete, io.complete.ready, io.open.ready))
        let beat = PartialBeat(tag: end.tag, state: merge.merged.payload, last: end.last)
        c.send(beat, when: valid & isComplete, to: io.complete)
        c.send(beat, when: valid & !isComplete, to: io.open)
        c.drive(merge.merged.ready, taken & tags.output.valid)
        c.drive(tags.output.ready, taken & merge.merged.valid)

        let same = (left.tag.output.head == right.tag.output.head) & (left.tag.output.sequence == right.tag.output.sequence)
            & (left.tag.epoch == right.tag.epoch) & (left.tag.rows == right.tag.rows)
            & (left.tag.valueBits == right.tag.valueBits) & (right.tag.lane == io.boundary) & (left.last == right.last)
        let fault = c.register("fault_seen", .bit, reset: 0)
        c.when(meet & !same) { fault.set() }
        c.drive(io.fault, fault.q)
    }

    private var tagShape: Shape<TaggedEnd> {
        Shape { TaggedEnd(tag: $0.make(PartialTag.shape(prefill)), last: $0.make(.bit)) }
    }

    private func occupied(_ state: StateBeat, if condition: Bit) -> StateBeat {
        StateBeat(
            occupied: state.occupied & condition, highestClass: state.highestClass, weightSum: state.weightSum,
            weightSumBelow: state.weightSumBelow, outputSums: state.outputSums, outputSumsBelow: state.outputSumsBelow)
    }

    /// The left one's, unless only the right one leaves; the end of what is merged is that of the right one.
    private func tag(
        _ c: Circuit, _ left: PartialTag, _ right: PartialTag, passLeft: Bit, passRight: Bit
    ) -> PartialTag {
        let chosen = PartialTag.shape(prefill).unpack(
            c.named("chosen_tag", mux(passRight, concatenate(right), concatenate(left))))
        return PartialTag(
            output: chosen.output, opens: chosen.opens, closes: passLeft | right.closes, epoch: chosen.epoch,
            lane: chosen.lane, rows: chosen.rows, valueBits: chosen.valueBits)
    }
}
