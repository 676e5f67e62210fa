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
    /// Beats of a row behind those of its outputs, merged alike.
    package let extraBeats: Int

    package init(prefill: PrefillConfiguration, lanes: Int, topology: ReductionTopology, extraBeats: Int = 0) {
        self.prefill = prefill
        self.lanes = lanes
        self.topology = topology
        self.extraBeats = extraBeats
    }

    package struct Ports {
        /// One a lane.
        let partial: [Stream<PartialBeat>]
        let merged: [Stream<PartialBeat>]
        /// Messages did not fit together: what has come out since then means nothing. Stays set.
        let fault: Bit
    }

    package var suffix: String { "\(prefill.partialSuffix)\(extraSuffix(extraBeats))_g\(lanes)_\(topology.rawValue)" }

    package func ports(_ io: Interface) -> Ports {
        let beat = PartialBeat.shape(prefill)
        return Ports(partial: (0..<lanes).map { _ in io.sink(beat) }, merged: (0..<lanes).map { _ in io.source(beat) },
                     fault: io.output(.bit))
    }

    /// The most cycles from the last beat that one of `lanes` lanes publishes of an output to the last that comes back, if
    /// nothing else is under way: at the worst place of the output among `of` lanes.
    package static func latency(lanes: Int, of all: Int, _ topology: ReductionTopology) -> Int {
        switch topology {
        // The highest lane of all has nothing to join.
        case .chain: ReductionSlots.latency + ReductionJoin.latency * min(lanes, all - 1)
        // Up to the root, and down again past it.
        case .tree: ReductionSlots.latency + ReductionJoin.latency * ceilLog2(all)
            + ReductionReturn.latency * (ceilLog2(all) - 1)
        }
    }

    package func body(_ c: Circuit, _ io: Ports) {
        var faults: [Bit] = []
        let published = (0..<lanes).map { x -> Stream<PartialBeat> in
            let slots = c.instance("slots_\(x)", ReductionSlots(prefill: prefill, extraBeats: extraBeats))
            c.drive(slots.lane, laneNumber(c, x))
            c.connect(io.partial[x], to: slots.partial)
            faults.append(slots.fault)
            return slots.published
        }
        // Nobody is behind the last lane, nor before the first.
        faults.append(io.partial[lanes - 1].valid & !io.partial[lanes - 1].payload.tag.closes)
        let rest = switch topology {
        case .chain: chain(c, io, published, &faults)
        case .tree: tree(c, io, published, &faults)
        }
        c.drive(rest.ready, true)
        c.discard(rest.payload)
        faults.append(rest.valid)

        let fault = c.register("fault_seen", .bit, reset: 0)
        c.when(faults.anySet) { fault.set() }
        c.drive(io.fault, fault.q)
    }

    private func laneNumber(_ c: Circuit, _ lane: Int) -> Unsigned { c.constant(lane, .unsigned(LaneRange.laneBits)) }

    private func sendNothing(_ c: Circuit, to stream: Stream<PartialBeat>) {
        c.send(c.constant(0, stream.shape), when: c.constant(0, .bit), to: stream)
    }

    /// Each lane joins what it has with what comes from the lanes behind it; returns what is then left over.
    private func chain(
        _ c: Circuit, _ io: Ports, _ published: [Stream<PartialBeat>], _ faults: inout [Bit]
    ) -> Stream<PartialBeat> {
        var behind = published[lanes - 1]
        sendNothing(c, to: io.merged[lanes - 1])
        for x in (0..<lanes - 1).reversed() {
            let join = c.instance("join_\(x)", ReductionJoin(prefill: prefill))
            c.drive(join.boundary, laneNumber(c, x + 1))
            c.connect(published[x], to: join.left)
            c.connect(behind, to: join.right)
            c.connect(join.complete, to: io.merged[x])
            faults.append(join.fault)
            behind = join.open
        }
        return behind
    }

    /// Neighbours are joined, then pairs of them; complete states go back the way that they came. A lane's next state that
    /// opens an output waits until the one before is back, so that they come back in order.
    private func tree(
        _ c: Circuit, _ io: Ports, _ published: [Stream<PartialBeat>], _ faults: inout [Bit]
    ) -> Stream<PartialBeat> {
        /// What goes up from some lanes, and where their complete states are to go that come from above.
        func span(_ some: Range<Int>) -> (open: Stream<PartialBeat>, returned: Stream<PartialBeat>) {
            guard some.count > 1 else { return leaf(c, io, published[some.lowerBound], some.lowerBound) }
            let (join, left, right) = halves(some)
            let back = c.instance("return_\(name(some))", ReductionReturn(prefill: prefill, level: level(some)))
            c.connect(join.complete, to: back.complete)
            c.connect(back.left, to: left)
            c.connect(back.right, to: right)
            return (join.open, back.above)
        }
        /// Joins the two halves of some lanes; where their complete states are to go.
        func halves(_ some: Range<Int>) -> (ReductionJoin.Ports, left: Stream<PartialBeat>, right: Stream<PartialBeat>) {
            let boundary = some.lowerBound + 1 << level(some)
            let left = span(some.lowerBound..<boundary), right = span(boundary..<some.upperBound)
            let join = c.instance("join_\(name(some))", ReductionJoin(prefill: prefill))
            c.drive(join.boundary, laneNumber(c, boundary))
            c.connect(left.open, to: join.left)
            c.connect(right.open, to: join.right)
            faults.append(join.fault)
            return (join, left.returned, right.returned)
        }
        guard lanes > 1 else {
            let only = leaf(c, io, published[0], 0)
            sendNothing(c, to: only.returned)
            return only.open
        }
        let (root, left, right) = halves(0..<lanes)
        c.connect(root.complete, to: left)
        sendNothing(c, to: right)
        return root.open
    }

    /// The bit of a lane's number that tells the halves of some lanes apart: the left one is a power of two, the larger.
    private func level(_ some: Range<Int>) -> Int { ceilLog2(some.count) - 1 }

    private func name(_ some: Range<Int>) -> String { "\(some.lowerBound)_\(some.upperBound - 1)" }

    private func leaf(
        _ c: Circuit, _ io: Ports, _ published: Stream<PartialBeat>, _ x: Int
    ) -> (open: Stream<PartialBeat>, returned: Stream<PartialBeat>) {
        // The last lane never opens an output that goes on behind it.
        guard x < lanes - 1 else { return (published, io.merged[x]) }
        let underWay = c.register("under_way_\(x)", .bit, reset: 0)
        let held = c.named("held_\(x)", published.payload.tag.opens & underWay.q)
        let ready = c.wire("leaf_\(x)_ready", .bit)
        c.drive(published.ready, ready & !held)
        let leaf = Stream(valid: c.named("leaf_\(x)_valid", published.valid & !held), ready: ready,
                          payload: published.payload, shape: published.shape)
        c.when(leaf.fires & published.payload.tag.opens & published.payload.last) { underWay.set() }
        c.when(io.merged[x].fires & io.merged[x].payload.last) { underWay.clear() }
        return (leaf, io.merged[x])
    }
}
