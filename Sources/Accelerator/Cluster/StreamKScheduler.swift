import Blocks
import Configuration
import FixedPoint
import RTL

/// Cuts the tiles of a launch into ranges, one a lane (Docs/schedule.md): every lane that is built gets one range a launch, in
/// order of the lanes.
///
/// A launch takes, from its first beat to the range of lane x of G, with B sequences (cycles, nobody stalling):
/// B for the sequences, some 30 for the share of a lane, 3 + ceil(log2 B) for each lane up to x, and 1 for each head up to where
/// its range ends; under a fixed split another B + 45. A launch is taken once all lanes have taken their ranges of the one before;
/// so while lanes work on a launch the next one is prepared, and its ranges come 2 cycles apart.
///
/// A launch that asks for what there is not is carried out with the nearest that there is, and `fault` says so.
package struct StreamKScheduler: Module {
    package let lane: PrefillConfiguration
    /// Lanes that are built; a launch may use fewer.
    package let lanes: Int

    package init(_ cluster: ClusterConfiguration) {
        precondition((1...ClusterConfiguration.maximumLanes).contains(cluster.lanes), "a scheduler serves 1 to 64 lanes")
        lane = cluster.lane
        lanes = cluster.lanes
    }

    package struct Ports {
        let launch: Stream<ClusterLaunch>
        /// Those of the launch, in order.
        let sequences: Stream<SequenceEntry>
        /// For the tables of all lanes; written before any range of the launch comes.
        let table: Flow<SequenceWrite>
        let ranges: [Stream<LaneRange>]
        let fault: Flow<LaunchFault>
    }

    package var suffix: String { "\(lane.suffix)_g\(lanes)" }

    package func ports(_ io: Interface) -> Ports {
        Ports(launch: io.sink(ClusterLaunch.shape(lane)), sequences: io.sink(SequenceEntry.shape(lane.lane)),
              table: io.output(.flow(SequenceWrite.shape(lane.lane))),
              ranges: (0..<lanes).map { _ in io.source(LaneRange.shape(lane)) }, fault: io.output(.flow(LaunchFault.shape)))
    }

    var contextBits: Int { lane.lane.contextBits }
    /// Numbers a key of a sequence.
    var positionBits: Int { bitsToIndex(lane.lane.maximumContext) }
    /// Counts the tiles of a sequence.
    var tileBits: Int { LaneRange.tileBits(lane.lane) }
    /// Counts the tiles of a head, and its keys.
    var tileSumBits: Int { tileBits + OutputID.sequenceBits }
    var keySumBits: Int { contextBits + OutputID.sequenceBits }
    /// Counts the keys of a launch; even, as the divider takes two bits at a time.
    var totalBits: Int { (keySumBits + OutputID.headBits + 1) / 2 * 2 }
    /// `(n * reciprocal) >> reciprocalShift` is `n / chunk` for all n below 2^tileBits.
    var reciprocalShift: Int { 2 * tileBits - 1 }

    enum Phase: Int, CaseIterable {
        case idle
        /// Sequences come in.
        case load
        /// The last of them goes through the pipeline; then it is known what they amount to.
        case count
        /// Under a fixed split: tiles of a chunk, its reciprocal, and a pass over all sequences.
        case chunk, reciprocal, rescan
        /// Weight of a head, of the launch, of a lane.
        case sum, total, share
        /// Ends of the ranges, one lane after another.
        case walk
        /// They are known, but not all taken.
        case hand
    }

    /// The launch at hand.
    struct State {
        let phase: PhaseRegister<Phase>
        let launch: Register<ClusterLaunch>
        let epoch: Register<Bit>
        /// Prefix sums of keys and of tiles, or of other weights of the policy, in front of each sequence.
        let prefixes: Memory
        /// Tiles of each sequence.
        let counts: Memory
        let keySum, tileSum: Register<Unsigned>
        /// The weights are keys.
        let byKeys: Register<Bit>
        /// Tiles of a chunk; before that is known, of the longest sequence.
        let chunk: Register<Unsigned>
        /// The highest bit of the last sequence's number.
        let topProbe: Register<Unsigned>
        /// Of a head, of the launch.
        let headWeight, total: Register<Unsigned>
        /// Each lane gets so much weight, the first `largerLanes` one more. Before that, the reciprocal of a chunk.
        let quota, largerLanes: Register<Unsigned>
        let divider: SerialDivider.Ports

        var settings: LaunchSettings { launch.q.settings }
        func follows(_ policy: SchedulePolicy) -> Bit {
            launch.q.policy == Unsigned(SchedulePolicy.allCases.firstIndex(of: policy)!)
        }
    }

    package func body(_ c: Circuit, _ io: Ports) {
        let sequences = ClusterConfiguration.maximumSequences
        let state = State(
            phase: PhaseRegister(c),
            launch: c.register("launch_at_hand", ClusterLaunch.shape(lane)),
            epoch: c.register("epoch", .bit, reset: 0),
            prefixes: c.memory("prefixes", depth: sequences, width: keySumBits + tileSumBits, collision: .undefined),
            counts: c.memory("counts", depth: sequences, width: tileBits, collision: .undefined),
            keySum: c.register("key_sum", .unsigned(keySumBits)), tileSum: c.register("tile_sum", .unsigned(tileSumBits)),
            byKeys: c.register("by_keys", .bit), chunk: c.register("chunk_tiles", .unsigned(tileBits)),
            topProbe: c.register("top_probe", .unsigned(OutputID.sequenceBits)),
            headWeight: c.register("head_weight", .unsigned(keySumBits)), total: c.register("total", .unsigned(totalBits)),
            quota: c.register("quota", .unsigned(totalBits)), largerLanes: c.register("larger_lanes", .unsigned(bitsToIndex(lanes))),
            divider: c.instance(
                "divider", SerialDivider(dividendBits: totalBits, divisorBits: tileBits, bitsPerCycle: 2)))

        let excess = begin(c, io, state)
        let (isTooLong, loaded) = load(c, io, state)
        let fault = LaunchFault(
            lanes: c.stage("lanes_fault", excess.lanes), rows: c.stage("rows_fault", excess.rows),
            tileSize: c.stage("tile_size_fault", excess.tileSize), splits: c.stage("splits_fault", excess.splits),
            context: c.stage("context_fault", isTooLong))
        let isBad = [excess.lanes, excess.rows, excess.tileSize, excess.splits, isTooLong].anySet
        c.drive(io.fault.valid, c.stage("fault_seen", isBad, reset: 0))
        c.drive(io.fault.payload, fault)

        let scan = RescanPort(
            enable: c.wire("rescan_read", .bit), address: c.wire("rescan_address", .unsigned(OutputID.sequenceBits)))
        let words = walk(c, io, state, scan)
        divide(c, state)
        let rescanned = rescan(c, state, scan, words)
        // What has been summed up so far lies in front of the sequence that is counted.
        c.when(loaded.valid | rescanned.valid) {
            state.prefixes.write(
                mux(loaded.valid, loaded.sequence, rescanned.sequence), concatenate(state.keySum.q, state.tileSum.q))
        }
        c.when(state.phase.is(.sum)) {
            state.headWeight.next(mux(state.byKeys.q, state.keySum.q, state.tileSum.q))
            state.phase.go(.total)
        }
        c.when(state.phase.is(.total)) {
            state.total.next((state.headWeight.q * (state.launch.q.heads + 1)).truncated(to: totalBits))
            state.phase.go(.share)
        }
    }

    /// A sequence whose weight is added to the sums.
    private struct Counted {
        let valid: Bit
        let sequence: Unsigned
    }

    /// What the pass over the sequences reads of the counts, through the port of the search.
    struct RescanPort {
        let enable: Bit
        let address: Unsigned
    }

    /// Takes a launch, with what it asks for brought into bounds; what had to be.
    private func begin(_ c: Circuit, _ io: Ports, _ state: State) -> LaunchFault {
        c.drive(io.launch.ready, state.phase.is(.idle))
        let asked = io.launch.payload
        func limited(_ name: String, _ value: Unsigned, to most: Int) -> (value: Unsigned, isOver: Bit) {
            // A comparison that cannot hold would be dead.
            guard most < (1 << value.width) - 1 else { return (value, false) }
            let isOver = c.named("\(name)_is_over", value > Unsigned(most))
            return (mux(isOver, Unsigned(most), value), isOver)
        }
        let usedLanes = limited("lanes", asked.lanes, to: lanes - 1)
        let rows = limited("rows", asked.settings.rows, to: lane.residentRows - 1)
        let tileSize = limited("tile_size", asked.settings.tileSize, to: lane.tileSizes.count - 1)
        let noSplits = c.named("no_splits", asked.splits == 0)
        let settings = LaunchSettings(
            rows: rows.value, sequences: asked.settings.sequences, tileSize: tileSize.value, msbBits: asked.settings.msbBits,
            lsbBits: asked.settings.lsbBits, valueBits: asked.settings.valueBits, keyMSBStride: asked.settings.keyMSBStride,
            keyLSBStride: asked.settings.keyLSBStride, valueStride: asked.settings.valueStride)
        let takes = c.named("takes_launch", io.launch.fires)
        c.when(takes) {
            state.launch.next(ClusterLaunch(
                settings: settings, lanes: usedLanes.value, heads: asked.heads, policy: asked.policy,
                splits: mux(noSplits, 1, asked.splits), byKeys: asked.byKeys))
            state.keySum.next(0)
            state.tileSum.next(0)
            state.phase.go(.load)
        }
        let splitsMatter = asked.policy == Unsigned(SchedulePolicy.allCases.firstIndex(of: .fixedSplit)!)
        return LaunchFault(
            lanes: takes & usedLanes.isOver, rows: takes & rows.isOver, tileSize: takes & tileSize.isOver,
            splits: takes & noSplits & splitsMatter, context: false)
    }

    /// Takes the sequences: table writes, tiles, sums, the longest. Whether one is too long.
    private func load(_ c: Circuit, _ io: Ports, _ state: State) -> (isTooLong: Bit, counted: Counted) {
        let isLoading = state.phase.is(.load)
        c.drive(io.sequences.ready, isLoading)
        let takes = c.named("takes_sequence", io.sequences.fires)
        let index = c.register("sequence_index", .unsigned(OutputID.sequenceBits), reset: 0)
        let longest = c.register("longest", .unsigned(tileBits)), anyPartial = c.register("any_partial", .bit)
        // The next power of two.
        let nextProbe = c.register("next_probe", .unsigned(OutputID.sequenceBits))
        let isLast = c.named("is_last_sequence", index.q == state.settings.sequences)
        c.when(io.launch.fires) {
            longest.next(0)
            anyPartial.clear()
            state.topProbe.next(0)
            nextProbe.next(1)
        }
        c.when(takes) {
            index.next(mux(isLast, 0, index.q &+ 1))
            c.when(index.q == nextProbe.q) {
                state.topProbe.next(nextProbe.q)
                nextProbe.next(nextProbe.q[0..<OutputID.sequenceBits - 1] << 1)
            }
            c.when(isLast) { state.phase.go(.count) }
        }

        let entry = io.sequences.payload, most = lane.lane.maximumContext
        let isTooLong = c.named("is_too_long", takes & (entry.keys > Unsigned(most)))
        let write = SequenceWrite(
            bank: state.epoch.q, sequence: c.stage("entry_index", index.q),
            entry: SequenceEntry(
                keys: c.stage("entry_keys", mux(isTooLong, Unsigned(most), entry.keys)),
                keyMSBAddress: c.stage("entry_key_msb", entry.keyMSBAddress),
                keyLSBAddress: c.stage("entry_key_lsb", entry.keyLSBAddress),
                valueAddress: c.stage("entry_value", entry.valueAddress)))
        let written = c.stage("entry_valid", takes, reset: 0)
        c.drive(io.table.valid, written)
        c.drive(io.table.payload, write)

        let keys = write.entry.keys
        let tiles = c.stage("tiles", roundedToTiles(keys, state.settings.tileSize))
        let partial = c.stage("is_partial", select(state.settings.tileSize, lane.tileSizes.map {
            keys.truncated(to: ceilLog2($0)).isNonzero
        }))
        let counted = c.stage("counted", written, reset: 0)
        let countedKeys = c.stage("counted_keys", keys)
        let countedIndex = c.stage("counted_index", write.sequence)
        c.when(counted) {
            state.counts.write(countedIndex, tiles)
            state.keySum.next(state.keySum.q &+ countedKeys.extended(to: keySumBits))
            let weight = mux(state.follows(.perHead), tiles.isNonzero.asUnsigned.extended(to: tileBits), tiles)
            state.tileSum.next(state.tileSum.q &+ weight.extended(to: tileSumBits))
            c.when(longest.q < tiles) { longest.next(tiles) }
            c.when(partial) { anyPartial.set() }
        }
        c.when(state.phase.is(.count) & !written & !counted) {
            state.byKeys.next(state.follows(.streamK) & state.launch.q.byKeys | state.follows(.auto) & anyPartial.q)
            state.phase.go(.sum)
            c.when(state.follows(.fixedSplit) & longest.q.isNonzero) { state.phase.go(.chunk) }
        }
        // To be divided by the splits.
        c.when(state.phase.is(.count)) { state.chunk.next(longest.q) }
        return (isTooLong, Counted(valid: counted, sequence: countedIndex))
    }

    /// Tiles that hold so many keys.
    func roundedToTiles(_ keys: Unsigned, _ tileSize: Unsigned) -> Unsigned {
        select(tileSize, lane.tileSizes.map { ((keys + Unsigned($0 - 1)) >> ceilLog2($0)).resized(to: tileBits) })
    }

    /// The three divisions, one after another: tiles of a chunk, its reciprocal, the weight of a lane. The divider takes numbers only
    /// once their result has been taken, and each result ends the phase that asks for it.
    private func divide(_ c: Circuit, _ state: State) {
        let divider = state.divider
        let isChunk = state.phase.is(.chunk), isReciprocal = state.phase.is(.reciprocal), isShare = state.phase.is(.share)
        let lanes = state.launch.q.lanes + 1, splits = state.launch.q.splits
        c.drive(divider.numbers.valid, isChunk | isReciprocal | isShare)
        c.drive(divider.numbers.payload, SerialDivider.Numbers(
            dividend: mux(
                isShare, state.total.q,
                mux(isChunk, (state.chunk.q + (splits &- 1)).extended(to: totalBits), Unsigned(1 << reciprocalShift))),
            divisor: mux(isShare, lanes.extended(to: tileBits), mux(isChunk, splits.extended(to: tileBits), state.chunk.q))))
        c.drive(divider.result.ready, true)
        let result = divider.result.payload
        c.when(divider.result.valid) {
            c.when(isChunk) {
                state.chunk.next(result.quotient.truncated(to: tileBits))
                state.phase.go(.reciprocal)
            }
            c.when(isReciprocal) {
                // Rounded up, beyond what is exact: then the quotient is right for all that are multiplied by it.
                state.quota.next(result.quotient &+ 1)
                state.tileSum.next(0)
                state.phase.go(.rescan)
            }
            c.when(isShare) {
                state.quota.next(result.quotient)
                state.largerLanes.next(result.remainder.truncated(to: bitsToIndex(self.lanes)))
                state.phase.go(.walk)
            }
        }
    }

    /// Under a fixed split: chunks of each sequence, a sequence a cycle, and their sums in place of those of tiles.
    private func rescan(_ c: Circuit, _ state: State, _ port: RescanPort, _ words: SearchWords) -> Counted {
        let index = c.register("rescan_index", .unsigned(OutputID.sequenceBits), reset: 0)
        let isReading = c.register("rescan_reading", .bit, reset: 0)
        let isLast = c.named("is_last_rescanned", index.q == state.settings.sequences)
        c.drive(port.enable, isReading.q)
        c.drive(port.address, index.q)
        c.when(state.phase.is(.reciprocal) & state.divider.result.valid) { isReading.set() }
        c.when(isReading.q) {
            index.next(mux(isLast, 0, index.q &+ 1))
            c.when(isLast) { isReading.clear() }
        }
        // A count, rounded up to whole chunks, times the reciprocal.
        let read = c.stage("rescan_read_1", isReading.q, reset: 0)
        let rounded = c.stage("rescan_rounded", (words.count + (state.chunk.q &- 1)).truncated(to: tileBits))
        let multiplied = c.delayed("rescan_multiplied", read, by: 2, enable: nil, reset: 0)
        let product = c.stage("rescan_product", rounded * state.quota.q.truncated(to: reciprocalShift + 1))
        let chunks = (product >> reciprocalShift).truncated(to: OutputID.sequenceBits)
        let written = c.delayed("rescan_index", index.q, by: 3, enable: nil)
        let last = c.delayed("rescan_last", isReading.q & isLast, by: 3, enable: nil, reset: 0)
        c.when(multiplied) {
            state.tileSum.next(state.tileSum.q &+ chunks.extended(to: tileSumBits))
        }
        c.when(last) { state.phase.go(.sum) }
        return Counted(valid: multiplied, sequence: written)
    }
}
