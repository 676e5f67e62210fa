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

/// Divides a row's output sums by its weight sum: one reciprocal a row, one element a cycle (Docs/numerics.md 8).
///
/// One `valueBits` a row sets the output's scale. From a row's last state beat to its first element: 34 cycles.
package struct Normalizer: Module {
    package let lane: LaneConfiguration

    package init(lane: LaneConfiguration) { self.lane = lane }

    package struct Ports {
        let valueBits: Stream<Unsigned>
        let state: Stream<StateBeat>
        let output: Stream<OutputBeat>
    }

    package var suffix: String { lane.stateSuffix }

    /// Cycles from a row's last state beat to its first element: fold and locate, reciprocal, five stages.
    package static let latency = 8 + Reciprocal.latency

    package func ports(_ io: Interface) -> Ports {
        Ports(valueBits: io.sink(.unsigned(formatBits)), state: io.sink(StateBeat.shape(lane)),
              output: io.source(OutputBeat.shape))
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
        let take = c.named("take", io.state.valid & collecting.q)
        c.drive(io.state.ready, collecting.q)
        c.discard(beat.highestClass)
        let inIndex = c.register("in_index", .unsigned(bitsToIndex(lane.stateBeats)), reset: 0)
        let folded = beat.outputSums.indices.map {
            c.named("folded_\($0)", beat.outputSums[$0] + (beat.outputSumsBelow[$0] >> foldShift))
        }
        let sums = c.memory("folded_sums", depth: lane.stateBeats, width: lane.mergeElements * sumBits, collision: .undefined)
        let weightSum = c.stage("weight_sum", beat.weightSum + (beat.weightSumBelow >> foldShift), enable: take)
        let occupied = c.stage("occupied", beat.occupied, enable: take)
        let isLastBeat = c.named("is_last_beat", inIndex.q == Unsigned(lane.stateBeats - 1))
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

        emit(c, io, sums, occupied, shift, reciprocal.quotient, emitting, emitted)
    }

    /// Reads the sums one by one, scales, multiplies, rounds.
    private func emit(
        _ c: Circuit, _ io: Ports, _ sums: Memory, _ occupied: Bit, _ shift: Unsigned, _ reciprocal: Unsigned,
        _ emitting: Register<Bit>, _ emitted: Bit
    ) {
        let skid = OutputSkid(c, "skid", to: io.output)
        let advance = skid.ready
        let element = c.register("element", .unsigned(bitsToIndex(lane.headSize)), reset: 0)
        let start = c.named("start", emitting.q & io.valueBits.valid & advance)
        let last = c.named("last_element", element.q == Unsigned(lane.headSize - 1))
        let laneBits = bitsToHold(lane.mergeElements - 1, signed: false)
        let word: Unsigned = switch lane.mergeElements {
        case 1: element.q
        case lane.headSize: 0
        default: element.q >> laneBits
        }
        let read = sums.read("sums_word", word, enable: start)
        c.when(start) {
            element.next(element.q &+ 1)
            c.when(last) { emitting.clear() }
        }
        c.drive(emitted, start & last)
        c.drive(io.valueBits.ready, start & last)

        let choice1 = c.stage("choice_1", element.q.truncated(to: max(1, laneBits)), enable: advance)
        let elements = Shape<Vector<Signed>>.vector(lane.mergeElements, signed: sumBits).unpack(read).elements
        let chosen = c.stage("chosen", select(choice1, elements), enable: advance)
        let occupied2 = c.delayed("occupied_of", occupied, by: 2, enable: advance)
        let shift2 = c.delayed("shift_of", shift, by: 2, enable: advance)
        let dividend = c.stage(
            "dividend", (chosen << Self.guardBits).shiftedRight(by: shift2).truncated(to: Self.dividendBits), enable: advance)
        let occupied3 = c.stage("occupied_of_3", occupied2, enable: advance)
        let reciprocal3 = c.delayed("reciprocal_of", reciprocal, by: 3, enable: advance)
        let product = c.stage("product", dividend * reciprocal3.signExtendedByZero, enable: advance)
        let occupied4 = c.stage("occupied_of_4", occupied3, enable: advance)
        let gain4 = c.delayed("value_bits_of", io.valueBits.payload, by: 4, enable: advance)
        let result = c.stage("result", rounded(c, product, gain4, occupied4), enable: advance)
        skid.send(
            OutputBeat(element: result, last: c.delayed("last_of", last, by: 5, enable: advance)),
            when: c.delayed("valid", start, by: 5, enable: advance, reset: 0))
    }

    /// `(product + 2^(46-g)) >> (47-g)` with g = 16 - value bits, saturated to 16 bits; 0 for an empty row.
    private func rounded(_ c: Circuit, _ product: Signed, _ valueBits: Unsigned, _ occupied: Bit) -> Signed {
        let quotientShift = 2 * NumericFormats.reciprocalMantissaBits - 1
        let bits = NumericFormats.outputBits
        let formats = ValueFormat.supported.map(\.bits).sorted()
        // One bit more than the result needs: it decides the rounding.
        let choices = formats.map { product >> (quotientShift - (NumericFormats.outputBits - $0) - 1) }
        let kept = c.named("kept", zip(formats, choices).dropFirst().reduce(choices[0]) { other, mine in
            mux(valueBits == Unsigned(mine.0), mine.1, other)
        })
        let half = c.named("half_up", (kept + 1) >> 1)
        let highest = (1 << (bits - 1)) - 1, lowest = -(1 << (bits - 1))
        let clamped = mux(half > Signed(highest), Signed(highest),
                          mux(half < Signed(lowest), Signed(lowest), half.truncated(to: bits)))
        return mux(occupied, clamped, 0)
    }
}

/// Bits that carry the width of an element in a row's settings: 0...12.
let formatBits = 4
