import Blocks
import Configuration
import FixedPoint
import RTL

/// How the scores of a row are made.
struct QueryRow: Bundle {
    /// Its keys come whole.
    let joined: Bit
    /// LSB vectors of some of its keys follow.
    let refines: Bit
    /// Bits of the LSB plane.
    let lsbBits: Unsigned

    static var shape: Shape<QueryRow> {
        Shape { QueryRow(joined: $0.make(.bit), refines: $0.make(.bit), lsbBits: $0.make(.unsigned(formatBits))) }
    }
}

/// Doubled scores of keys, and what their LSB parts add to those that are refined (Docs/pruning.md 2).
///
/// One array of multipliers serves both passes, a vector a cycle: the first pass over a row, and the refining of an earlier
/// row, which goes first. Queries that are still to be refined with wait in a queue of 8. The array never stops: what
/// enters has its place in an output queue, so a full queue of one pass does not hold up the other. Each pass rests for a cycle
/// between two rows: nothing as wide as a query waits on what a beat brings.
///
/// - `row` and `query` are taken together, one a row. Beats of ones (`isSum`) make the query's sum and no score.
/// - `lsb` brings the vectors of a row's refined keys, in order, for rows that refine; an unoccupied one just ends the row.
/// - `corrections`: for each of those keys, what its score grows by.
/// - Latency from a key's last vector to its score: `latency` cycles.
package struct ProgressiveQueryKeyUnit: Module {
    package let configuration: SpAttenConfiguration

    package init(configuration: SpAttenConfiguration) { self.configuration = configuration }

    package struct Ports {
        let row: Stream<QueryRow>
        let query: Stream<Vector<Signed>>
        let keys: Stream<PassBeat>
        let lsb: Stream<VectorBeat>
        let scores: Stream<ScoreBeat>
        let corrections: Stream<Signed>
    }

    private var lane: LaneConfiguration { configuration.lane }

    package var suffix: String { lane.arraySuffix }

    /// Cycles from a vector to its sum: operand and product registers, half the levels of the tree, one to join the steps.
    private var arrayLatency: Int { 3 + (ceilLog2(min(lane.headSize, lane.multipliers)) + 1) / 2 }
    package var latency: Int { arrayLatency + 2 }
    /// Queries that wait for their LSB vectors.
    package static let waitingQueries = 8
    /// More than the cycles from a place's being given away to its being free again.
    private static let outputPlaces = 16

    package func ports(_ io: Interface) -> Ports {
        Ports(row: io.sink(QueryRow.shape), query: io.sink(.vector(lane.headSize, signed: NumericFormats.queryBits)),
              keys: io.sink(PassBeat.shape(lane)), lsb: io.sink(VectorBeat.shape(lane)),
              scores: io.source(ScoreBeat.shape(lane, bits: configuration.doubledScoreBits)),
              corrections: io.source(.signed(configuration.correctionBits)))
    }

    /// Vectors on their way into the array.
    private struct Entry {
        /// A vector of the refining pass, of the first pass.
        let fine, coarse: Bit
        /// The last of what makes a correction, a score, a query's sum, and one that the refining needs.
        let makesCorrection, makesScore, makesSum, makesOffset: Bit
        let queryElements, keyElements: [Signed]
        /// The first of its key's steps; nil: there is one only.
        let isFirst: Bit?
        /// Places by which the products of the first pass lie left of the unit of a score.
        let shift: Unsigned
        /// Of the row being refined.
        let offset: Signed
    }

    package func body(_ c: Circuit, _ io: Ports) {
        let scores = Queue(c, "score_queue", io.scores.shape, depth: Self.outputPlaces)
        let corrections = Queue(c, "correction_queue", io.corrections.shape, depth: Self.outputPlaces)
        let offsets = Queue(c, "offset_queue", io.corrections.shape, depth: Self.waitingQueries)
        c.connect(scores.output, to: io.scores)
        c.connect(corrections.output, to: io.corrections)
        let entry = enter(c, io, offsets.output)

        // Through the array.
        let total = sum(c, entry)
        func atSum(_ name: String, _ flag: Bit) -> Bit { c.delayed(name, flag, by: arrayLatency, enable: nil, reset: 0) }
        func ofSum(_ name: String, _ flag: Bit) -> Bit { c.delayed(name, flag, by: arrayLatency, enable: nil) }
        let shift = c.delayed("shift", entry.shift, by: arrayLatency, enable: nil)
        let isShifted = c.named("is_shifted", shift.isNonzero)
        let shifted = c.named("shifted_total", lsbWidths.reduce(total) { other, width in
            mux(shift == Unsigned(width), total << width, other)
        })

        // The query's sum: what an unknown LSB part adds on average, twice.
        let offset = c.register("offset", io.corrections.shape)
        let newOffset = c.named("new_offset", (shifted - total).truncated(to: configuration.correctionBits))
        c.when(atSum("makes_sum", entry.makesSum)) { offset.next(newOffset) }
        offsets.push(newOffset, when: atSum("makes_offset", entry.makesOffset))

        let score = (shifted << 1) + mux(isShifted, offset.q, 0)
        let beat = io.keys.payload
        scores.push(ScoreBeat(
            scores: Vector([score.truncated(to: configuration.doubledScoreBits)]),
            occupied: Vector([ofSum("occupied", beat.occupied)]), tileLast: ofSum("tile_last", beat.tileLast),
            rowLast: ofSum("row_last", beat.rowLast)), when: atSum("makes_score", entry.makesScore))
        let offsetOfCorrection = c.delayed("offset_of", entry.offset, by: arrayLatency, enable: nil)
        corrections.push(((total << 1) - offsetOfCorrection).truncated(to: configuration.correctionBits),
                         when: atSum("makes_correction", entry.makesCorrection))
    }

    private var lsbWidths: [Int] { Set(KeyFormat.supported.map(\.lsbBits)).subtracting([0]).sorted() }

    /// Holds the queries of both passes and lets one vector a cycle into the array.
    private func enter(_ c: Circuit, _ io: Ports, _ offset: Stream<Signed>) -> Entry {
        let beat = io.keys.payload, lsb = io.lsb.payload
        let query = c.register("held_query", io.query.shape)
        let row = c.register("held_row", QueryRow.shape)
        let loaded = c.register("query_loaded", .bit, reset: 0)
        let refining = Queue(c, "refining_queries", io.query.shape, depth: Self.waitingQueries)
        let scorePlace = c.wire("score_place", .bit), correctionPlace = c.wire("correction_place", .bit)

        // The refining pass.
        let refined = c.register("row_refined", .bit, reset: 0)
        let fineReady = c.named("takes_lsb", refining.output.valid & offset.valid & correctionPlace & !refined.q)
        let fine = c.named("take_lsb", io.lsb.valid & fineReady)
        let fineStep = StepCounter(c, lane, "lsb_")
        fineStep.advance(c, when: fine & lsb.occupied)
        let makesCorrection = c.named("makes_correction", fineStep.atLast(fine & lsb.occupied))
        c.drive(io.lsb.ready, fineReady)
        refined.next(fine & lsb.rowLast)
        c.drive(refining.output.ready, refined.q)
        c.drive(offset.ready, refined.q)

        // The first pass, in the cycles that are left.
        let room = c.named("room", scorePlace & (refining.ready | !row.q.refines))
        let coarseReady = c.named("takes_keys", loaded.q & room & !fine)
        let coarse = c.named("take_keys", io.keys.valid & coarseReady)
        let step = StepCounter(c, lane)
        step.advance(c, when: coarse & beat.occupied)
        let keyEnds = c.named("key_ends", step.atLast(coarse) | (coarse & !beat.occupied))
        let rowEnds = c.named("row_ends", coarse & beat.rowLast)
        c.drive(io.keys.ready, coarseReady)
        let makesScore = c.named("makes_score", keyEnds & !beat.isSum), makesSum = c.named("makes_sum", keyEnds & beat.isSum)
        let makesOffset = c.named("makes_offset", makesSum & row.q.refines)
        // A row's query is held for longer than its sum is new.
        refining.push(query.q, when: c.stage("offset_made", makesOffset, reset: 0))

        let load = c.named("load", io.row.valid & io.query.valid & !loaded.q)
        c.drive(io.row.ready, io.query.valid & !loaded.q)
        c.drive(io.query.ready, io.row.valid & !loaded.q)
        c.when(!loaded.q) {
            query.next(io.query.payload)
            row.next(io.row.payload)
        }
        c.when(load) {
            loaded.set()
        }.elsewhen(rowEnds) {
            loaded.clear()
        }

        c.drive(scorePlace, places(c, "score_places", taken: makesScore, freed: io.scores.fires))
        c.drive(correctionPlace, places(c, "correction_places", taken: makesCorrection, freed: io.corrections.fires))
        let fineFirst = fineStep.index.map { $0 == 0 }, coarseFirst = step.index.map { $0 == 0 }
        let isFirst: Bit? = if let fineFirst, let coarseFirst { mux(fine, fineFirst, coarseFirst) } else { nil }
        return Entry(
            fine: fine, coarse: coarse, makesCorrection: makesCorrection, makesScore: makesScore, makesSum: makesSum,
            makesOffset: makesOffset,
            queryElements: (0..<lane.multipliers).map { i in
                mux(fine, chunk(refining.output.payload, i, fineStep), chunk(query.q, i, step))
            },
            keyElements: (0..<lane.multipliers).map { i in
                let bits = NumericFormats.keyBits
                return mux(fine, lsb.elements[(i * bits)..<((i + 1) * bits)].asSigned, beat.elements[i])
            },
            isFirst: isFirst, shift: mux(row.q.joined, 0, row.q.lsbBits), offset: offset.payload)
    }

    /// The element of the query that multiplier `i` meets in this step.
    private func chunk(_ query: Vector<Signed>, _ i: Int, _ step: StepCounter) -> Signed {
        guard let index = step.index else { return query[i] }
        return select(index, (0..<lane.steps).map { query[$0 * lane.multipliers + i] })
    }

    /// Whether a place in an output queue is left.
    private func places(_ c: Circuit, _ name: String, taken: Bit, freed: Bit) -> Bit {
        let left = c.register(name, .unsigned(bitsToCount(Self.outputPlaces)), reset: Self.outputPlaces)
        c.when(taken & !freed) {
            left.next(left.q &- 1)
        }.elsewhen(freed & !taken) {
            left.next(left.q &+ 1)
        }
        return left.q.isNonzero
    }

    /// The inner product that the entered vector completes, `arrayLatency` cycles later.
    private func sum(_ c: Circuit, _ entry: Entry) -> Signed {
        let products = (0..<lane.multipliers).map { i in
            let queryOperand = c.stage("query_operand_\(i)", entry.queryElements[i])
            let keyOperand = c.stage("key_operand_\(i)", entry.keyElements[i])
            return c.stage("product_\(i)", queryOperand * keyOperand)
        }
        let (sum, treeLatency) = c.adderTree("sum", products, enable: nil)
        precondition(arrayLatency == 3 + treeLatency)
        guard let isFirst = entry.isFirst else { return c.stage("total", sum) }

        // The steps of both passes may alternate: each has its sum.
        let latency = arrayLatency - 1
        let fine = c.delayed("fine", entry.fine, by: latency, enable: nil)
        let coarse = c.delayed("coarse", entry.coarse, by: latency, enable: nil)
        let first = c.delayed("first_step_of_sum", isFirst, by: latency, enable: nil)
        let bits = NumericFormats.scoreBits(headSize: lane.headSize)
        let ofFine = c.register("sum_of_fine", .signed(bits)), ofCoarse = c.register("sum_of_coarse", .signed(bits))
        let joined = c.named("joined", mux(first, 0, mux(fine, ofFine.q, ofCoarse.q)) &+ sum.extended(to: bits))
        c.when(fine) { ofFine.next(joined) }
        c.when(coarse) { ofCoarse.next(joined) }
        return c.stage("total", joined)
    }
}

extension SpAttenConfiguration {
    /// What refining adds to a doubled score, signed: 2 LSB parts less all ones, times the query.
    var correctionBits: Int {
        NumericFormats.queryBits + KeyFormat.supported.map(\.lsbBits).max()! + ceilLog2(lane.headSize)
    }
}
