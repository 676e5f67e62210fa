import Blocks
import Configuration
import FixedPoint
import RTL

/// Does what `RowCutter` does behind a narrow port, whose sectors are no longer than any vector.
///
/// Sectors shift through a row of registers, one a cycle, until the last one of a vector is there; the vector then ends with
/// them, so that nothing but its end within the sector and its width have to be chosen. As every vector needs a sector that
/// the one before has not seen, the next one's first sector comes in while it leaves: a sector a cycle.
///
/// If no vector takes less than a sector and a half, each is cut in halves, one a cycle, which takes half of the multiplexers; and as
/// a second half never has to come in the cycle in which the vector before is taken, nothing here waits for whoever takes it. Vectors of
/// a sector and a half then take two cycles, or three if they start within a sector of which the one before had nothing.
/// Latency `RowCutter.latency` cycles, and two for a place.
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

    /// There is one channel, a row is one vector, and that of any width fills a sector.
    package var isPossible: Bool {
        configuration.channels == 1 && lane.steps == 1 && vectorsTake(halfSectors: 2)
    }

    private func vectorsTake(halfSectors: Int) -> Bool {
        widths.allSatisfy { $0 == 0 || 2 * $0 >= halfSectors * configuration.granulesPerSector }
    }

    private var inHalves: Bool { vectorsTake(halfSectors: 3) }
    /// Elements that are cut at once.
    private var elementsAtOnce: Int { inHalves ? lane.multipliers / 2 : lane.multipliers }
    /// A part is as many bits as `elementsAtOnce`, a sector as many parts.
    private var partsPerSector: Int { 8 * configuration.sectorBytes / elementsAtOnce }
    private var partBits: Int { bitsToIndex(partsPerSector) }

    /// What is cut at once, a vector or half of one.
    private struct Cut: Bundle {
        let bits: Unsigned
        /// Part of its last sector at which it ends.
        let end: Unsigned
        /// Sectors in which it lies and nothing before it.
        let needed: Unsigned
        /// What is cut next ends in the same sector, which therefore stays the newest.
        let stays: Bit
        let occupied, rowLast: Bit

        static func shape(partBits: Int, neededBits: Int) -> Shape<Cut> {
            Shape { Cut(
                bits: $0.make(.unsigned(formatBits)), end: $0.make(.unsigned(partBits)), needed: $0.make(.unsigned(neededBits)),
                stays: $0.make(.bit), occupied: $0.make(.bit), rowLast: $0.make(.bit)) }
        }
    }

    /// Tells the halves of a vector from each other; nil if vectors are cut whole.
    private func secondHalf(_ c: Circuit, _ name: String) -> Register<Bit>? {
        inHalves ? c.register(name, .bit, reset: 0) : nil
    }

    /// Places, halved and measured before they wait: what decides when to cut comes from registers.
    private func cuts(_ c: Circuit, _ places: Stream<RowPlace>) -> Stream<Cut> {
        let place = places.payload
        let neededBits = bitsToCount(spanSectors)
        let queue = Queue(c, "measured_places", Cut.shape(partBits: partBits, neededBits: neededBits), depth: 2)
        let measures = c.named("measures", places.valid & queue.ready & place.occupied)
        let second = secondHalf(c, "measures_second")
        var start = place.start, drops = place.drops[0]
        if let second {
            let middle = c.register("middle", .unsigned(partBits))
            start = mux(second.q, middle.q, concatenate(place.start, c.constant(0, .unsigned(1))))
            drops = drops & !second.q
            c.when(measures) {
                middle.next((start + place.bits).truncated(to: partBits))
                second.next(!second.q)
            }
        }
        let end = c.named("end_of_cut", start + place.bits)
        let inSector = end.truncated(to: partBits)
        let touched = ((end >> partBits) + inSector.isNonzero.asUnsigned).resized(to: neededBits)
        // Of the sectors that it touches, one is here already if what was cut before ended in it.
        let open = c.register("sector_open", .bit, reset: 0)
        c.when(measures) { open.next(inSector.isNonzero) }
        queue.push(Cut(
            bits: place.bits, end: inSector, needed: touched &- (open.q & !drops).asUnsigned.extended(to: neededBits),
            stays: stays(inSector, place.bits), occupied: place.occupied, rowLast: place.rowLast), when: places.valid)
        c.drive(places.ready, second.map { queue.ready & ($0.q | !place.occupied) } ?? queue.ready)
        return queue.output
    }

    /// Only behind a first half: what follows a whole vector never ends in the same sector.
    private func stays(_ end: Unsigned, _ bits: Unsigned) -> Bit {
        guard widths.contains(where: { 0 < $0 && $0 < partsPerSector }) else { return false }
        return end.isNonzero & (end + bits <= Unsigned(partsPerSector))
    }

    package func body(_ c: Circuit, _ io: Ports) {
        precondition(isPossible, "a vector may lie in a sector that the one before has seen")
        let cuts = cuts(c, io.places), next = cuts.payload
        let second = secondHalf(c, "cuts_second")
        let completes = second.map { $0.q | !next.occupied }

        let come = c.register("sectors_come", .like(next.needed), reset: 0)
        let isThere = c.named("is_there", come.q >= next.needed)

        // The elements are taken over as long as there is room for them: what is as wide as they are does not wait for the cut.
        let held = c.register("vector_held", .bit, reset: 0)
        let room = c.named("room", inHalves ? !held.q : !held.q | io.vectors.ready)
        let isFree = completes.map { room | !$0 } ?? room
        let cut = c.named("cut", cuts.valid & isFree & (!next.occupied | isThere))
        let taken = c.named("elements_taken", cut & next.occupied)
        let looksAhead = cut & (come.q == next.needed) & !next.stays
        let wants = c.named("wants_sector", cuts.valid & next.occupied & (!isThere | looksAhead))
        let shift = c.named("shift", wants & io.sectors[0].valid)
        c.drive(io.sectors[0].ready, wants)
        let used = mux(taken, next.needed, 0)
        come.next(come.q &- used &+ shift.asUnsigned.extended(to: come.q.width))
        c.drive(cuts.ready, cut)
        if let second { c.when(taken) { second.next(!second.q) } }

        let packed = windows(c, io.sectors[0].payload, shift, next.end)
        var elements = converter.elements(c, next.bits, count: elementsAtOnce, packed: packed)
        if let second { elements = concatenate(elements, c.stage("first_half", elements, enable: !second.q)) }
        let vector = c.register("vector", io.vectors.shape)
        c.when(room) { vector.next(VectorBeat(elements: elements, occupied: next.occupied, rowLast: next.rowLast)) }
        c.when(completes.map { cut & $0 } ?? cut) {
            held.set()
        }.elsewhen(io.vectors.ready) {
            held.clear()
        }
        c.send(vector.q, when: held.q, to: io.vectors)
    }

    private var converter: BitwidthConverter { BitwidthConverter(lane: lane, widths: widths, signed: signed) }

    /// The last sectors that have come, moved up until the part before `end` of the newest is the last; by the elements' width.
    ///
    /// All that is cut of a width ends at a multiple of it, so that 12 bits in sectors of four parts need not be moved, and 6 only by two.
    private func windows(_ c: Circuit, _ sector: Unsigned, _ shift: Bit, _ end: Unsigned) -> (Int) -> Unsigned {
        let sectors = (0..<spanSectors).map { c.register("sector_\($0)", .like(sector)) }
        c.when(shift) {
            for (register, next) in zip(sectors, sectors.dropFirst().map(\.q) + [sector]) { register.next(next) }
        }
        let unused = c.named("parts_behind", c.constant(0, .like(end)) &- end)
        let joined = c.named("joined", concatenate(sectors.reversed().map { $0.q as any Value }))
        var moved: [Int: Unsigned] = [:], current = joined
        for stage in (0..<partBits).reversed() {
            guard let widest = widths.filter({ $0.trailingZeroBitCount <= stage }).max() else { continue }
            // What lies below has no part in elements that are moved so far.
            let further = widths.contains { $0.trailingZeroBitCount < stage } ? (1 << stage) - 1 : 0
            let kept = min(current.width, (widest + further) * elementsAtOnce)
            let by = (current << (elementsAtOnce << stage))[(current.width - kept)..<current.width]
            current = c.named("moved_by_\(1 << stage)", mux(unused[stage], by, current[(current.width - kept)..<current.width]))
            moved[stage] = current
        }
        return { width in
            let window = moved[width.trailingZeroBitCount] ?? joined
            return window[(window.width - width * elementsAtOnce)..<window.width]
        }
    }

    /// The most sectors that anything cut touches.
    private var spanSectors: Int {
        widths.flatMap { width in
            (0..<partsPerSector).map { ($0 * width % partsPerSector + width + partsPerSector - 1) / partsPerSector }
        }.max()!
    }
}
