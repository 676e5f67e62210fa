import Blocks
import Configuration
import FixedPoint
import RTL

/// Two partial states to be merged, `mergeElements` elements a beat.
struct StatePair: Bundle {
    let left: StateBeat
    let right: StateBeat

    static func shape(_ lane: LaneConfiguration) -> Shape<StatePair> {
        Shape { StatePair(left: $0.make(StateBeat.shape(lane)), right: $0.make(StateBeat.shape(lane))) }
    }
}

/// The exact two-class merge of partial states, in any order and tree to the same bits (Docs/numerics.md 7).
///
/// Latency 2 cycles, one beat a cycle. No carry between beats: each holds the scalar fields as well.
package struct MergeUnit: Module {
    package let lane: LaneConfiguration

    package init(lane: LaneConfiguration) { self.lane = lane }

    package struct Ports {
        let pair: Stream<StatePair>
        let merged: Stream<StateBeat>
    }

    package var suffix: String { lane.stateSuffix }

    package static let latency = 2

    package func ports(_ io: Interface) -> Ports {
        Ports(pair: io.sink(StatePair.shape(lane)), merged: io.source(StateBeat.shape(lane)))
    }

    /// Which sums of a side go into which class of the result.
    private struct Choice {
        /// Its highest class is the result's.
        let leads: Bit
        /// Its highest class is the one below the result's.
        let trails: Bit
    }

    package func body(_ c: Circuit, _ io: Ports) {
        let skid = OutputSkid(c, "skid", to: io.merged)
        let advance = skid.ready
        let left = io.pair.payload.left, right = io.pair.payload.right
        c.drive(io.pair.ready, advance)

        let gap = c.named("gap", left.highestClass - right.highestClass)
        let both = left.occupied & right.occupied
        let chooseLeft = Choice(
            leads: c.named("left_leads", left.occupied & (!right.occupied | (gap >= 0))),
            trails: c.named("left_trails", both & (gap == -1)))
        let chooseRight = Choice(
            leads: c.named("right_leads", right.occupied & (!left.occupied | (gap <= 0))),
            trails: c.named("right_trails", both & (gap == 1)))

        func weights(_ name: String, _ side: StateBeat, _ choice: Choice) -> (Unsigned, Unsigned) {
            (c.stage("\(name)_weight", mux(choice.leads, side.weightSum, 0), enable: advance),
             c.stage("\(name)_weight_below",
                     mux(choice.leads, side.weightSumBelow, mux(choice.trails, side.weightSum, 0)), enable: advance))
        }
        func outputs(_ name: String, _ side: StateBeat, _ choice: Choice, _ i: Int) -> (Signed, Signed) {
            (c.stage("\(name)_output_\(i)", mux(choice.leads, side.outputSums[i], 0), enable: advance),
             c.stage("\(name)_output_below_\(i)",
                     mux(choice.leads, side.outputSumsBelow[i], mux(choice.trails, side.outputSums[i], 0)), enable: advance))
        }

        let leftWeights = weights("left", left, chooseLeft), rightWeights = weights("right", right, chooseRight)
        let weightSum = c.stage("weight_sum", leftWeights.0 &+ rightWeights.0, enable: advance)
        let weightSumBelow = c.stage("weight_sum_below", leftWeights.1 &+ rightWeights.1, enable: advance)
        let sums = (0..<lane.mergeElements).map { i in
            let a = outputs("left", left, chooseLeft, i), b = outputs("right", right, chooseRight, i)
            return (c.stage("output_sum_\(i)", a.0 &+ b.0, enable: advance),
                    c.stage("output_sum_below_\(i)", a.1 &+ b.1, enable: advance))
        }
        let highest = mux(chooseLeft.leads, left.highestClass, right.highestClass)
        skid.send(StateBeat(
            occupied: c.delayed("occupied", left.occupied | right.occupied, by: Self.latency, enable: advance),
            highestClass: c.delayed("highest_class", highest, by: Self.latency, enable: advance),
            weightSum: weightSum, weightSumBelow: weightSumBelow,
            outputSums: Vector(sums.map(\.0)), outputSumsBelow: Vector(sums.map(\.1))),
            when: c.delayed("valid", io.pair.valid, by: Self.latency, enable: advance, reset: 0))
    }
}

extension LaneConfiguration {
    /// Names a unit by what shapes a partial state.
    var stateSuffix: String { "d\(headSize)_n\(maximumContext)_e\(mergeElements)" }
}
