import Blocks
import Configuration
import FixedPoint
import RTL

/// How a row's part of a plane is cut into elements.
struct ConvertCommand: Bundle {
    /// Bits of an element, one of the converter's widths.
    let bits: Unsigned
    /// Vectors of `multipliers` elements; what is left of the last beat is padding.
    let vectors: Unsigned
    /// Keys in the last vector, less one: their elements are all that was fetched.
    let lastKeys: Unsigned

    static func shape(_ lane: LaneConfiguration) -> Shape<ConvertCommand> {
        Shape { ConvertCommand(
            bits: $0.make(.unsigned(formatBits)), vectors: $0.make(.unsigned(lane.vectorBits)),
            lastKeys: $0.make(.unsigned(bitsToIndex(lane.slots)))) }
    }
}

/// Turns packed beats of a plane into vectors of `multipliers` elements of 12 bits (SpAtten IV-D, at run-time widths).
///
/// Four beats lie in a ring. Every width puts element boundaries on multiples of `multipliers` bits, so a vector starts
/// at such a granule of the ring and is cut out by a rotation of granules and one choice of width. A vector a cycle
/// while beats last; latency 2 cycles.
package struct BitwidthConverter: Module {
    package let lane: LaneConfiguration
    /// Element widths that can be asked for, ascending; 0: no plane, elements are 0.
    package let widths: [Int]
    package let signed: Bool

    package init(lane: LaneConfiguration, widths: [Int], signed: Bool) {
        self.lane = lane
        self.widths = widths
        self.signed = signed
    }

    package struct Ports {
        let command: Stream<ConvertCommand>
        let beats: Stream<Unsigned>
        let vectors: Stream<Unsigned>
    }

    package var suffix: String { "\(lane.fetchSuffix)_\(signed ? "s" : "u")\(widths.map(String.init).joined(separator: "_"))" }

    /// Cycles from the beat that completes a vector to the vector.
    package static let latency = 2
    private static let ringBeats = 4
    private var beatBits: Int { 8 * lane.portBytes }
    private var granule: Int { lane.multipliers }
    private var granulesPerBeat: Int { beatBits / granule }
    private var widest: Int { widths.max()! }
    var elementBits: Int { NumericFormats.keyBits }

    package func ports(_ io: Interface) -> Ports {
        Ports(command: io.sink(ConvertCommand.shape(lane)), beats: io.sink(.unsigned(beatBits)),
              vectors: io.source(.unsigned(lane.multipliers * elementBits)))
    }

    package func body(_ c: Circuit, _ io: Ports) {
        let positionBits = bitsToIndex(granulesPerBeat)
        let indexBits = bitsToIndex(Self.ringBeats)

        // The row being cut.
        let bits = c.register("element_bits", .unsigned(formatBits))
        let lastKeys = lane.slots > 1 ? c.register("last_keys", Shape.unsigned(bitsToIndex(lane.slots))) : nil
        let remaining = c.register("remaining", .unsigned(lane.vectorBits), reset: 0)
        let isLast = c.named("is_last", remaining.q == 1)

        // The ring: beats filled, and the granule at which the next vector starts.
        let ring = (0..<Self.ringBeats).map { c.register("ring_\($0)", .unsigned(beatBits)) }
        let write = c.register("write_beat", .unsigned(indexBits), reset: 0)
        let position = c.register("position", .unsigned(positionBits + indexBits), reset: 0)
        let filled = c.register("filled", .unsigned(bitsToCount(Self.ringBeats)), reset: 0)
        let accept = c.named("accept", io.beats.valid & (filled.q != Unsigned(Self.ringBeats)))
        c.drive(io.beats.ready, filled.q != Unsigned(Self.ringBeats))
        c.when(accept) { write.next(write.q &+ 1) }
        for (index, beat) in ring.enumerated() {
            c.when(accept & (write.q == Unsigned(index))) { beat.next(io.beats.payload) }
        }

        // A vector leaves into the output register.
        let held = c.register("vector_held", .bit, reset: 0)
        let inBeat = position.q.truncated(to: positionBits)
        let needed = c.named("end_in_beat", inBeat + granules(bits.q, lastKeys?.q, isLast))
        let available = concatenate(filled.q, c.constant(0, .unsigned(positionBits)))
        let cut = c.named("cut", remaining.q.isNonzero & (needed <= available) & (!held.q | io.vectors.ready))
        let window = c.named("window", rotated(c, ring.map(\.q), position.q))
        let vector = c.register("vector", .unsigned(lane.multipliers * elementBits))
        c.when(cut) {
            vector.next(elements(c, bits.q, count: lane.multipliers) { _ in window })
            held.set()
        }.elsewhen(io.vectors.ready) {
            held.clear()
        }
        c.send(vector.q, when: held.q, to: io.vectors)

        // Behind the row's last vector the rest of its beat is dropped.
        let wholeBeats = needed >> positionBits
        let partial = (needed.truncated(to: positionBits)).isNonzero
        let leaving = c.named("leaving_beats", wholeBeats + (isLast & partial).asUnsigned)
        let released = mux(cut, leaving.resized(to: filled.q.width), 0)
        filled.next(filled.q &+ accept.asUnsigned.extended(to: filled.q.width) &- released)
        c.when(cut) {
            let beat = position.q >> positionBits
            let nextBeat = beat &+ leaving.resized(to: indexBits)
            position.next(concatenate(nextBeat, mux(isLast, 0, needed.truncated(to: positionBits))))
            remaining.next(remaining.q &- 1)
        }

        // The next row waits here, so that its first vector follows the last one of this row without a gap.
        let next = c.register("next_row", ConvertCommand.shape(lane)), waits = c.register("next_waits", .bit, reset: 0)
        let idle = c.named("idle", remaining.q == 0)
        let follows = c.named("next_follows", waits.q & (idle | (cut & isLast)))
        let command = io.command.payload
        c.drive(io.command.ready, !waits.q)
        c.when(io.command.fires & !idle) {
            next.next(command)
            waits.set()
        }
        c.when(follows) { waits.clear() }
        c.when(follows | (io.command.fires & idle)) {
            bits.next(mux(waits.q, next.q.bits, command.bits))
            lastKeys?.next(mux(waits.q, next.q.lastKeys, command.lastKeys))
            remaining.next(mux(waits.q, next.q.vectors, command.vectors))
        }
        if lane.slots == 1 { c.discard(command.lastKeys) }
        if lane.slots == 1 { c.discard(next.q.lastKeys) }
    }

    /// Granules that a vector of `bits`-bit elements takes; the row's last one may hold fewer keys than it has slots.
    private func granules(_ bits: Unsigned, _ lastKeys: Unsigned?, _ isLast: Bit) -> Unsigned {
        guard let lastKeys else { return bits }
        let ofLast = (bits * (lastKeys + 1) + Unsigned(lane.slots - 1)) >> ceilLog2(lane.slots)
        return mux(isLast, ofLast.resized(to: bits.width), bits)
    }

    /// The `widest` granules from `position` on: rotations by half the ring, a quarter and so on, each keeping only what
    /// the later ones can still need.
    private func rotated(_ c: Circuit, _ ring: [Unsigned], _ position: Unsigned) -> Unsigned {
        let total = granulesPerBeat * Self.ringBeats
        var current = concatenate(ring.reversed().map { $0 as any Value })
        var stage = position.width - 1
        while stage >= 0 {
            let shift = 1 << stage
            let kept = min(total, widest + shift - 1)
            let width = kept * granule
            let moved = stage == position.width - 1
                ? concatenate(current[0..<(shift * granule)], current[(shift * granule)..<(total * granule)])
                : current >> (shift * granule)
            let bit = position[stage]
            current = c.named("rotated_by_\(shift)", mux(
                bit, moved.resized(to: width),
                current.truncated(to: width)))
            stage -= 1
        }
        return current
    }

    /// Elements of each width side by side, extended to 12 bits; the width in force chosen.
    ///
    /// - Parameters:
    ///   - count: So many of them.
    ///   - packed: Holds the elements of a width, side by side from its lowest bit on.
    func elements(_ c: Circuit, _ bits: Unsigned, count: Int, packed: (Int) -> Unsigned) -> Unsigned {
        let choices = widths.filter { $0 > 0 }.map { width -> (Int, Unsigned) in
            let packed = packed(width)
            let all = (0..<count).map { i -> any Value in
                let element = packed[(i * width)..<((i + 1) * width)]
                return signed ? element.asSigned.extended(to: elementBits).asUnsigned : element.extended(to: elementBits)
            }
            return (width, c.named("elements_of_\(width)", concatenate(all.reversed())))
        }
        let fallback = widths.contains(0) ? c.constant(0, .unsigned(count * elementBits)) : choices[0].1
        return choices.dropFirst(widths.contains(0) ? 0 : 1).reduce(fallback) { other, mine in
            mux(bits == Unsigned(mine.0), mine.1, other)
        }
    }
}
