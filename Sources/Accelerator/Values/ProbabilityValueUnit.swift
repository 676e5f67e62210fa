import Blocks
import Configuration
import FixedPoint
import RTL

/// Sums weights times values over a tile: the leaf (Docs/numerics.md 6).
///
/// A weight beat meets `steps` value vectors (none if it holds no key). One vector a cycle; a finished leaf moves to a
/// second set of registers and leaves from there, `mergeElements` elements a cycle, while the next tile is summed.
package struct ProbabilityValueUnit: Module {
    package let lane: LaneConfiguration
    /// The most keys a tile can hold.
    package let tileKeys: Int

    package init(lane: LaneConfiguration, tileKeys: Int = NumericFormats.maximumTileKeys) {
        self.lane = lane
        self.tileKeys = tileKeys
    }

    package struct Ports {
        let weights: Stream<WeightBeat>
        let values: Stream<Vector<Signed>>
        let leaf: Stream<LeafBeat>
    }

    package var suffix: String { "\(lane.arraySuffix)_e\(lane.mergeElements)\(tileSuffix(tileKeys))" }

    /// Cycles from a tile's last vector to the first beat of its leaf.
    package static let latency = 4

    /// Bits of a weight below the 18 that a multiplier of 18 x 18 bits takes.
    static let lowBits = NumericFormats.weightBits - 18

    package func ports(_ io: Interface) -> Ports {
        Ports(weights: io.sink(WeightBeat.shape(lane)),
              values: io.sink(.vector(lane.multipliers, signed: NumericFormats.valueBits)),
              leaf: io.source(LeafBeat.shape(lane, tileKeys: tileKeys)))
    }

    package func body(_ c: Circuit, _ io: Ports) {
        let complete = c.register("tile_complete", .bit, reset: 0)
        let leaving = c.register("leaf_leaving", .bit, reset: 0)
        // Only a finished tile whose predecessor has not left yet stops the array.
        let advance = c.named("advance", !(complete.q & leaving.q))

        let beat = io.weights.payload
        let step = StepCounter(c, lane)
        let take = c.named("take", io.weights.valid & (io.values.valid | !beat.occupied) & advance)
        let beatEnds = c.named("beat_ends", step.atLast(take) | (take & !beat.occupied))
        c.drive(io.values.ready, io.weights.valid & beat.occupied & advance)
        c.drive(io.weights.ready, beatEnds)
        step.advance(c, when: take & beat.occupied)

        // Operands, then products. Weights are 0 ... 2^20: negated they are one bit narrower than as signed numbers.
        let negated = beat.weights.indices.map {
            c.named("negated_weight_\($0)", (0 - beat.weights[$0]).truncated(to: NumericFormats.weightBits))
        }
        let weights = negated.indices.map { c.stage("weight_\($0)", negated[$0], enable: advance) }
        let products = multiply(c, negated, weights, io.values.payload, enable: advance)
        let valid1 = c.stage("valid_1", take & beat.occupied, enable: advance, reset: 0)
        let valid2 = c.stage("valid_2", valid1, enable: advance, reset: 0)
        let ends1 = c.stage("tile_ends_1", beatEnds & beat.tileLast, enable: advance, reset: 0)
        let ends2 = c.stage("tile_ends_2", ends1, enable: advance, reset: 0)
        let step2 = step.delayed(c, by: 2, enable: advance)
        let keyEnds2 = step2.atLast(valid2)

        // Sums of the tile; the first beat of a tile loads them.
        let fresh = c.register("fresh_tile", .bit, reset: 1)
        let sums = accumulate(c, products, fresh.q, step2, when: advance & valid2)
        let weightTotal = c.stage("weight_total", weights.dropFirst().reduce(weights[0]) { $0 + $1 }, enable: advance)
        let weightSumBits = NumericFormats.tileWeightSumBits(keys: tileKeys)
        let weightSum = c.register("weight_sum", .unsigned(weightSumBits))
        c.when(advance & keyEnds2) {
            weightSum.next(mux(fresh.q, 0, weightSum.q) &- weightTotal.extended(to: weightSumBits).asUnsigned)
        }
        c.when(advance) {
            complete.next(ends2)
            c.when(ends2) {
                fresh.set()
            }.elsewhen(keyEnds2) {
                fresh.clear()
            }
        }

        send(c, io.leaf, when: complete.q, leaving, LeafBeat(
            occupied: c.delayed("occupied", beat.occupied, by: 3, enable: advance),
            reference: c.delayed("reference", beat.reference, by: 3, enable: advance),
            weightSum: weightSum.q, outputSums: Vector(sums),
            rowLast: c.delayed("row_last", beat.rowLast, by: 3, enable: advance)))
    }

    /// The product of a negated weight and a value, in two parts: the weight's upper 18 bits times the value, which a
    /// multiplier of 18 x 18 bits makes, and its lower 3 bits times the value, which adders do.
    private struct Product {
        let high, low: Signed

        var sum: Signed { (high << ProbabilityValueUnit.lowBits) + low }
    }

    /// Each element of the vector times the negated weight of the slot it lies in.
    private func multiply(
        _ c: Circuit, _ arriving: [Signed], _ weights: [Signed], _ values: Vector<Signed>, enable: Bit
    ) -> [Product] {
        // A value is taken for each of the weight's lower bits too, or cleared: the adders behind need no gates then.
        let clears = arriving.indices.map { slot in
            (0..<Self.lowBits).map { c.named("clears_\(slot)_\($0)", enable & !arriving[slot][$0]) }
        }
        return (0..<lane.multipliers).map { i in
            let slot = i * lane.slots / lane.multipliers
            let value = c.stage("value_\(i)", values[i], enable: enable)
            let parts = (0..<Self.lowBits).map { bit in
                let part = c.register("value_\(i)_of_bit_\(bit)", .like(value))
                c.when(clears[slot][bit]) { part.next(0) }.elsewhen(enable) { part.next(values[i]) }
                return part.q << bit
            }
            return Product(
                high: c.stage("high_product_\(i)", (weights[slot] >> Self.lowBits) * value, enable: enable),
                low: c.stage("low_product_\(i)", parts.dropFirst().reduce(parts[0]) { $0 + $1 }, enable: enable))
        }
    }

    /// One sum for each element of the head.
    private func accumulate(
        _ c: Circuit, _ products: [Product], _ fresh: Bit, _ step: StepCounter, when valid: Bit
    ) -> [Signed] {
        let sumBits = NumericFormats.tileOutputSumBits(keys: tileKeys)
        return (0..<lane.headSize).map { element in
            let sum = c.register("sum_\(element)", .signed(sumBits))
            let arriving = arrivingAt(element, products).extended(to: sumBits)
            c.when(step.at(element / lane.multipliers, valid)) { sum.next(mux(fresh, 0, sum.q) &- arriving) }
            return sum.q
        }
    }

    /// What the products take from an element: one per slot.
    private func arrivingAt(_ element: Int, _ products: [Product]) -> Signed {
        let first = element % min(lane.headSize, lane.multipliers)
        let terms = stride(from: first, to: lane.multipliers, by: min(lane.headSize, lane.multipliers)).map { products[$0].sum }
        return terms.dropFirst().reduce(terms[0]) { $0 + $1 }
    }

    /// Holds a complete leaf and sends it beat by beat.
    private func send(
        _ c: Circuit, _ target: Stream<LeafBeat>, when complete: Bit, _ leaving: Register<Bit>, _ leaf: LeafBeat
    ) {
        let capture = c.named("capture", complete & !leaving.q)
        let occupied = c.stage("leaf_occupied", leaf.occupied, enable: capture)
        let reference = c.stage("leaf_reference", leaf.reference, enable: capture)
        let weightSum = c.stage("leaf_weight_sum", leaf.weightSum, enable: capture)
        let rowLast = c.stage("leaf_row_last", leaf.rowLast, enable: capture)
        let held = leaf.outputSums.indices.map {
            c.register("leaf_sum_\($0)", .signed(NumericFormats.tileOutputSumBits(keys: tileKeys)))
        }
        let remaining = c.register("remaining_beats", .unsigned(bitsToIndex(lane.stateBeats)))
        c.when(capture) {
            for (register, sum) in zip(held, leaf.outputSums.elements) { register.next(sum) }
            remaining.next(Unsigned(lane.stateBeats - 1))
            leaving.set()
        }.elsewhen(leaving.q & target.ready) {
            for (i, register) in held.enumerated() where i + lane.mergeElements < held.count {
                register.next(held[i + lane.mergeElements].q)
            }
            remaining.next(remaining.q &- 1)
            c.when(remaining.q == 0) { leaving.clear() }
        }
        c.send(LeafBeat(occupied: occupied, reference: reference, weightSum: weightSum,
                        outputSums: Vector(held.prefix(lane.mergeElements).map(\.q)), rowLast: rowLast),
               when: leaving.q, to: target)
    }
}
