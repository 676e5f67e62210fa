import Blocks
import Configuration
import RTL

/// Finds the k-th largest of up to `capacity` keys as SpAtten does (Alg. 3; Docs/pruning.md, Top-k): parts them around a
/// pivot drawn at random, `parallelism` keys a cycle, and goes on with the part in which the k-th must lie.
///
/// The keys arrive in the lower buffer. A pass reads one buffer; what is below the pivot goes through a zero eliminator back
/// into the lower buffer, what is above it into the upper one, each from its first row on: a row is written after it was
/// read, as no more comes back than was read. A pass takes a cycle for each row and `passOverhead` more; how many there are
/// depends on the pivots, about 2 ln n at random.
///
/// The next set comes in once the selection is taken.
package struct QuickSelect: Module {
    package let topK: TopKConfiguration

    package init(_ topK: TopKConfiguration) { self.topK = topK }

    package var suffix: String { topK.suffix + (topK.pivotSeed == 1 ? "" : "_s\(topK.pivotSeed)") }

    private static let layersPerStage = 2
    private var eliminator: ZeroEliminator {
        ZeroEliminator(count: topK.parallelism, bits: topK.keyBits, layersPerStage: Self.layersPerStage)
    }
    /// From the comparison to the packed beat.
    private var packingLatency: Int { topK.parallelism == 1 ? 1 : eliminator.latency }

    /// From the last read of a pass to the first of the next, less one.
    package var passOverhead: Int { 2 + packingLatency }

    package func ports(_ io: Interface) -> SelectionPorts { SelectionPorts(io, topK) }

    /// One of the two buffers.
    private struct Side {
        let memory: Memory
        /// Row that is written next.
        let row: Register<Unsigned>
        /// A key of what was written since the row was 0.
        let sample: Register<Unsigned>

        init(_ c: Circuit, _ name: String, _ topK: TopKConfiguration) {
            memory = c.memory(name, depth: topK.beats, width: topK.parallelism * topK.keyBits, collision: .undefined)
            row = c.register("\(name)_row", .unsigned(topK.beatBits), reset: 0)
            sample = c.register("\(name)_sample", .unsigned(topK.keyBits))
        }
    }

    package func body(_ c: Circuit, _ io: SelectionPorts) {
        let busy = c.register("busy", .bit, reset: 0)
        let intake = SelectionIntake(c, io, topK, busy: busy.q, overlaps: false)
        let random = pivotBits(c)
        let lower = Side(c, "lower", topK), upper = Side(c, "upper", topK)
        let starts = c.register("starts", .bit, reset: 0)
        let isUpper = c.register("reads_upper", .bit)
        let members = c.register("members", .unsigned(topK.countBits))
        let pivot = c.register("pivot", .unsigned(topK.keyBits))
        c.when(starts.q) { pivot.next(mux(isUpper.q, upper.sample.q, lower.sample.q)) }

        // A pass: read, compare, count and pack.
        let rowBits = topK.beatBits
        let reads = c.register("reads", .bit, reset: 0)
        let row = c.register("row", .unsigned(rowBits), reset: 0)
        let lastMember = c.named("last_member", (members.q &- 1).truncated(to: topK.indexBits))
        let isLastRow = c.named("is_last_row", row.q == topK.beat(of: lastMember).resized(to: rowBits))
        let passEnds = c.named("pass_ends", reads.q & isLastRow)
        c.when(reads.q) { row.next(row.q &+ 1) }.otherwise { row.next(0) }
        let lowerWord = lower.memory.read("lower_word", row.q, enable: reads.q)
        let upperWord = upper.memory.read("upper_word", row.q, enable: reads.q)
        let wordRead = c.stage("word_read", reads.q, reset: 0), wordLast = c.stage("word_last", passEnds, reset: 0)
        let word = c.named("word", mux(isUpper.q, upperWord, lowerWord))
        let keys = (0..<topK.parallelism).map { word[$0 * topK.keyBits..<($0 + 1) * topK.keyBits] }
        let compared = c.stage("compared", wordRead, reset: 0), comparedLast = c.stage("compared_last", wordLast, reset: 0)
        let held = keys.indices.map { lane -> Bit in
            lane == 0 ? wordRead : wordRead & (!wordLast | (lastMember[0..<topK.laneBits] >= Unsigned(lane)))
        }
        let less = keys.indices.map { c.named("less_\($0)", keys[$0] < pivot.q) }
        let same = keys.indices.map { c.named("same_\($0)", keys[$0] == pivot.q) }
        let below = keys.indices.map { c.stage("below_\($0)", held[$0] & less[$0]) }
        let above = keys.indices.map { c.stage("above_\($0)", held[$0] & !less[$0] & !same[$0]) }
        let level = keys.indices.map { c.stage("level_\($0)", held[$0] & same[$0]) }
        let comparedKeys = keys.indices.map { c.stage("compared_key_\($0)", keys[$0]) }
        func total(_ name: String, _ flags: [Bit]) -> Unsigned {
            let count = c.register(name, .unsigned(topK.countBits))
            let sum = (count.q + flags.populationCount()).truncated(to: topK.countBits)
            c.when(starts.q) { count.next(0) }.elsewhen(compared) { count.next(sum) }
            return count.q
        }
        let belowCount = total("below_count", below), aboveCount = total("above_count", above)
        let levelCount = total("level_count", level)

        for (name, side, flags, count) in [("lower", lower, below, belowCount), ("upper", upper, above, aboveCount)] {
            let beats = packed(c, name, comparedKeys, flags, count, compared, comparedLast)
            let arrival = name == "lower" ? intake.take : false
            let packedBeat = concatenate(beats.elements.reversed())
            let beat = name == "lower" ? mux(arrival, io.keys.payload.keys.packed, packedBeat) : packedBeat
            let occupied = beats.occupied.indices.map { lane in
                name == "lower" ? mux(arrival, io.keys.payload.occupied[lane], beats.occupied[lane]) : beats.occupied[lane]
            }
            let writes = c.named("\(name)_writes", beats.valid | arrival)
            c.when(writes) {
                side.memory.write(side.row.q, beat)
                side.row.next(side.row.q &+ 1)
            }
            // The beat that a pass leaves over may still be written when the next one starts.
            c.when(starts.q | intake.handover | io.selection.fires) { side.row.next(0) }
            sample(c, name, side, beat, occupied, writes & !beats.isFlushing, random)
        }

        // What is decided: done, or which part is next.
        let wanted = c.register("still_wanted", .unsigned(topK.countBits))
        let decide = c.delayed("pass_ended", passEnds, by: packingLatency + 2, enable: true, reset: 0)
        let reached = c.named("reached", aboveCount + levelCount)
        let isAbove = c.named("is_above", aboveCount >= wanted.q), isLevel = c.named("is_level", reached >= wanted.q)
        let isDone = c.register("is_done", .bit, reset: 0)
        func start() {
            starts.set()
            reads.set()
        }
        starts.clear()
        c.when(passEnds) { reads.clear() }
        c.when(intake.handover) {
            busy.set()
            isUpper.clear()
            members.next(intake.count)
            wanted.next(intake.wanted)
            c.when(intake.wanted.isNonzero) { start() }.otherwise {
                isDone.set()
                pivot.next(Unsigned((1 << topK.keyBits) - 1))
            }
        }.elsewhen(decide) {
            c.when(isAbove) {
                isUpper.set()
                members.next(aboveCount)
                start()
            }.elsewhen(isLevel) {
                wanted.next(wanted.q &- aboveCount)
                isDone.set()
            }.otherwise {
                isUpper.clear()
                members.next(belowCount)
                wanted.next(wanted.q &- reached.truncated(to: topK.countBits))
                start()
            }
        }.elsewhen(io.selection.fires) {
            busy.clear()
            isDone.clear()
        }
        c.send(TopKSelection(value: pivot.q, equals: wanted.q), when: isDone.q, to: io.selection)
    }

    /// The keys under `flags` in full beats.
    private func packed(
        _ c: Circuit, _ name: String, _ keys: [Unsigned], _ flags: [Bit], _ count: Unsigned, _ valid: Bit, _ last: Bit
    ) -> PackedBeats {
        var elements = keys, occupied = flags
        if topK.parallelism == 1 {
            elements = [c.stage("\(name)_key", keys[0])]
            occupied = [c.stage("\(name)_occupied", flags[0])]
        } else {
            let unit = c.instance("\(name)_eliminator", eliminator)
            c.drive(unit.advance, true)
            c.drive(unit.start, count[0..<topK.laneBits])
            c.drive(unit.elements, keys)
            c.drive(unit.occupied, flags)
            (elements, occupied) = (unit.compacted.elements, unit.compactedOccupied.elements)
        }
        return c.packedBeats(
            name, elements, occupied: occupied,
            valid: c.delayed("\(name)_valid", valid, by: packingLatency, enable: true, reset: 0),
            last: c.delayed("\(name)_last", last, by: packingLatency, enable: true, reset: 0), advance: true)
    }

    /// Draws a key of what is written: a random one of its first beat, replaced by one of a later beat i with probability
    /// 1/i, rounded down to a power of two.
    private func sample(
        _ c: Circuit, _ name: String, _ side: Side, _ beat: Unsigned, _ occupied: [Bit], _ writes: Bit, _ random: Unsigned
    ) {
        let keyBits = topK.keyBits, row = side.row.q
        let keys = (0..<topK.parallelism).map { beat[$0 * keyBits..<($0 + 1) * keyBits] }
        var key = keys[0]
        if topK.parallelism > 1 {
            let lane = random[0..<topK.laneBits]
            let isThere = c.named("\(name)_drawn_is_there", select(lane, occupied))
            key = mux(isThere, select(lane, keys), keys[0])
        }
        // All bits of the row number from its highest set one down must be clear in the random number.
        let mask = (0..<row.width).map { bit in concatenate(row[bit..<row.width]).isNonzero }
        let refused = mask.indices.map { mask[$0] & random[8 + $0] }
        c.when(writes & !refused.anySet) { side.sample.next(key) }
    }

    /// A new number of 32 bits every cycle, from a shift register with linear feedback.
    private func pivotBits(_ c: Circuit) -> Unsigned {
        let state = c.register("random", .unsigned(32), reset: Int(topK.pivotSeed))
        let shifted = state.q >> 1
        let taps = c.constant(0x8020_0003, .unsigned(32))
        state.next(mux(state.q[0], shifted.extended(to: 32) ^ taps, shifted.extended(to: 32)))
        return state.q
    }
}
