import Blocks
import Configuration
import RTL

/// The k largest of n keys by ascending index, ties to the lower index (Docs/pruning.md, Top-k): a selection core, and a
/// filter over a second copy of the keys.
///
/// k, keys, the selection and what is kept are streams; a set's k may come ahead of its keys or after them. From the
/// selection to the first beat that is kept `filterLatency` cycles, then a beat of keys a cycle. With two buffers the keys
/// of the next set come in while the filter runs; with one, after it.
package struct TopKEngine: Module {
    package let topK: TopKConfiguration

    package init(_ topK: TopKConfiguration) { self.topK = topK }

    package struct Ports {
        package let command: Stream<Unsigned>
        package let keys: Stream<TopKKeys>
        package let selection: Stream<TopKSelection>
        package let kept: Stream<TopKKept>
    }

    package var baseName: String { topK.algorithm == .radix ? "RadixSelectTopK" : "QuickSelectTopK" }
    package var suffix: String { topK.suffix + (topK.algorithm == .radix || topK.pivotSeed == 1 ? "" : "_s\(topK.pivotSeed)") }

    package func ports(_ io: Interface) -> Ports {
        Ports(command: io.sink(.unsigned(topK.countBits)), keys: io.sink(TopKKeys.shape(topK)),
              selection: io.source(TopKSelection.shape(topK)), kept: io.source(TopKKept.shape(topK)))
    }

    /// The key and its place in the beat go through the layers; the number of the beat does not have to.
    private var eliminator: ZeroEliminator {
        ZeroEliminator(count: topK.parallelism, bits: topK.keyBits + topK.laneBits, layersPerStage: 2)
    }
    private var packingLatency: Int { topK.parallelism == 1 ? 1 : eliminator.latency }

    /// From the selection to the first beat of keys behind the zero eliminator.
    package var filterLatency: Int { 3 + packingLatency }

    package func body(_ c: Circuit, _ io: Ports) {
        let core = topK.algorithm == .radix
            ? c.instance("core", RadixSelect(topK)) : c.instance("core", QuickSelect(topK))
        c.connect(io.command, to: core.command)

        // Sets whose keys are all here and that the filter has not read to the end.
        let waiting = c.register("waiting_sets", .unsigned(2), reset: 0)
        let room = c.named("room", waiting.q != Unsigned(topK.buffers))
        let take = c.named("take", io.keys.fires)
        c.drive(core.keys.valid, io.keys.valid & room)
        c.drive(core.keys.payload, io.keys.payload)
        c.drive(io.keys.ready, core.keys.ready & room)
        let setArrives = c.named("set_arrives", take & io.keys.payload.last), setLeaves = c.wire("set_leaves", .bit)
        c.when(setArrives & !setLeaves) {
            waiting.next(waiting.q &+ 1)
        }.elsewhen(setLeaves & !setArrives) {
            waiting.next(waiting.q &- 1)
        }

        filter(c, io, core.selection, take, setLeaves: setLeaves)
    }

    private func filter(_ c: Circuit, _ io: Ports, _ selection: Stream<TopKSelection>, _ take: Bit, setLeaves: Bit) {
        let lanes = topK.parallelism, keyBits = topK.keyBits
        let selectionSkid = OutputSkid(c, "selection_skid", to: io.selection)
        // The filter stands still as a whole while a beat of its last stage is not taken. That follows `kept_ready` within the
        // cycle, but no `ready` of the engine does: a skid buffer would cost more than a layer of the zero eliminator.
        let isFlushing = c.wire("is_flushing", .bit)
        let moves = c.named("moves", io.kept.ready | !io.kept.valid)
        let advance = c.named("advance", moves & !isFlushing)

        // A selection starts the filter, and goes out.
        let busy = c.register("busy", .bit, reset: 0)
        let offered = c.named("selection_offered", selection.valid & !busy.q & advance)
        let starts = c.named("starts", offered & selectionSkid.ready)
        c.drive(selection.ready, !busy.q & advance & selectionSkid.ready)
        selectionSkid.send(selection.payload, when: offered)
        let value = c.stage("value", selection.payload.value, enable: starts)

        // Read.
        let memory = c.memory(
            "keys_of_sets", depth: topK.buffers * topK.beats, width: lanes * keyBits + lanes + 1, collision: .undefined)
        let arriving = c.register("arriving_beat", .unsigned(topK.beatBits), reset: 0)
        let keys = io.keys.payload
        c.when(take) {
            memory.write(address(c, "arriving", arriving.q, turns: take & keys.last),
                         concatenate(keys.last, keys.occupied, keys.keys))
            arriving.next(mux(keys.last, 0, arriving.q &+ 1))
        }
        let reading = c.register("reading_beat", .unsigned(topK.beatBits), reset: 0)
        let wordRead = c.register("word_read", .bit, reset: 0)
        let wordLast = c.wire("word_last", .bit)
        let ends = c.named("ends", wordRead.q & wordLast)
        let reads = c.named("reads", starts | busy.q & !ends)
        let word = memory.read("word", address(c, "reading", reading.q, turns: ends & advance), enable: reads & advance)
        c.drive(wordLast, word[word.width - 1])
        let wordBeat = c.stage("word_beat", reading.q, enable: advance)
        c.when(advance) {
            wordRead.next(reads)
            reading.next(mux(ends, 0, mux(reads, reading.q &+ 1, reading.q)))
        }
        c.when(starts) { busy.set() }.elsewhen(ends & advance) { busy.clear() }
        c.drive(setLeaves, ends & advance)

        // Compare.
        let valid1 = wordRead.q
        let own = (0..<lanes).map { word[$0 * keyBits..<($0 + 1) * keyBits] }
        let occupied = (0..<lanes).map { word[lanes * keyBits + $0] }
        let above = (0..<lanes).map {
            c.stage("above_\($0)", occupied[$0] & (own[$0] > value), enable: advance)
        }
        let equal = (0..<lanes).map {
            c.stage("equal_\($0)", occupied[$0] & (own[$0] == value), enable: advance)
        }
        let compared = (0..<lanes).map { c.stage("compared_\($0)", own[$0], enable: advance) }
        let valid2 = c.stage("compared_valid", valid1, enable: advance, reset: 0)

        // Of those equal to the value, the first ones.
        let left = c.register("equals_left", .unsigned(topK.countBits))
        let ranks = equal.prefixCounts()
        let near = c.named("equals_left_in_beat", mux(left.q < Unsigned(lanes), left.q, Unsigned(lanes))
            .truncated(to: bitsToCount(lanes)))
        let keep = (0..<lanes).map {
            c.stage("keep_\($0)", valid2 & (above[$0] | equal[$0] & (ranks[$0] <= near)), enable: advance)
        }
        let used = c.named("equals_used", mux(ranks[lanes - 1] <= near, ranks[lanes - 1], near))
        c.when(starts) {
            left.next(selection.payload.equals)
        }.elsewhen(advance & valid2) {
            left.next(left.q &- used.resized(to: topK.countBits))
        }

        pack(c, compared.enumerated().map { c.stage("kept_key_\($0)", $1, enable: advance) }, keep,
             valid: c.stage("keep_valid", valid2, enable: advance, reset: 0),
             last: c.delayed("keep_last", ends, by: 2, enable: advance, reset: 0),
             beat: c.delayed("keep_beat", wordBeat, by: 2, enable: advance),
             advance: advance, moves: moves, isFlushing: isFlushing, to: io.kept)
    }

    /// A beat number in the memory: with two buffers, in the half that `turns` leaves.
    private func address(_ c: Circuit, _ name: String, _ beat: Unsigned, turns: Bit) -> Unsigned {
        guard topK.buffers == 2 else { return beat }
        let half = c.register("\(name)_half", .bit, reset: 0)
        c.when(turns) { half.next(!half.q) }
        return concatenate(half.q, beat)
    }

    private func pack(
        _ c: Circuit, _ keys: [Unsigned], _ keep: [Bit], valid: Bit, last: Bit, beat: Unsigned, advance: Bit,
        moves: Bit, isFlushing: Bit, to kept: Stream<TopKKept>
    ) {
        let lanes = topK.parallelism, keyBits = topK.keyBits, laneBits = topK.laneBits
        let latency = packingLatency
        let beatOut = c.delayed("packed_beat", beat, by: latency, enable: advance)
        var elements: [Unsigned] = [], occupied: [Bit] = []
        if lanes == 1 {
            elements = [concatenate(beatOut, c.stage("packed_key", keys[0], enable: advance))]
            occupied = [c.stage("packed_occupied", keep[0], enable: advance)]
        } else {
            let unit = c.instance("eliminator", eliminator)
            let filled = c.register("filled", .unsigned(laneBits), reset: 0)
            c.when(advance & valid) {
                filled.next(mux(last, 0, (filled.q &+ keep.populationCount().truncated(to: laneBits))))
            }
            c.drive(unit.advance, advance)
            c.drive(unit.start, filled.q)
            c.drive(unit.elements, keys.enumerated().map { concatenate(c.constant($0, .unsigned(laneBits)), $1) })
            c.drive(unit.occupied, keep)
            elements = unit.compacted.elements.map { concatenate(beatOut, $0) }
            occupied = unit.compactedOccupied.elements
        }
        let beats = c.packedBeats(
            "packed", elements, occupied: occupied,
            valid: c.delayed("packed_valid", valid, by: latency, enable: advance, reset: 0),
            last: c.delayed("packed_last", last, by: latency, enable: advance, reset: 0), advance: moves)
        c.drive(isFlushing, beats.isFlushing)
        c.send(TopKKept(
            keys: Vector(beats.elements.map { $0[0..<keyBits] }),
            indices: Vector(beats.elements.map { $0[keyBits..<keyBits + topK.indexBits] }),
            occupied: Vector(beats.occupied), last: beats.last), when: beats.valid, to: kept)
    }
}
