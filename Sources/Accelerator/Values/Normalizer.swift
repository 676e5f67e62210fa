import Blocks
import Configuration
import FixedPoint
import RTL

/// One element of a row's output.
struct OutputBeat: Bundle {
    /// Signed 16 bits; one LSB is `valueScale * 2^-(16 - valueBits)`.
    let element: Signed
    /// The row's last element.
    let last: Bit

    static var shape: Shape<OutputBeat> {
        Shape { OutputBeat(
            element: $0.make(.signed(NumericFormats.outputBits)), last: $0.make(.bit)) }
    }
}

/// The masses of a row's keys whose LSBs are unknown and whose values were dropped (Docs/pruning.md 5).
struct ReportBeat: Bundle {
    /// Signed 16 bits, 2^-14 of the row's weight sum; saturated.
    let unrefined: Signed
    let dropped: Signed

    static var shape: Shape<ReportBeat> {
        Shape { ReportBeat(
            unrefined: $0.make(.signed(NumericFormats.outputBits)), dropped: $0.make(.signed(NumericFormats.outputBits))) }
    }
}

/// What a row's weights are divided by (Docs/pruning.md 6).
struct RowTotal: Bundle {
    /// The row has a key; the rest means nothing otherwise.
    let occupied: Bit
    let highestClass: Signed
    /// Bits of the weight sum beyond 20: h - 20.
    let shift: Unsigned
    /// Of the weight sum's leading 24 bits.
    let reciprocal: Unsigned

    static func shape(_ lane: LaneConfiguration) -> Shape<RowTotal> {
        let weightBits = NumericFormats.stateWeightSumBits(maximumContext: lane.maximumContext) + 1
        return Shape { RowTotal(
            occupied: $0.make(.bit), highestClass: $0.make(.signed(NumericFormats.classBits)),
            shift: $0.make(.unsigned(bitsToIndex(weightBits))), reciprocal: $0.make(.unsigned(Reciprocal.quotientBits))) }
    }
}

