import Blocks
import Configuration
import FixedPoint
import RTL

/// Merges the leaves of a row, one behind another, into the row's state and sends it on.
///
/// The running output sums lie in a memory of `headSize / mergeElements` words. A leaf takes that many cycles and a few
/// more until its last word is back; the state of a row leaves while its last leaf is merged.
package struct StateAccumulator: Module {
    package let lane: LaneConfiguration
    /// The most keys a tile can hold.
    package let tileKeys: Int
    /// Beats behind those of the outputs, merged alike.
    package let extraBeats: Int

    package init(lane: LaneConfiguration, tileKeys: Int = NumericFormats.maximumTileKeys, extraBeats: Int = 0) {
        self.lane = lane
        self.tileKeys = tileKeys
        self.extraBeats = extraBeats
    }

    package struct Ports {
        let leaf: Stream<LeafBeat>
        let state: Stream<StateBeat>
    }

    package var suffix: String { lane.stateSuffix + tileSuffix(tileKeys) + extraSuffix(extraBeats) }

    private var beats: Int { lane.stateBeats + extraBeats }

    /// Cycles from the first beat of a row's last leaf to the first of its state.
    package static let latency = 1 + MergeUnit.latency
    /// Cycles from the first beat of a leaf to that of the next: what is under way must be back in memory.
    package var cyclesPerLeaf: Int { beats + Self.latency }

    package func ports(_ io: Interface) -> Ports {
        Ports(leaf: io.sink(LeafBeat.shape(lane, tileKeys: tileKeys)), state: io.source(StateBeat.shape(lane)))
    }

    package func body(_ c: Circuit, _ io: Ports) {
        let indexBits = bitsToIndex(beats)
        let lastBeat = Unsigned(beats - 1)
        let merge = c.instance("merge", MergeUnit(lane: lane))

        // The running state: its sums in memory, the rest here.
        let sumsWidth = 2 * lane.mergeElements * NumericFormats.stateOutputSumBits(maximumContext: lane.maximumContext)
        let sums = c.memory("running_sums", depth: beats, width: sumsWidth, collision: .undefined)
        let running = Running(c, lane)

        // A leaf enters once the one before it has been merged to its last beat.
        let draining = c.register("draining", .bit, reset: 0)
        let staged = c.register("leaf_staged", .bit, reset: 0)
        let inIndex = c.register("in_index", .unsigned(indexBits), reset: 0)
        let room = c.named("room", !draining.q & (!staged.q | merge.pair.ready))
        let take = c.named("take", io.leaf.valid & room)
        c.drive(io.leaf.ready, room)
        let aligned = align(c, io.leaf.payload, enable: room)
        let closesRow = c.stage("closes_row", io.leaf.payload.rowLast, enable: take)
        let word = sums.read("running_word", inIndex.q, enable: room)
        c.when(merge.pair.ready) { staged.clear() }
        c.when(take) {
            staged.set()
            c.when(inIndex.q == lastBeat) {
                inIndex.next(0)
                draining.set()
            }.otherwise {
                inIndex.next(inIndex.q &+ 1)
            }
        }

        c.send(StatePair(left: running.beat(sums: word), right: aligned), when: staged.q, to: merge.pair)

        // Back to memory, or on if the leaf closes its row.
        let merged = merge.merged
        let outIndex = c.register("out_index", .unsigned(indexBits), reset: 0)
        let done = c.named("done", merged.valid & (!closesRow | io.state.ready))
        c.drive(merged.ready, !closesRow | io.state.ready)
        c.drive(io.state.valid, merged.valid & closesRow)
        c.drive(io.state.payload, merged.payload)
        c.when(done) {
            sums.write(outIndex.q, concatenate(merged.payload.outputSums, merged.payload.outputSumsBelow))
            c.when(outIndex.q == lastBeat) {
                outIndex.next(0)
                draining.clear()
                running.load(merged.payload, closesRow)
            }.otherwise {
                outIndex.next(outIndex.q &+ 1)
            }
        }
    }

    /// The scalar fields of the row's state so far.
    private struct Running {
        let lane: LaneConfiguration
        let occupied: Register<Bit>
        let highestClass: Register<Signed>
        let weightSum, weightSumBelow: Register<Unsigned>

        init(_ c: Circuit, _ lane: LaneConfiguration) {
            self.lane = lane
            let weightBits = NumericFormats.stateWeightSumBits(maximumContext: lane.maximumContext)
            occupied = c.register("running_occupied", .bit, reset: 0)
            highestClass = c.register("running_class", .signed(NumericFormats.classBits))
            weightSum = c.register("running_weight_sum", .unsigned(weightBits))
            weightSumBelow = c.register("running_weight_sum_below", .unsigned(weightBits))
        }

        func beat(sums: Unsigned) -> StateBeat {
            let outputBits = NumericFormats.stateOutputSumBits(maximumContext: lane.maximumContext)
            let half = Shape<Vector<Signed>>.vector(lane.mergeElements, signed: outputBits)
            return StateBeat(
                occupied: occupied.q, highestClass: highestClass.q,
                weightSum: weightSum.q, weightSumBelow: weightSumBelow.q,
                outputSums: half.unpack(sums >> half.width), outputSumsBelow: half.unpack(sums.truncated(to: half.width)))
        }

        /// Keeps the merged state; a new row starts from none.
        func load(_ state: StateBeat, _ closesRow: Bit) {
            occupied.next(state.occupied & !closesRow)
            highestClass.next(state.highestClass)
            weightSum.next(state.weightSum)
            weightSumBelow.next(state.weightSumBelow)
        }
    }

    /// A leaf as a state: shifted left by its reference within the class.
    func align(_ c: Circuit, _ leaf: LeafBeat, enable: Bit) -> StateBeat {
        let shift = leaf.reference[0..<NumericFormats.classShiftBits]
        let weightBits = NumericFormats.stateWeightSumBits(maximumContext: lane.maximumContext)
        let outputBits = NumericFormats.stateOutputSumBits(maximumContext: lane.maximumContext)
        let outputSums = leaf.outputSums.indices.map { i in
            c.stage("aligned_output_\(i)", leaf.outputSums[i].extended(to: outputBits).shiftedLeft(by: shift), enable: enable)
        }
        return StateBeat(
            occupied: c.stage("aligned_occupied", leaf.occupied, enable: enable),
            highestClass: c.stage("aligned_class", leaf.reference >> NumericFormats.classShiftBits, enable: enable),
            weightSum: c.stage("aligned_weight_sum", leaf.weightSum.extended(to: weightBits).shiftedLeft(by: shift),
                               enable: enable),
            weightSumBelow: c.constant(0, .unsigned(weightBits)), outputSums: Vector(outputSums),
            outputSumsBelow: c.constant(0, .vector(lane.mergeElements, signed: outputBits)))
    }
}

/// Names a unit by the beats of a state that follow those of the outputs.
func extraSuffix(_ extraBeats: Int) -> String { extraBeats == 0 ? "" : "_x\(extraBeats)" }
