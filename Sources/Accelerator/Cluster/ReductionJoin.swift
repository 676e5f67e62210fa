import Blocks
import Configuration
import FixedPoint
import RTL

/// Where the open parts of two neighbouring spans of lanes meet.
///
/// What the left span lacks an end of and what the right one lacks a beginning of are the two parts of one output each time,
/// first with first: they are merged beat by beat. What then has both ends is complete, the rest is open for a span of more
/// lanes; so are the left span's followers that have an end and the right one's openers, which go by as they are. Nothing
/// that goes by stands in the way of what is merged.
///
/// Latency 2 cycles for what is merged, 0 for what goes by, one beat a cycle; a message leaves while it comes.
package struct ReductionJoin: Module {
    package let prefill: PrefillConfiguration
    /// The right span has openers, and both together too; in a chain the right span goes on to the last lane.
    package let isInner: Bool
    /// Rows are reported: messages say whether a part of them had a fault.
    package let reports: Bool

    package init(prefill: PrefillConfiguration, isInner: Bool, reports: Bool = false) {
        self.prefill = prefill
        self.isInner = isInner
        self.reports = reports
    }

    package struct Ports {
        /// The first lane of the right span; constant.
        let boundary: Unsigned
        let leftFollowers: Stream<PartialBeat>
        let leftOpeners: Stream<PartialBeat>
        let leftOrder: Stream<Bit>
        let right: OpenParts
        let open: OpenParts
        let complete: Stream<PartialBeat>
        /// The two parts that met were not of one output; stays set.
        let fault: Bit
    }

    package static let latency = MergeUnit.latency

    package var suffix: String { prefill.partialSuffix + (isInner ? "_inner" : "") + (reports ? "_report" : "") }

    private var beatShape: Shape<PartialBeat> { PartialBeat.shape(prefill, reports: reports) }

    package func ports(_ io: Interface) -> Ports {
        let beat = beatShape
        return Ports(
            boundary: io.input(.unsigned(LaneRange.laneBits)), leftFollowers: io.sink(beat), leftOpeners: io.sink(beat),
            leftOrder: io.sink(.bit),
            right: OpenParts(
                followers: io.sink(beat), openers: isInner ? io.sink(beat) : nil, order: isInner ? io.sink(.bit) : nil),
            open: OpenParts(
                followers: io.source(beat), openers: isInner ? io.source(beat) : nil, order: isInner ? io.source(.bit) : nil),
            complete: io.source(beat), fault: io.output(.bit))
    }

    /// A tag beside its beat of the state.
    private struct TaggedEnd: Bundle {
        let tag: PartialTag
        let last: Bit
    }

    /// The right span's openers, as far as the other parts have to know of them.
    private struct Inner {
        /// The right span's follower at the front is its next part without an end, if it lacks one.
        let followerIsNext: Bit
        /// There is room for another word of the order.
        let room: Bit
    }

    package func body(_ c: Circuit, _ io: Ports) {
        let follower = io.leftFollowers.payload, right = io.right.followers.payload
        let isOpener = io.leftOrder.payload
        let left = beatShape.unpack(
            c.named("left", mux(isOpener, concatenate(io.leftOpeners.payload), concatenate(follower))))

        // Two parts meet.
        let merge = c.instance("merge", MergeUnit(lane: prefill.lane))
        let tags = Queue(c, "tags", tagShape, depth: 4)
        let inner = Inner(followerIsNext: c.wire("follower_is_next", .bit), room: c.wire("order_has_room", .bit))
        let leftIsThere = c.named("left_is_there", io.leftOrder.valid
            & mux(isOpener, io.leftOpeners.valid, io.leftFollowers.valid & !follower.tag.closes))
        let meet = c.named("meet", leftIsThere & io.right.followers.valid & inner.followerIsNext & inner.room)
        let takes = c.named("takes", meet & merge.pair.ready & tags.ready)
        c.send(StatePair(left: left.state, right: right.state), when: meet & tags.ready, to: merge.pair)
        tags.push(TaggedEnd(tag: joined(left.tag, right.tag), last: left.last), when: meet & merge.pair.ready)
        c.drive(io.leftOpeners.ready, takes & isOpener)
        c.drive(io.leftOrder.ready, takes & left.last)
        c.drive(io.right.followers.ready, takes)

        // What they give.
        let end = tags.output.payload
        let valid = c.named("merged", merge.merged.valid & tags.output.valid)
        let beat = PartialBeat(tag: end.tag, state: merge.merged.payload, last: end.last)
        let isComplete = c.named("is_complete", isInner ? end.tag.opens & end.tag.closes : end.tag.opens)
        let givesFollower = c.named("gives_follower", valid & !end.tag.opens)
        let openerTaken = c.wire("opener_taken", .bit)
        let taken = c.named("taken", mux(isComplete, io.complete.ready, mux(end.tag.opens, openerTaken, io.open.followers.ready)))
        c.send(beat, when: valid & isComplete, to: io.complete)
        c.drive(merge.merged.ready, taken & tags.output.valid)
        c.drive(tags.output.ready, taken & merge.merged.valid)

        // The left span's followers that have an end go by, behind those that met.
        let pass = c.named("pass_follower", io.leftFollowers.valid & follower.tag.closes & noneUnderWay(
            c, "followers_under_way", enters: takes & !isOpener, leaves: givesFollower & io.open.followers.ready))
        sendEither(c, follower, if: pass, beat, if: givesFollower, to: io.open.followers)
        c.drive(io.leftFollowers.ready, (takes & !isOpener) | (pass & io.open.followers.ready))

        if let openers = io.right.openers, let order = io.right.order, let open = io.open.openers, let openOrder = io.open.order {
            c.drive(inner.followerIsNext, right.tag.closes | (order.valid & !order.payload))
            let givesOpener = c.named("gives_opener", valid & end.tag.opens & !isComplete)
            let lacksEnd = c.named("lacks_end", takes & !right.tag.closes)
            // The right span's openers go by in their order, behind those that met.
            let noneBefore = noneUnderWay(
                c, "openers_under_way", enters: lacksEnd & isOpener, leaves: givesOpener & open.ready)
            let pass = c.named("pass_opener", openers.valid & order.valid & order.payload & noneBefore)
            sendEither(c, openers.payload, if: pass, beat, if: givesOpener, to: open)
            let passes = c.named("passes", pass & open.ready)
            c.drive(openers.ready, passes)
            c.drive(openerTaken, open.ready)
            c.drive(order.ready, (passes & openers.payload.last) | (lacksEnd & right.last))

            // What now lacks an end, in the order of the right span.
            let said = Queue(c, "order", .bit, depth: 4)
            let meetIsFirst = c.register("meet_is_first", .bit, reset: 1)
            let passIsUnsaid = c.register("pass_is_unsaid", .bit, reset: 1)
            c.drive(inner.room, said.ready)
            c.when(takes) { meetIsFirst.next(left.last) }
            // An opener is taken once it has been said that it is next.
            c.when(passes) {
                passIsUnsaid.next(openers.payload.last)
            }.elsewhen(pass & said.ready) {
                passIsUnsaid.clear()
            }
            said.push(pass | isOpener, when: (pass & passIsUnsaid.q) | (lacksEnd & meetIsFirst.q))
            c.connect(said.output, to: openOrder)
        } else {
            c.drive(inner.followerIsNext, true)
            c.drive(inner.room, true)
            c.drive(openerTaken, true)
        }

        let same = (left.tag.output.head == right.tag.output.head) & (left.tag.output.sequence == right.tag.output.sequence)
            & (left.tag.epoch == right.tag.epoch) & (left.tag.rows == right.tag.rows)
            & (left.tag.valueBits == right.tag.valueBits) & (right.tag.lane == io.boundary) & (left.last == right.last)
        let fault = c.register("fault_seen", .bit, reset: 0)
        c.when(meet & !same) { fault.set() }
        c.drive(io.fault, fault.q)
    }

    private var tagShape: Shape<TaggedEnd> {
        Shape { TaggedEnd(tag: $0.make(PartialTag.shape(prefill, reports: reports)), last: $0.make(.bit)) }
    }

    private func joined(_ left: PartialTag, _ right: PartialTag) -> PartialTag {
        let fault: Bit? = if let mine = left.fault, let other = right.fault { mine | other } else { nil }
        return PartialTag(
            output: left.output, opens: left.opens, closes: right.closes, epoch: left.epoch, lane: left.lane, rows: left.rows,
            valueBits: left.valueBits, fault: fault)
    }

    /// Never are both there.
    private func sendEither(
        _ c: Circuit, _ passing: PartialBeat, if passes: Bit, _ merged: PartialBeat, if isMerged: Bit,
        to target: Stream<PartialBeat>
    ) {
        let bits = mux(passes, concatenate(passing), concatenate(merged))
        c.send(target.shape.unpack(bits), when: passes | isMerged, to: target)
    }

    /// Of some beats none is between the entrance and the exit of the merge unit, which holds three at most.
    private func noneUnderWay(_ c: Circuit, _ name: String, enters: Bit, leaves: Bit) -> Bit {
        let count = c.register(name, .unsigned(2), reset: 0)
        c.when(enters & !leaves) {
            count.next(count.q &+ 1)
        }.elsewhen(leaves & !enters) {
            count.next(count.q &- 1)
        }
        return !count.q.isNonzero
    }
}