/// Divides a row's output sums by its weight sum: one reciprocal a row, one element a cycle (Docs/numerics.md 8).
///
/// One `valueBits` a row sets the output's scale. From a row's last state beat to its first element: 34 cycles.
package struct Normalizer: Module {
    package let lane: LaneConfiguration
    /// A state has one beat more, of masses, and the row's report and total come out.
    package let reports: Bool

    package init(lane: LaneConfiguration, reports: Bool = false) {
        self.lane = lane
        self.reports = reports
    }

    package struct Ports {
        let valueBits: Stream<Unsigned>
        let state: Stream<StateBeat>
        let output: Stream<OutputBeat>
        /// One a row, behind its last element; nil unless the unit `reports`.
        let report: Stream<ReportBeat>?
        /// One a row, before its first element; nil unless the unit `reports`.
        let total: Stream<RowTotal>?
    }

    package var suffix: String { lane.stateSuffix + (reports ? "_report" : "") + (isSlow ? "_p\(lane.portBytes)" : "") }

    /// Behind a narrow port, as FPGAs have, four more stages, so that none has more than one multiplier, shift or sum.
    private var isSlow: Bool { lane.portBytes < 64 }
    private var stages: Int { isSlow ? 9 : 5 }

    private var stateBeats: Int { lane.stateBeats(reports: reports) }
    /// Elements that are divided: the output's, then the two masses.
    private var elements: Int { lane.headSize + (reports ? 2 : 0) }

    /// Cycles from a row's last state beat to its first element: fold and locate, reciprocal, five stages; four more behind
    /// a narrow port.
    package static let latency = 8 + Reciprocal.latency

    package func ports(_ io: Interface) -> Ports {
        Ports(valueBits: io.sink(.unsigned(formatBits)), state: io.sink(StateBeat.shape(lane)),
              output: io.source(OutputBeat.shape), report: reports ? io.source(ReportBeat.shape) : nil,
              total: reports ? io.source(RowTotal.shape(lane)) : nil)
    }

    /// Classes of a state folded: one more bit than a class's sum.
    private var sumBits: Int { NumericFormats.stateOutputSumBits(maximumContext: lane.maximumContext) + 1 }
    private var weightBits: Int { NumericFormats.stateWeightSumBits(maximumContext: lane.maximumContext) + 1 }
    /// Highest bit a weight sum surely has: half of one weight of 1.
    private static let lowestLeadingOne = NumericFormats.weightFractionBits - 1
    /// Zeros put below a sum so that bringing its weight sum to 24 bits is a right shift always.
    private static let guardBits = NumericFormats.reciprocalMantissaBits - 1 - lowestLeadingOne
    /// |sum| < 2^12 times the mantissa of the weight sum, with room for the floors.
    private static let dividendBits = NumericFormats.reciprocalMantissaBits + NumericFormats.valueBits + 2

    package func body(_ c: Circuit, _ io: Ports) {
        let collecting = c.register("collecting", .bit, reset: 1)
        let emitting = c.register("emitting", .bit, reset: 0)
        let emitted = c.wire("row_emitted", .bit)

        // The sums of the row, folded into one class.
        let beat = io.state.payload
        let foldShift = 1 << NumericFormats.classShiftBits
        // The last row's total is read from where this row's is put.
        let totalHeld: Register<Bit>? = reports ? c.register("total_held", .bit, reset: 0) : nil
        let isOpen = if let totalHeld { collecting.q & !totalHeld.q } else { collecting.q }
        let take = c.named("take", io.state.valid & isOpen)
        c.drive(io.state.ready, isOpen)
        let inIndex = c.register("in_index", .unsigned(bitsToIndex(stateBeats)), reset: 0)
        let folded = beat.outputSums.indices.map {
            c.named("folded_\($0)", beat.outputSums[$0] + (beat.outputSumsBelow[$0] >> foldShift))
        }
        let sums = c.memory("folded_sums", depth: stateBeats, width: lane.mergeElements * sumBits, collision: .undefined)
        let weightSum = c.stage("weight_sum", beat.weightSum + (beat.weightSumBelow >> foldShift), enable: take)
        let occupied = c.stage("occupied", beat.occupied, enable: take)
        let isLastBeat = c.named("is_last_beat", inIndex.q == Unsigned(stateBeats - 1))
        let collected = c.stage("collected", take & isLastBeat, reset: 0)
        c.when(take) {
            sums.write(inIndex.q, Vector(folded).packed)
            c.when(isLastBeat) {
                inIndex.next(0)
                collecting.clear()
            }.otherwise {
                inIndex.next(inIndex.q &+ 1)
            }
        }
        c.when(emitted) { collecting.set() }

        // The reciprocal of the weight sum's leading 24 bits.
        let shift = c.stage("shift", (weightSum.leadingOneIndex() &- Unsigned(Self.lowestLeadingOne)), enable: collected)
        let located = c.stage("located", collected, reset: 0)
        let reciprocal = c.instance("reciprocal", Reciprocal())
        let mantissa = (weightSum << Self.guardBits).shiftedRight(by: shift)
        c.drive(reciprocal.start, located)
        c.drive(reciprocal.divisor, mantissa.truncated(to: Reciprocal.divisorBits))
        c.when(reciprocal.done) { emitting.set() }

        if let total = io.total, let totalHeld {
            let highestClass = c.stage("highest_class", beat.highestClass, enable: take)
            c.when(total.ready) { totalHeld.clear() }
            c.when(reciprocal.done) { totalHeld.set() }
            c.send(RowTotal(occupied: occupied, highestClass: highestClass, shift: shift, reciprocal: reciprocal.quotient),
                   when: totalHeld.q, to: total)
        } else {
            c.discard(beat.highestClass)
        }
        emit(c, io, sums, occupied, shift, reciprocal.quotient, emitting, emitted)
    }

    /// Reads the sums one by one, scales, multiplies, rounds.
    private func emit(
        _ c: Circuit, _ io: Ports, _ sums: Memory, _ occupied: Bit, _ shift: Unsigned, _ reciprocal: Unsigned,
        _ emitting: Register<Bit>, _ emitted: Bit
    ) {
        let skid = OutputSkid(c, "skid", to: io.output)
        let reportSkid: OutputSkid<ReportBeat>? = if let report = io.report { OutputSkid(c, "report_skid", to: report) } else { nil }
        let advance = if let reportSkid { c.named("advance", skid.ready & reportSkid.ready) } else { skid.ready }
        let element = c.register("element", .unsigned(bitsToIndex(elements)), reset: 0)
        let start = c.named("start", emitting.q & io.valueBits.valid & advance)
        let last = c.named("last_element", element.q == Unsigned(elements - 1))
        let laneBits = bitsToHold(lane.mergeElements - 1, signed: false)
        let word: Unsigned = switch lane.mergeElements {
        case 1: element.q
        case lane.headSize where !reports: 0
        default: element.q >> laneBits
        }
        let read = sums.read("sums_word", word, enable: start)
        c.when(start) {
            element.next(element.q &+ 1)
            c.when(last) {
                emitting.clear()
                if reports { element.next(0) }
            }
        }
        c.drive(emitted, start & last)
        c.drive(io.valueBits.ready, start & last)

        let choice1 = c.stage("choice_1", element.q.truncated(to: max(1, laneBits)), enable: advance)
        let elements = Shape<Vector<Signed>>.vector(lane.mergeElements, signed: sumBits).unpack(read).elements
        let chosen = c.stage("chosen", select(choice1, elements), enable: advance)
        let occupied2 = c.delayed("occupied_of", occupied, by: 2, enable: advance)
        let shift2 = c.delayed("shift_of", shift, by: 2, enable: advance)
        let shifted = (chosen << Self.guardBits).shiftedRight(by: shift2)
        let aligned = isSlow ? c.stage("shifted", shifted, enable: advance) : shifted
        let dividend = c.stage(
            "dividend", reports ? saturated(c, aligned) : aligned.truncated(to: Self.dividendBits), enable: advance)
        let occupied3 = c.stage("occupied_of_3", occupied2, enable: advance)
        let reciprocal3 = c.delayed("reciprocal_of", reciprocal, by: isSlow ? 4 : 3, enable: advance)
        let product = isSlow ? productOfParts(c, dividend, reciprocal3, enable: advance)
            : c.stage("product", dividend * reciprocal3.signExtendedByZero, enable: advance)
        let occupied4 = c.delayed("occupied_of_product", occupied3, by: stages - 4, enable: advance)
        let gain4 = c.delayed("value_bits_of", io.valueBits.payload, by: isSlow ? stages - 2 : stages - 1, enable: advance)
        let result = c.stage("result", rounded(c, product, gain4, occupied4, enable: advance), enable: advance)
        let lastOf = c.delayed("last_of", last, by: stages, enable: advance)
        let valid = c.delayed("valid", start, by: stages, enable: advance, reset: 0)
        guard let reportSkid else {
            skid.send(OutputBeat(element: result, last: lastOf), when: valid)
            return
        }
        let lastOutput = c.delayed("last_output", element.q == Unsigned(lane.headSize - 1), by: stages, enable: advance)
        let isUnrefined = c.delayed("is_unrefined", element.q == Unsigned(lane.headSize), by: stages, enable: advance)
        let unrefined = c.stage("unrefined_mass", result, enable: advance & isUnrefined)
        skid.send(OutputBeat(element: result, last: lastOutput), when: valid & advance & !isUnrefined & !lastOf)
        reportSkid.send(ReportBeat(unrefined: unrefined, dropped: result), when: valid & advance & lastOf)
    }

    /// The product in three stages: parts of 17 bits, which a multiplier of 18 x 18 bits takes, then their sums.
    private func productOfParts(_ c: Circuit, _ dividend: Signed, _ reciprocal: Unsigned, enable: Bit) -> Signed {
        let bits = 17
        let parts = [
            dividend[0..<bits].signExtendedByZero, dividend[bits..<2 * bits].signExtendedByZero, dividend >> (2 * bits),
        ]
        let low = reciprocal.truncated(to: bits).signExtendedByZero, high = (reciprocal >> bits).signExtendedByZero
        let sums = parts.enumerated().map { i, part in
            let ofLow = c.stage("part_\(i)_low", part * low, enable: enable)
            let ofHigh = c.stage("part_\(i)_high", part * high, enable: enable)
            return c.stage("sum_of_part_\(i)", ofLow + (ofHigh << bits), enable: enable)
        }
        let product = sums[0] + (sums[1] << bits) + (sums[2] << (2 * bits))
        return c.stage("product", product.truncated(to: dividend.width + reciprocal.width + 1), enable: enable)
    }

    /// The dropped mass of a renormalised row can be any multiple of its weight sum: what is cut off here saturates anyway.
    private func saturated(_ c: Circuit, _ value: Signed) -> Signed {
        let aligned = c.named("aligned", value)
        let isBeyond = !aligned.isNegative & aligned[(Self.dividendBits - 1)..<aligned.width].isNonzero
        return mux(isBeyond, Signed((1 << (Self.dividendBits - 1)) - 1), aligned.truncated(to: Self.dividendBits))
    }

    /// `(product + 2^(46-g)) >> (47-g)` with g = 16 - value bits, saturated to 16 bits; 0 for an empty row.
    private func rounded(_ c: Circuit, _ product: Signed, _ valueBits: Unsigned, _ occupied: Bit, enable: Bit) -> Signed {
        let quotientShift = 2 * NumericFormats.reciprocalMantissaBits - 1
        let bits = NumericFormats.outputBits
        let formats = ValueFormat.supported.map(\.bits).sorted()
        // One bit more than the result needs: it decides the rounding.
        let choices = formats.map { product >> (quotientShift - (NumericFormats.outputBits - $0) - 1) }
        let choice = zip(formats, choices).dropFirst().reduce(choices[0]) { other, mine in
            mux(valueBits == Unsigned(mine.0), mine.1, other)
        }
        let kept = isSlow ? c.stage("kept", choice, enable: enable) : c.named("kept", choice)
        let half = c.named("half_up", (kept + 1) >> 1)
        let highest = (1 << (bits - 1)) - 1, lowest = -(1 << (bits - 1))
        let clamped = mux(half > Signed(highest), Signed(highest),
                          mux(half < Signed(lowest), Signed(lowest), half.truncated(to: bits)))
        return mux(occupied, clamped, 0)
    }
}

/// Bits that carry the width of an element in a row's settings: 0...12.
let formatBits = 4
