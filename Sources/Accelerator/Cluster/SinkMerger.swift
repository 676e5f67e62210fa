import Blocks
import Configuration
import FixedPoint
import RTL

/// Merges each row's attention sink into its state, beat by beat. A row without one passes unchanged, and at once if none
/// is being merged.
///
/// Latency 2 cycles for a row with a sink and those behind it, else 0; one beat a cycle.
package struct SinkMerger: Module {
    package let lane: LaneConfiguration

    package init(lane: LaneConfiguration) { self.lane = lane }

    package struct Ports {
        /// One a row.
        let sink: Stream<AttentionSink>
        let state: Stream<StateBeat>
        let merged: Stream<StateBeat>
    }

    package var suffix: String { lane.stateSuffix }

    package static let latency = MergeUnit.latency

    package func ports(_ io: Interface) -> Ports {
        Ports(sink: io.sink(AttentionSink.shape), state: io.sink(StateBeat.shape(lane)), merged: io.source(StateBeat.shape(lane)))
    }

    package func body(_ c: Circuit, _ io: Ports) {
        let merge = c.instance("merge", MergeUnit(lane: lane))
        let sink = io.sink.payload
        let weightBits = NumericFormats.stateWeightSumBits(maximumContext: lane.maximumContext)
        let none = c.constant(0, .vector(lane.mergeElements, signed: NumericFormats.stateOutputSumBits(maximumContext: lane.maximumContext)))
        let weightSum = sink.weight.extended(to: weightBits)
            .shiftedLeft(by: sink.reference[0..<NumericFormats.classShiftBits])
        let state = StateBeat(
            occupied: sink.occupied, highestClass: sink.reference >> NumericFormats.classShiftBits, weightSum: weightSum,
            weightSumBelow: c.constant(0, .unsigned(weightBits)), outputSums: none, outputSumsBelow: none)
        let skid = OutputSkid(c, "skid", to: io.merged)
        // Beats on the way through the merge unit and its skid buffer.
        let merging = c.register("merging", .unsigned(2), reset: 0)
        let given = c.named("given", io.state.valid & io.sink.valid)
        let passes = c.named("passes", !sink.occupied & (merging.q == 0))
        let take = c.named("take", given & mux(passes, skid.ready, merge.pair.ready))
        c.send(StatePair(left: io.state.payload, right: state), when: given & !passes, to: merge.pair)
        c.drive(io.state.ready, take)
        c.drive(merge.merged.ready, skid.ready)
        let out = c.wire("out", io.merged.shape)
        c.drive(out, io.state.payload)
        c.when(!passes) { c.drive(out, merge.merged.payload) }
        skid.send(out, when: mux(passes, given, merge.merged.valid))
        let enters = c.named("enters", take & !passes), leaves = c.named("leaves", merge.merged.fires)
        c.when(enters & !leaves) {
            merging.next(merging.q &+ 1)
        }.elsewhen(leaves & !enters) {
            merging.next(merging.q &- 1)
        }

        let beat = c.register("beat", .unsigned(bitsToIndex(lane.stateBeats)), reset: 0)
        let isLast = c.named("is_last_beat", beat.q == Unsigned(lane.stateBeats - 1))
        c.drive(io.sink.ready, take & isLast)
        c.when(take) {
            beat.next(beat.q &+ 1)
            c.when(isLast) { beat.next(0) }
        }
    }
}
