import Blocks
import Configuration
import FixedPoint
import RTL

/// The partial states that one lane has published and no other has taken yet: two messages at least, in their order, so
/// that a lane goes on while its neighbours are a launch behind.
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
        let published: Stream<PartialBeat>
        /// A message named another lane as its own, or was complete without any other; stays set.
        let fault: Bit
    }

    package static let latency = 2

    package var suffix: String { prefill.partialSuffix + extraSuffix(extraBeats) }

    package func ports(_ io: Interface) -> Ports {
        let beat = PartialBeat.shape(prefill)
        return Ports(lane: io.input(.unsigned(LaneRange.laneBits)), partial: io.sink(beat), published: io.source(beat),
                     fault: io.output(.bit))
    }

    /// Beats of two messages.
    package var depth: Int { 1 << ceilLog2(2 * prefill.residentRows * (prefill.lane.stateBeats + extraBeats)) }

    package func body(_ c: Circuit, _ io: Ports) {
        let messages = Queue(c, "messages", io.partial.shape, depth: depth)
        messages.push(io.partial.payload, when: io.partial.valid)
        c.drive(io.partial.ready, messages.ready)
        c.connect(messages.output, to: io.published)

        let tag = io.partial.payload.tag
        let fault = c.register("fault_seen", .bit, reset: 0)
        c.when(io.partial.valid & ((tag.lane != io.lane) | (tag.opens & tag.closes))) { fault.set() }
        c.drive(io.fault, fault.q)
    }
}

extension PrefillConfiguration {
    /// Names a unit by what shapes a partial state and its tag.
    var partialSuffix: String { "\(lane.stateSuffix)_r\(residentRows)" }
}
