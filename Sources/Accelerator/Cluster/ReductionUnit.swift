import Blocks
import Configuration
import FixedPoint
import RTL

/// Brings together the partial states of outputs that several lanes have worked on (Docs/stream-k.md).
///
/// A lane publishes what it has of such an output at `partial`, in the order of its work: in each launch at most one
/// message that does not open its output, and then at most one that does. The complete state comes back at `merged` of the
/// lane that opens it, in the same order. `merged` must be taken whether or not `partial` is.
package struct ReductionUnit: Module {
    package let prefill: PrefillConfiguration
    package let lanes: Int
    package let topology: ReductionTopology
    /// Beats of a row behind those of its outputs, merged alike. With any, rows are reported: a message has a fault beside
    /// its tag, which is set in the complete one if it is in any part.
    package let extraBeats: Int

    package init(prefill: PrefillConfiguration, lanes: Int, topology: ReductionTopology, extraBeats: Int = 0) {
        self.prefill = prefill
        self.lanes = lanes
        self.topology = topology
        self.extraBeats = extraBeats
    }

    private var reports: Bool { extraBeats > 0 }

    package struct Ports {
        /// One a lane.
        let partial: [Stream<PartialBeat>]
        let merged: [Stream<PartialBeat>]
        /// Messages did not fit together: what has come out since then means nothing. Stays set.
        let fault: Bit
    }

    package var suffix: String { "\(prefill.partialSuffix)\(extraSuffix(extraBeats))_g\(lanes)_\(topology.rawValue)" }

    package func ports(_ io: Interface) -> Ports {
        let beat = PartialBeat.shape(prefill, reports: reports)
        return Ports(partial: (0..<lanes).map { _ in io.sink(beat) }, merged: (0..<lanes).map { _ in io.source(beat) },
                     fault: io.output(.bit))
    }

    /// The most cycles from the last beat that one of `lanes` lanes publishes of an output to the last that comes back, if
    /// nothing else is under way: at the worst place of the output among `of` lanes.
    package static func latency(lanes: Int, of all: Int, _ topology: ReductionTopology) -> Int {
        switch topology {
        case .chain: ReductionSlots.latency + ReductionJoin.latency * (lanes - 1)
        // Up to the root, and down again past it.
        case .tree: ReductionSlots.latency + ReductionJoin.latency * ceilLog2(all)
            + ReductionReturn.latency * (ceilLog2(all) - 1)
        }
    }

    package func body(_ c: Circuit, _ io: Ports) {
        var faults: [Bit] = []
        let published = (0..<lanes).map { x -> ReductionSlots.Ports in
            let slots = c.instance("slots_\(x)", ReductionSlots(prefill: prefill, extraBeats: extraBeats))
            c.drive(slots.lane, laneNumber(c, x))
            c.connect(io.partial[x], to: slots.partial)
            faults.append(slots.fault)
            return slots
        }
        switch topology {
        case .chain: chain(c, io, published, &faults)
        case .tree: tree(c, io, published, &faults)
        }
        let fault = c.register("fault_seen", .bit, reset: 0)
        c.when(faults.anySet) { fault.set() }
        c.drive(io.fault, fault.q)
    }

    private func laneNumber(_ c: Circuit, _ lane: Int) -> Unsigned { c.constant(lane, .unsigned(LaneRange.laneBits)) }

    private func sendNothing(_ c: Circuit, to stream: Stream<PartialBeat>) {
        c.send(c.constant(0, stream.shape), when: c.constant(0, .bit), to: stream)
    }

    /// Nobody is there to take these: none should be.
    private func drop(_ c: Circuit, _ parts: Stream<PartialBeat>, _ faults: inout [Bit]) {
        c.drive(parts.ready, true)
        c.discard(parts.payload)
        faults.append(parts.valid)
    }

    /// Nobody is behind the last lane.
    private func dropOpeners(_ c: Circuit, _ openers: Stream<PartialBeat>, _ order: Stream<Bit>, _ faults: inout [Bit]) {
        drop(c, openers, &faults)
        c.drive(order.ready, true)
        c.discard(order.payload)
        faults.append(order.valid)
    }

    /// Each lane joins what it has with what comes from the lanes behind it.
    private func chain(_ c: Circuit, _ io: Ports, _ published: [ReductionSlots.Ports], _ faults: inout [Bit]) {
        var behind = published[lanes - 1].followers
        dropOpeners(c, published[lanes - 1].openers, published[lanes - 1].order, &faults)
        sendNothing(c, to: io.merged[lanes - 1])
        for x in (0..<lanes - 1).reversed() {
            let join = c.instance("join_\(x)", ReductionJoin(prefill: prefill, isInner: false, reports: reports))
            c.drive(join.boundary, laneNumber(c, x + 1))
            c.connect(published[x].followers, to: join.leftFollowers)
            c.connect(published[x].openers, to: join.leftOpeners)
            c.connect(published[x].order, to: join.leftOrder)
            c.connect(behind, to: join.right.followers)
            c.connect(join.complete, to: io.merged[x])
            faults.append(join.fault)
            behind = join.open.followers
        }
        drop(c, behind, &faults)
    }

    /// What some lanes have open, and where complete states are to go that come back to them.
    private struct Span {
        let followers, openers: Stream<PartialBeat>
        let order: Stream<Bit>
        let returned: Stream<PartialBeat>
    }

    /// Neighbours are joined, then pairs of them; complete states go back the way that they came. A lane's next opener waits
    /// until the one before is back, so that they come back in order.
    private func tree(_ c: Circuit, _ io: Ports, _ published: [ReductionSlots.Ports], _ faults: inout [Bit]) {
        func span(_ some: Range<Int>) -> Span {
            guard some.count > 1 else { return leaf(c, io, published[some.lowerBound], some.lowerBound) }
            let (join, open, left, right) = halves(some)
            let back = c.instance("return_\(name(some))", ReductionReturn(
                prefill: prefill, level: level(some), reports: reports))
            c.connect(join.complete, to: back.complete)
            c.connect(back.left, to: left)
            c.connect(back.right, to: right)
            return Span(followers: open.followers, openers: open.openers, order: open.order, returned: back.above)
        }
        /// Joins the two halves of some lanes; what is open then, and where their complete states are to go.
        func halves(_ some: Range<Int>) -> (
            ReductionJoin.Ports, open: (followers: Stream<PartialBeat>, openers: Stream<PartialBeat>, order: Stream<Bit>),
            left: Stream<PartialBeat>, right: Stream<PartialBeat>
        ) {
            let boundary = some.lowerBound + 1 << level(some)
            let left = span(some.lowerBound..<boundary), right = span(boundary..<some.upperBound)
            let join = c.instance("join_\(name(some))", ReductionJoin(prefill: prefill, isInner: true, reports: reports))
            c.drive(join.boundary, laneNumber(c, boundary))
            c.connect(left.followers, to: join.leftFollowers)
            c.connect(left.openers, to: join.leftOpeners)
            c.connect(left.order, to: join.leftOrder)
            c.connect(right.followers, to: join.right.followers)
            guard let openers = join.right.openers, let order = join.right.order, let open = join.open.openers,
                  let openOrder = join.open.order else { preconditionFailure("an inner join has openers") }
            c.connect(right.openers, to: openers)
            c.connect(right.order, to: order)
            faults.append(join.fault)
            return (join, (join.open.followers, open, openOrder), left.returned, right.returned)
        }
        guard lanes > 1 else {
            let only = leaf(c, io, published[0], 0)
            sendNothing(c, to: only.returned)
            drop(c, only.followers, &faults)
            return dropOpeners(c, only.openers, only.order, &faults)
        }
        let (root, open, left, right) = halves(0..<lanes)
        c.connect(root.complete, to: left)
        sendNothing(c, to: right)
        drop(c, open.followers, &faults)
        dropOpeners(c, open.openers, open.order, &faults)
    }

    /// The bit of a lane's number that tells the halves of some lanes apart: the left one is a power of two, the larger.
    private func level(_ some: Range<Int>) -> Int { ceilLog2(some.count) - 1 }

    private func name(_ some: Range<Int>) -> String { "\(some.lowerBound)_\(some.upperBound - 1)" }

    private func leaf(_ c: Circuit, _ io: Ports, _ published: ReductionSlots.Ports, _ x: Int) -> Span {
        let openers = published.openers
        // The last lane should have none.
        guard x < lanes - 1 else {
            return Span(followers: published.followers, openers: openers, order: published.order, returned: io.merged[x])
        }
        let underWay = c.register("under_way_\(x)", .bit, reset: 0)
        let ready = c.wire("leaf_\(x)_ready", .bit)
        c.drive(openers.ready, ready & !underWay.q)
        let held = Stream(valid: c.named("leaf_\(x)_valid", openers.valid & !underWay.q), ready: ready,
                          payload: openers.payload, shape: openers.shape)
        c.when(held.fires & openers.payload.last) { underWay.set() }
        c.when(io.merged[x].fires & io.merged[x].payload.last) { underWay.clear() }
        return Span(followers: published.followers, openers: held, order: published.order, returned: io.merged[x])
    }
}
