import Blocks
import Configuration
import FixedPoint
import RTL

/// The parts of outputs that some neighbouring lanes have and that others have a part in too. An *opener* begins its output
/// and lacks the end; a *follower* lacks the beginning, and perhaps the end as well.
struct OpenParts {
    let followers: Stream<PartialBeat>
    /// Nil where no part can lack an end.
    let openers: Stream<PartialBeat>?
    /// A beat for each part that lacks an end, in the order of the launches: set for an opener, clear for a follower.
    let order: Stream<Bit>?
}

/// The partial states that one lane has published and no other has taken yet: a message of followers and one of openers at
/// least. An opener does not wait behind a follower, whose turn comes at the end of the neighbour's work.
///
/// A message leaves while it comes, 2 cycles later.
package struct ReductionSlots: Module {
    package let prefill: PrefillConfiguration
    /// Beats of a row behind those of its outputs.
    package let extraBeats: Int

    package init(prefill: PrefillConfiguration, extraBeats: Int = 0) {
        self.prefill = prefill
        self.extraBeats = extraBeats
    }

    package struct Ports {
        /// Which lane it is; constant.
        let lane: Unsigned
        let partial: Stream<PartialBeat>
        let followers: Stream<PartialBeat>
        let openers: Stream<PartialBeat>
        let order: Stream<Bit>
        /// A message named another lane as its own, or was complete without any other; stays set.
        let fault: Bit
    }

    package static let latency = 2

    package var suffix: String { prefill.partialSuffix + extraSuffix(extraBeats) }

    package func ports(_ io: Interface) -> Ports {
        let beat = PartialBeat.shape(prefill, reports: extraBeats > 0)
        return Ports(
            lane: io.input(.unsigned(LaneRange.laneBits)), partial: io.sink(beat), followers: io.source(beat),
            openers: io.source(beat), order: io.source(.bit), fault: io.output(.bit))
    }

    /// Beats of a message.
    package var depth: Int { 1 << ceilLog2(prefill.residentRows * (prefill.lane.stateBeats + extraBeats)) }

    package func body(_ c: Circuit, _ io: Ports) {
        let beat = io.partial.payload, tag = beat.tag
        let followers = Queue(c, "followers", io.partial.shape, depth: depth)
        let openers = Queue(c, "openers", io.partial.shape, depth: depth)
        let order = Queue(c, "order", .bit, depth: 4)
        let room = c.named("room", order.ready & mux(tag.opens, openers.ready, followers.ready))
        let take = c.named("take", io.partial.valid & room)
        let isFirst = c.register("is_first", .bit, reset: 1)
        c.drive(io.partial.ready, room)
        followers.push(beat, when: take & !tag.opens)
        openers.push(beat, when: take & tag.opens)
        order.push(tag.opens, when: take & isFirst.q & !tag.closes)
        c.when(take) { isFirst.next(beat.last) }
        c.connect(followers.output, to: io.followers)
        c.connect(openers.output, to: io.openers)
        c.connect(order.output, to: io.order)

        let fault = c.register("fault_seen", .bit, reset: 0)
        c.when(io.partial.valid & ((tag.lane != io.lane) | (tag.opens & tag.closes))) { fault.set() }
        c.drive(io.fault, fault.q)
    }
}

extension PrefillConfiguration {
    /// Names a unit by what shapes a partial state and its tag.
    var partialSuffix: String { "\(lane.stateSuffix)_r\(residentRows)" }
}
