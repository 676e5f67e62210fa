import Blocks
import Configuration
import FixedPoint
import RTL

/// Inner products of one held query with the keys of a row: exact scores, one beat a cycle (Docs/numerics.md 2).
///
/// - Takes one query of `headSize` elements a row, and `multipliers` key elements a cycle: `slots` keys at once, or one
///   key in `steps` beats.
/// - Latency: operand and product registers, half the levels of the adder tree; summing `steps` beats adds none.
/// - The next query is taken in the cycle in which the last key of the row is: rows follow each other without a gap.
package struct QueryKeyUnit: Module {
    package let lane: LaneConfiguration

    package init(lane: LaneConfiguration) { self.lane = lane }

    package struct Ports {
        let query: Stream<Vector<Signed>>
        let keys: Stream<KeyBeat>
        let scores: Stream<ScoreBeat>
    }

    package var suffix: String { lane.arraySuffix }

    /// Cycles from a key's last beat to its score.
    package var latency: Int { 2 + (ceilLog2(min(lane.headSize, lane.multipliers)) + 1) / 2 }

    package func ports(_ io: Interface) -> Ports {
        Ports(query: io.sink(.vector(lane.headSize, signed: NumericFormats.queryBits)),
              keys: io.sink(KeyBeat.shape(lane)),
              scores: io.source(ScoreBeat.shape(lane, bits: NumericFormats.scoreBits(headSize: lane.headSize))))
    }

    package func body(_ c: Circuit, _ io: Ports) {
        let skid = OutputSkid(c, "skid", to: io.scores)
        let advance = skid.ready

        // The held query.
        let query = c.register("held_query", io.query.shape)
        let loaded = c.register("query_loaded", .bit, reset: 0)
        let step = StepCounter(c, lane)
        let take = c.named("take_keys", io.keys.valid & loaded.q & advance)
        let rowEnds = c.named("row_ends", step.atLast(take & io.keys.payload.rowLast))
        c.drive(io.keys.ready, loaded.q & advance)
        c.drive(io.query.ready, !loaded.q | rowEnds)
        c.when(io.query.fires) {
            query.next(io.query.payload)
            loaded.set()
        }.elsewhen(rowEnds) {
            loaded.clear()
        }

        // Products of the chunk of the query that this beat meets.
        step.advance(c, when: take)
        let products = (0..<lane.multipliers).map { i in
            let mine = step.index.map { index in
                select(index, (0..<lane.steps).map { query.q[$0 * lane.multipliers + i] })
            } ?? query.q[i % lane.headSize]
            let queryOperand = c.stage("query_operand_\(i)", mine, enable: advance)
            let keyOperand = c.stage("key_operand_\(i)", io.keys.payload.elements[i], enable: advance)
            return c.stage("product_\(i)", queryOperand * keyOperand, enable: advance)
        }

        // One sum per slot.
        let perSlot = lane.multipliers / lane.slots
        let sums = (0..<lane.slots).map { slot in
            c.adderTree("sum_\(slot)", Array(products[slot * perSlot..<(slot + 1) * perSlot]), enable: advance)
        }
        precondition(latency == 2 + sums[0].latency)
        let valid = c.delayed("valid", take, by: latency, enable: advance, reset: 0)
        let occupied = io.keys.payload.occupied.indices.map { slot in
            c.delayed("occupied_\(slot)", io.keys.payload.occupied[slot], by: latency, enable: advance)
        }
        let tileLast = c.delayed("tile_last", io.keys.payload.tileLast, by: latency, enable: advance)
        let rowLast = c.delayed("row_last", io.keys.payload.rowLast, by: latency, enable: advance)

        if let index = step.index, let isLast = step.isLast {
            let first = c.delayed("first_step_of_sum", index == 0, by: latency, enable: advance)
            let last = c.delayed("last_step_of_sum", isLast, by: latency, enable: advance)
            let scoreBits = NumericFormats.scoreBits(headSize: lane.headSize)
            let accumulated = c.register("accumulated", .signed(scoreBits))
            let score = c.named("score", mux(first, 0, accumulated.q) &+ sums[0].sum.extended(to: scoreBits))
            c.when(valid & advance) { accumulated.next(score) }
            skid.send(ScoreBeat(scores: Vector([score]), occupied: Vector(occupied),
                                tileLast: tileLast, rowLast: rowLast), when: valid & last)
        } else {
            skid.send(ScoreBeat(scores: Vector(sums.map(\.sum)), occupied: Vector(occupied),
                                tileLast: tileLast, rowLast: rowLast), when: valid)
        }
    }
}

extension LaneConfiguration {
    /// Names a unit by what shapes its arrays: head size and multipliers.
    var arraySuffix: String { "d\(headSize)_m\(multipliers)" }
}
