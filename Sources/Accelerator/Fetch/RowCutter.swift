import Blocks
import Configuration
import FixedPoint
import RTL

/// Cuts the rows of tokens out of the sectors that arrive and turns them into vectors of elements of 12 bits.
///
/// The next eight sectors of each channel lie in a ring. Rows, and the vectors they are cut into, start at any granule of
/// `multipliers` bits of a sector; those of a vector are joined from the channels in turn, and the vector is cut out by a
/// rotation of granules and one choice of width. A vector a cycle while sectors last; latency `latency` cycles.
package struct RowCutter: Module {
    package let configuration: SpAttenConfiguration
    /// Element widths that can be asked for, ascending; 0: no plane, elements are 0.
    package let widths: [Int]
    package let signed: Bool

    package init(_ configuration: SpAttenConfiguration, widths: [Int], signed: Bool) {
        self.configuration = configuration
        self.widths = widths
        self.signed = signed
    }

    package struct Ports {
        let places: Stream<RowPlace>
        let sectors: [Stream<Unsigned>]
        let vectors: Stream<VectorBeat>
    }

    package var suffix: String { "\(configuration.gatherSuffix)_\(signed ? "s" : "u")\(widths.map(String.init).joined(separator: "_"))" }

    /// Cycles from the sector that completes a vector to the vector.
    package static let latency = 2
    private var lane: LaneConfiguration { configuration.lane }
    private var channels: Int { configuration.channels }
    private var perSector: Int { configuration.granulesPerSector }
    private var converter: BitwidthConverter { BitwidthConverter(lane: lane, widths: widths, signed: signed) }

    package func ports(_ io: Interface) -> Ports {
        Ports(places: io.sink(RowPlace.shape(configuration)),
              sectors: (0..<channels).map { _ in io.sink(.unsigned(8 * configuration.sectorBytes)) },
              vectors: io.source(VectorBeat.shape(lane)))
    }

    package func body(_ c: Circuit, _ io: Ports) {
        let place = io.places.payload
        let step = StepCounter(c, lane)
        let isFirst = step.at(0, true)

        // The vector's granules, counted from the start of the port's width in which it begins.
        let position = c.register("position", .like(place.start))
        let start = c.named("vector_start", lane.steps > 1 ? mux(isFirst, place.start, position.q) : place.start)
        let end = c.named("vector_end", start + place.bits)
        let offsetBits = bitsToIndex(perSector)
        let endSector = end >> offsetBits
        let endTouched = c.named("end_touched", endSector + end.truncated(to: offsetBits).isNonzero.asUnsigned)

        // A vector leaves into the output register once all its sectors are there; a beat without a token needs none.
        let rings = (0..<channels).map { SectorRing(c, $0, bits: 8 * configuration.sectorBytes, from: io.sectors[$0]) }
        let drops = (0..<channels).map { place.drops[$0] & isFirst & place.occupied }
        let enough = rings.enumerated().map { channel, ring in
            ring.holds(sectors(of: channel, from: start, below: endTouched) + drops[channel].asUnsigned)
        }
        let held = c.register("vector_held", .bit, reset: 0)
        let free = !held.q | io.vectors.ready
        let cut = c.named("cut", io.places.valid & free & (!place.occupied | enough.dropFirst().reduce(enough[0], &)))
        for (channel, ring) in rings.enumerated() {
            let leaving = sectors(of: channel, from: start, below: endSector) + drops[channel].asUnsigned
            ring.release(c, leaving, when: cut & place.occupied)
        }
        let ends = !place.occupied | step.atLast(true)
        step.advance(c, when: cut & place.occupied)
        c.drive(io.places.ready, cut & ends)
        c.when(cut) { position.next(end.truncated(to: position.q.width)) }

        let chosen = rings.enumerated().map { channel, ring in
            (0..<(spanSectors + channels - 1) / channels).map { ring.sector($0, behind: drops[channel]) }
        }
        let window = window(c, chosen, start)
        let elements = converter.elements(c, place.bits, count: lane.multipliers) { _ in window }
        let vector = c.register("vector", io.vectors.shape)
        c.when(cut) {
            vector.next(VectorBeat(elements: elements, occupied: place.occupied, rowLast: place.rowLast & ends))
            held.set()
        }.elsewhen(io.vectors.ready) {
            held.clear()
        }
        c.send(vector.q, when: held.q, to: io.vectors)
    }

    /// Sectors of a channel from that on in which granule `start` lies, below sector `end`, both counted as `start` is.
    private func sectors(of channel: Int, from start: Unsigned, below end: Unsigned) -> Unsigned {
        guard channels > 1 else { return end }
        precondition(channels == 2)
        if channel == 1 { return end >> 1 }
        let before = start[bitsToIndex(perSector)].asUnsigned
        let upTo = (end + 1) >> 1
        return upTo &- before.extended(to: upTo.width)
    }

    /// The most sectors that a vector of any of the widths touches.
    var spanSectors: Int {
        widths.flatMap { width in
            (0..<perSector).map { (($0 * width % perSector) + width + perSector - 1) / perSector }
        }.max()!
    }

    /// The `widest` granules from `start` on, out of the next sectors of each channel.
    private func window(_ c: Circuit, _ sectors: [[Unsigned]], _ start: Unsigned) -> Unsigned {
        let offsetBits = bitsToIndex(perSector), widest = widths.max()!
        var inOrder = sectors[0]
        if channels == 2 {
            let swaps = start[offsetBits]
            inOrder = zip(sectors[0], sectors[1]).flatMap { [mux(swaps, $1, $0), mux(swaps, $0, $1)] }
        }
        let joined = inOrder.prefix(spanSectors)
        var current = c.named("joined", concatenate(joined.reversed().map { $0 as any Value }))
        for stage in (0..<offsetBits).reversed() {
            let shift = 1 << stage
            let width = min(current.width, (widest + shift - 1) * lane.multipliers)
            let moved = current >> (shift * lane.multipliers)
            current = c.named("moved_by_\(shift)", mux(start[stage], moved.resized(to: width), current.truncated(to: width)))
        }
        return current
    }
}

