import Blocks
import Configuration
import FixedPoint
import RTL

/// Whose leaf comes next.
struct LeafOwner: Bundle {
    /// Row of the group.
    let slot: Unsigned
    /// Its first leaf, and its last.
    let opens: Bit
    let closes: Bit

    static func shape(_ prefill: PrefillConfiguration) -> Shape<LeafOwner> {
        Shape { LeafOwner(slot: $0.make(.unsigned(prefill.slotBits)), opens: $0.make(.bit), closes: $0.make(.bit)) }
    }
}

/// Merges leaves into the states of `residentRows` rows, in whatever order they come, and sends a row's state with its last
/// leaf.
///
/// The running states lie in two memories, of `headSize / mergeElements` words a row for the output sums and of one for the
/// rest. A leaf takes as many cycles and a few more until its last word is back, whosever the next one is.
package struct SlotAccumulator: Module {
    package let prefill: PrefillConfiguration

    package init(prefill: PrefillConfiguration) { self.prefill = prefill }

    package struct Ports {
        let owner: Stream<LeafOwner>
        let leaf: Stream<LeafBeat>
        let state: Stream<StateBeat>
    }

    package var suffix: String { "\(prefill.lane.stateSuffix)_r\(prefill.residentRows)" }

    /// Cycles from the first beat of a row's last leaf to the first of its state.
    package static let latency = StateAccumulator.latency
    /// Cycles from the first beat of a leaf to that of the next.
    package var cyclesPerLeaf: Int { StateAccumulator(lane: prefill.lane).cyclesPerLeaf }

    package func ports(_ io: Interface) -> Ports {
        let lane = prefill.lane
        return Ports(owner: io.sink(LeafOwner.shape(prefill)), leaf: io.sink(LeafBeat.shape(lane)),
                     state: io.source(StateBeat.shape(lane)))
    }

    package func body(_ c: Circuit, _ io: Ports) {
        let lane = prefill.lane
        let indexBits = bitsToIndex(lane.stateBeats)
        let lastBeat = Unsigned(lane.stateBeats - 1)
        let merge = c.instance("merge", MergeUnit(lane: lane))
        c.discard(io.leaf.payload.rowLast)

        // The running states.
        let sums = c.memory(
            "running_sums", depth: prefill.slots << indexBits, width: 2 * outputShape.width, collision: .undefined)
        let scalars = c.memory("running_scalars", depth: prefill.slots, width: scalarShape.width, collision: .undefined)

        // A leaf enters once the one before it has been merged to its last beat.
        let draining = c.register("draining", .bit, reset: 0)
        let staged = c.register("leaf_staged", .bit, reset: 0)
        let inIndex = c.register("in_index", .unsigned(indexBits), reset: 0)
        let room = c.named("room", io.owner.valid & !draining.q & (!staged.q | merge.pair.ready))
        let take = c.named("take", io.leaf.valid & room)
        let ends = c.named("ends", take & (inIndex.q == lastBeat))
        c.drive(io.leaf.ready, room)
        c.drive(io.owner.ready, ends)
        let aligned = StateAccumulator(lane: lane).align(c, io.leaf.payload, enable: take)
        let slot = c.stage("slot", io.owner.payload.slot, enable: take)
        let opens = c.stage("opens", io.owner.payload.opens, enable: take)
        let closes = c.stage("closes", io.owner.payload.closes, enable: take)
        let sumsWord = sums.read("sums_word", concatenate(io.owner.payload.slot, inIndex.q), enable: take)
        let scalarsWord = scalars.read("scalars_word", io.owner.payload.slot, enable: take)
        c.when(merge.pair.ready) { staged.clear() }
        c.when(take) {
            staged.set()
            inIndex.next(inIndex.q &+ 1)
            c.when(ends) {
                inIndex.next(0)
                draining.set()
            }
        }
        let running = state(scalarShape.unpack(scalarsWord), sumsWord, unless: opens)
        c.send(StatePair(left: running, right: aligned), when: staged.q, to: merge.pair)

        // Back to memory, or on if the leaf is its row's last.
        let merged = merge.merged
        let outIndex = c.register("out_index", .unsigned(indexBits), reset: 0)
        let done = c.named("done", merged.valid & (!closes | io.state.ready))
        c.drive(merged.ready, !closes | io.state.ready)
        c.send(merged.payload, when: merged.valid & closes, to: io.state)
        c.when(done) {
            sums.write(concatenate(slot, outIndex.q), concatenate(merged.payload.outputSums, merged.payload.outputSumsBelow))
            outIndex.next(outIndex.q &+ 1)
            c.when(outIndex.q == lastBeat) {
                outIndex.next(0)
                draining.clear()
                // Not earlier: the leaf's other beats read them.
                scalars.write(slot, concatenate(RunningScalars(
                    occupied: merged.payload.occupied, highestClass: merged.payload.highestClass,
                    weightSum: merged.payload.weightSum, weightSumBelow: merged.payload.weightSumBelow)))
            }
        }
    }

    private var outputShape: Shape<Vector<Signed>> {
        .vector(prefill.lane.mergeElements, signed: NumericFormats.stateOutputSumBits(maximumContext: prefill.lane.maximumContext))
    }

    /// What a state holds once, not by element.
    private struct RunningScalars: Bundle {
        let occupied: Bit
        let highestClass: Signed
        let weightSum, weightSumBelow: Unsigned
    }

    private var scalarShape: Shape<RunningScalars> {
        let weightBits = NumericFormats.stateWeightSumBits(maximumContext: prefill.lane.maximumContext)
        return Shape { RunningScalars(
            occupied: $0.make(.bit), highestClass: $0.make(.signed(NumericFormats.classBits)),
            weightSum: $0.make(.unsigned(weightBits)), weightSumBelow: $0.make(.unsigned(weightBits))) }
    }

    /// A row's state so far; none before its first leaf.
    private func state(_ scalars: RunningScalars, _ sums: Unsigned, unless opens: Bit) -> StateBeat {
        StateBeat(
            occupied: scalars.occupied & !opens, highestClass: scalars.highestClass,
            weightSum: scalars.weightSum, weightSumBelow: scalars.weightSumBelow,
            outputSums: outputShape.unpack(sums >> outputShape.width),
            outputSumsBelow: outputShape.unpack(sums.truncated(to: outputShape.width)))
    }
}
