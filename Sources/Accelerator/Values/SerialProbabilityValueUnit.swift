import Blocks
import Configuration
import FixedPoint
import RTL

/// Does what `ProbabilityValueUnit` does behind a narrow port, which brings a vector in two cycles or more.
///
/// The array takes two cycles for each: in the first the weight's lower 3 bits, in the second its upper 18, which are as many
/// as a multiplier of 18 x 18 bits holds. A finished leaf leaves out of the sums themselves, `mergeElements` elements a cycle,
/// in which nothing else is done; what moves up behind it are zeros, with which the next tile begins.
package struct SerialProbabilityValueUnit: Module {
    package let configuration: SpAttenConfiguration

    package init(_ configuration: SpAttenConfiguration) { self.configuration = configuration }

    package typealias Ports = ProbabilityValueUnit.Ports

    private var lane: LaneConfiguration { configuration.lane }
    private var tileKeys: Int { configuration.maximumRowKeys }
    private var unit: ProbabilityValueUnit { ProbabilityValueUnit(lane: lane, tileKeys: tileKeys) }

    package var suffix: String { unit.suffix }

    package func ports(_ io: Interface) -> Ports { unit.ports(io) }

    /// Cycles from a tile's last vector to the first beat of its leaf.
    package static let latency = 3

    /// A vector is the whole value of a key, and that of the narrowest format takes the port two cycles.
    package var isPossible: Bool {
        configuration.isNarrow && lane.steps == 1 && ValueFormat.supported.allSatisfy { $0.bits * lane.multipliers >= 2 * 8 * lane.portBytes }
    }

    package func body(_ c: Circuit, _ io: Ports) {
        precondition(isPossible, "the array would be slower than the port")
        let leaving = c.register("leaf_leaving", .bit, reset: 0)
        // Nothing enters the sums while they leave.
        let advance = c.named("advance", !leaving.q)

        let beat = io.weights.payload
        let upper = c.register("upper_part", .bit, reset: 0)
        let take = c.named("take", io.weights.valid & beat.occupied & io.values.valid & advance)
        let keyEnds = c.named("key_ends", take & upper.q)
        let beatEnds = c.named("beat_ends", keyEnds | (io.weights.valid & !beat.occupied & advance))
        // A weight whose lower part was taken is still there.
        c.drive(io.values.ready, upper.q & advance)
        c.drive(io.weights.ready, beatEnds)
        c.when(take) { upper.next(!upper.q) }

        // Weights are 0 ... 2^20: negated they are one bit narrower than as signed numbers.
        let negated = c.named("negated_weight", (0 - beat.weights[0]).truncated(to: NumericFormats.weightBits))
        let lowBits = ProbabilityValueUnit.lowBits, upperBits = NumericFormats.weightBits - lowBits
        let part = c.stage("weight_part", mux(
            upper.q, negated >> lowBits, negated[0..<lowBits].extended(to: upperBits).asSigned), enable: advance)
        let products = (0..<lane.multipliers).map { i in
            let value = c.stage("value_\(i)", io.values.payload[i], enable: advance)
            return c.stage("product_\(i)", part * value, enable: advance)
        }
        func atProduct(_ name: String, _ flag: Bit) -> Bit { c.delayed(name, flag, by: 2, enable: advance, reset: 0) }
        let isUpper = atProduct("upper_part_of_product", upper.q)
        let valid = c.named("sums_grow", atProduct("valid", take) & advance)
        let leafBeatLeaves = c.named("leaf_beat_leaves", leaving.q & io.leaf.ready)
        let sums = accumulate(c, products.map { mux(isUpper, $0 << lowBits, $0) }, when: valid, leaves: leafBeatLeaves)

        let leafEnds = leave(c, leaving, when: advance & atProduct("tile_ends", beatEnds & beat.tileLast), leafBeatLeaves)
        let weightSum = c.register("weight_sum", .unsigned(NumericFormats.tileWeightSumBits(keys: tileKeys)), reset: 0)
        let weight = c.delayed("weight", beat.weights[0], by: 2, enable: advance)
        c.when(leafEnds) {
            weightSum.next(0)
        }.elsewhen(valid & isUpper) {
            weightSum.next(weightSum.q &+ weight.extended(to: weightSum.q.width))
        }
        c.send(LeafBeat(
            occupied: c.delayed("occupied", beat.occupied, by: 3, enable: advance),
            reference: c.delayed("reference", beat.reference, by: 3, enable: advance),
            weightSum: weightSum.q, outputSums: Vector(Array(sums.prefix(lane.mergeElements))),
            rowLast: c.delayed("row_last", beat.rowLast, by: 3, enable: advance)), when: leaving.q, to: io.leaf)
    }

    /// One sum for each element of the head; where a beat of the leaf leaves, those behind it move up.
    private func accumulate(_ c: Circuit, _ arriving: [Signed], when grow: Bit, leaves: Bit) -> [Signed] {
        let bits = NumericFormats.tileOutputSumBits(keys: tileKeys)
        let sums = arriving.indices.map { c.register("sum_\($0)", .signed(bits), reset: 0) }
        for (element, sum) in sums.enumerated() {
            let behind = element + lane.mergeElements
            c.when(leaves) {
                sum.next(behind < sums.count ? sums[behind].q : 0)
            }.elsewhen(grow) {
                sum.next(sum.q &- arriving[element].extended(to: bits))
            }
        }
        return sums.map(\.q)
    }

    /// Counts the beats of a leaf that leaves after `ends`; the last one goes.
    private func leave(_ c: Circuit, _ leaving: Register<Bit>, when ends: Bit, _ beatLeaves: Bit) -> Bit {
        let remaining = c.register("remaining_beats", .unsigned(bitsToIndex(lane.stateBeats)))
        let last = c.named("leaf_ends", beatLeaves & (remaining.q == 0))
        c.when(ends) {
            leaving.set()
            remaining.next(Unsigned(lane.stateBeats - 1))
        }.elsewhen(beatLeaves) {
            remaining.next(remaining.q &- 1)
        }
        c.when(last) { leaving.clear() }
        return last
    }
}