/// The next sectors of one channel, of which several can be seen, and leave, at once.
///
/// One comes in a cycle. Its depth is what lets tokens that need two follow tokens that need none without a wait: with four
/// sectors, scattered rows of one and a half sectors a channel took 5 % more than their bound.
private struct SectorRing {
    private static let depth = 8
    private let sectors: [Unsigned]
    private let head, filled: Register<Unsigned>
    private let accept: Bit

    init(_ c: Circuit, _ channel: Int, bits: Int, from input: Stream<Unsigned>) {
        let indexBits = bitsToIndex(Self.depth)
        let tail = c.register("tail_\(channel)", .unsigned(indexBits), reset: 0)
        head = c.register("head_\(channel)", .unsigned(indexBits), reset: 0)
        filled = c.register("filled_\(channel)", .unsigned(indexBits + 1), reset: 0)
        let hasRoom = filled.q != Unsigned(Self.depth)
        let accept = c.named("accept_\(channel)", input.valid & hasRoom)
        self.accept = accept
        c.drive(input.ready, hasRoom)
        c.when(accept) { tail.next(tail.q &+ 1) }
        sectors = (0..<Self.depth).map { index in
            c.stage("ring_\(channel)_\(index)", input.payload, enable: accept & (tail.q == Unsigned(index)))
        }
    }

    func holds(_ count: Unsigned) -> Bit { count <= filled.q }

    /// The sector `number` behind the first one, or behind the second.
    func sector(_ number: Int, behind isSecond: Bit) -> Unsigned {
        select(head.q &+ isSecond.asUnsigned.extended(to: head.q.width) &+ Unsigned(number), sectors)
    }

    func release(_ c: Circuit, _ count: Unsigned, when leaves: Bit) {
        let leaving = mux(leaves, count.resized(to: filled.q.width), 0)
        head.next(head.q &+ leaving.truncated(to: head.q.width))
        filled.next(filled.q &+ accept.asUnsigned.extended(to: filled.q.width) &- leaving)
    }
}
