import Blocks
import Configuration
import FixedPoint
import RTL

/// Does what `RowCutter` does behind a narrow port, whose sectors are no longer than any vector.
///
/// Sectors shift through a row of registers, one a cycle, until the last one of a vector is there; the vector then ends with
/// them, so that nothing but its end within the sector and its width have to be chosen. As every vector needs a sector that
/// the one before has not seen, the next one's first sector comes in while it leaves: a sector a cycle. If all vectors need two, none is cut
/// while the one before waits to be taken, and nothing here waits for whoever takes them. Latency `RowCutter.latency` cycles, and two for a place.
package struct SerialRowCutter: Module {
    package let configuration: SpAttenConfiguration
    /// Element widths that can be asked for, ascending; 0: no plane, elements are 0.
    package let widths: [Int]
    package let signed: Bool

    package init(_ configuration: SpAttenConfiguration, widths: [Int], signed: Bool) {
        self.configuration = configuration
        self.widths = widths
        self.signed = signed
    }

    package typealias Ports = RowCutter.Ports

    private var cutter: RowCutter { RowCutter(configuration, widths: widths, signed: signed) }

    package var suffix: String { cutter.suffix }

    package func ports(_ io: Interface) -> Ports { cutter.ports(io) }

    private var lane: LaneConfiguration { configuration.lane }
    private var perSector: Int { configuration.granulesPerSector }

    /// There is one channel, a row is one vector, and that of any width fills a sector.
    package var isPossible: Bool {
        configuration.channels == 1 && lane.steps == 1 && vectorsFill(sectors: 1)
    }

    private func vectorsFill(sectors: Int) -> Bool { widths.allSatisfy { $0 == 0 || $0 >= sectors * perSector } }

    /// What a place says of its vector.
    private struct Measured: Bundle {
        let bits: Unsigned
        /// Granule of its last sector at which it ends.
        let end: Unsigned
        /// Sectors in which it lies.
        let touched: Unsigned
        let drops, occupied, rowLast: Bit

        static func shape(_ configuration: SpAttenConfiguration) -> Shape<Measured> {
            Shape { Measured(
                bits: $0.make(.unsigned(formatBits)), end: $0.make(.unsigned(configuration.granuleBits)),
                touched: $0.make(.unsigned(configuration.spanBits)), drops: $0.make(.bit), occupied: $0.make(.bit),
                rowLast: $0.make(.bit)) }
        }
    }

    /// Places, measured before they wait: the array's clock does not wait for that.
    private func measured(_ c: Circuit, _ places: Stream<RowPlace>) -> Stream<Measured> {
        let place = places.payload
        let end = c.named("vector_end", place.start + place.bits)
        let inSector = end.truncated(to: configuration.granuleBits)
        let touched = (end >> configuration.granuleBits) + inSector.isNonzero.asUnsigned
        let queue = Queue(c, "measured_places", Measured.shape(configuration), depth: 2)
        queue.push(Measured(
            bits: place.bits, end: inSector, touched: touched.resized(to: configuration.spanBits), drops: place.drops[0],
            occupied: place.occupied, rowLast: place.rowLast), when: places.valid)
        c.drive(places.ready, queue.ready)
        return queue.output
    }

    package func body(_ c: Circuit, _ io: Ports) {
        precondition(isPossible, "a vector may lie in a sector that the one before has seen")
        let places = measured(c, io.places), place = places.payload
        let endInSector = place.end, touched = place.touched

        // Of the sectors that the vector touches, one is here already if the vector before ended in it.
        let open = c.register("sector_open", .bit, reset: 0)
        let continues = c.named("continues", open.q & !place.drops)
        let needed = c.named("needed", touched &- continues.asUnsigned.extended(to: touched.width))
        let come = c.register("sectors_come", .like(touched), reset: 0)
        let isThere = c.named("is_there", come.q >= needed)

        let held = c.register("vector_held", .bit, reset: 0)
        let isFree = vectorsFill(sectors: 2) ? !held.q : !held.q | io.vectors.ready
        let cut = c.named("cut", places.valid & isFree & (!place.occupied | isThere))
        let taken = c.named("vector_taken", cut & place.occupied)
        let wants = c.named("wants_sector", places.valid & place.occupied & (!isThere | (cut & (come.q == needed))))
        let shift = c.named("shift", wants & io.sectors[0].valid)
        c.drive(io.sectors[0].ready, wants)
        let used = mux(taken, needed, 0)
        come.next(come.q &- used &+ shift.asUnsigned.extended(to: come.q.width))
        c.drive(places.ready, cut)
        c.when(taken) { open.next(endInSector.isNonzero) }

        let elements = converter.elements(c, window(c, io.sectors[0].payload, shift, endInSector), place.bits, atEnd: true)
        let vector = c.register("vector", io.vectors.shape)
        c.when(cut) {
            vector.next(VectorBeat(elements: elements, occupied: place.occupied, rowLast: place.rowLast))
            held.set()
        }.elsewhen(io.vectors.ready) {
            held.clear()
        }
        c.send(vector.q, when: held.q, to: io.vectors)
    }

    private var converter: BitwidthConverter { BitwidthConverter(lane: lane, widths: widths, signed: signed) }

    /// The last sectors that have come, moved up until the granule before `end` of the newest is the last.
    private func window(_ c: Circuit, _ sector: Unsigned, _ shift: Bit, _ end: Unsigned) -> Unsigned {
        let span = cutter.spanSectors
        let sectors = (0..<span).map { c.register("sector_\($0)", .like(sector)) }
        c.when(shift) {
            for (register, next) in zip(sectors, sectors.dropFirst().map(\.q) + [sector]) { register.next(next) }
        }
        let unused = c.named("granules_behind", c.constant(0, .like(end)) &- end)
        let widest = widths.max()! * lane.multipliers
        var current = c.named("joined", concatenate(sectors.reversed().map { $0.q as any Value }))
        for stage in (0..<end.width).reversed() {
            let bits = lane.multipliers << stage
            let width = min(current.width, widest + bits - lane.multipliers)
            // What lies below has no part in a vector that is moved so far.
            let moved = (current << bits)[(current.width - width)..<current.width]
            current = c.named("moved_by_\(1 << stage)", mux(unused[stage], moved, current[(current.width - width)..<current.width]))
        }
        return current[(current.width - widest)..<current.width]
    }
}
