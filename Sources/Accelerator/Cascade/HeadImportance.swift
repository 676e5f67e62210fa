import Blocks
import Configuration
import FixedPoint
import RTL

/// How much every head of a layer puts out, and which heads stay (Docs/pruning.md 9).
///
/// Takes an output element a cycle; a row's sum is in the bank 3 cycles behind its last element. Commands begin between two
/// rows. Ranking compares one head with a word of others a cycle: `h * (ceil(h / lanes) + 3) + 1` cycles for h heads, at least one.
package struct HeadImportance: Module {
    package let lane: LaneConfiguration
    /// A multiple of `lanes`.
    package let heads: Int
    /// Heads of a word.
    package let lanes: Int

    package init(lane: LaneConfiguration, heads: Int, lanes: Int = 16) {
        precondition(heads > 0 && heads % lanes == 0, "heads come in words of \(lanes)")
        self.lane = lane
        self.heads = heads
        self.lanes = lanes
    }

    package struct Ports {
        /// One a row.
        let row: Stream<HeadRow>
        let output: Stream<OutputBeat>
        /// A row has left: it is in the bank.
        let rowDone: Bit
        let command: Stream<HeadCommand>
        let load: Stream<Vector<Unsigned>>
        let saved: Stream<Vector<Unsigned>>
        /// The heads that stay, head 0 lowest: the answer to `rank`.
        let kept: Stream<Vector<Bit>>
    }

    package var suffix: String { "d\(lane.headSize)_h\(heads)" + lanesSuffix(lanes) }

    var wordShape: Shape<Vector<Unsigned>> { .vector(lanes, unsigned: headImportanceBits) }

    package func ports(_ io: Interface) -> Ports {
        Ports(row: io.sink(HeadRow.shape(heads: heads)), output: io.sink(OutputBeat.shape), rowDone: io.output(.bit),
              command: io.sink(HeadCommand.shape(heads: heads)), load: io.sink(wordShape),
              saved: io.source(wordShape), kept: io.source(.bits(heads)))
    }

    private var words: Int { heads / lanes }
    private var wordBits: Int { bitsToIndex(words) }
    private var headBits: Int { bitsToIndex(heads) }
    private var laneBits: Int { bitsToIndex(lanes) }

    /// The word that holds a head's number.
    private func word(of head: Unsigned) -> Unsigned { words == 1 ? 0 : head >> laneBits }

    package func body(_ c: Circuit, _ io: Ports) {
        let numbers = c.memory("numbers", depth: words, width: wordShape.width, collision: .undefined)
        let sweep = Sweep(c, io, self)
        let adder = add(c, io, sweep)
        c.drive(sweep.mayBegin, adder.fresh & !adder.busy)

        let address = c.named("read_address", mux(adder.reads, adder.word, sweep.readWord))
        let read = numbers.read("word", address.resized(to: wordBits), enable: adder.reads | sweep.reads)
        let word = wordShape.unpack(read)

        // The number of the row's head grows.
        let chosen = c.stage("chosen", select(adder.lane, word.elements))
        let sum = c.named("sum", chosen + adder.added)
        let limited = c.named("limited_sum", mux(sum[headImportanceBits], Unsigned((1 << headImportanceBits) - 1),
                                                 sum.truncated(to: headImportanceBits)))
        let grown = word.indices.map { mux(adder.lane == Unsigned($0), limited, word[$0]) }
        let swept = mux(sweep.isLoad, io.load.payload.packed, 0)
        c.when(adder.writes | sweep.writes) {
            numbers.write(mux(adder.writes, adder.word, sweep.index.resized(to: wordBits)),
                          mux(adder.writes, Vector(grown).packed, swept))
        }
        c.drive(io.rowDone, adder.writes)

        let skid = OutputSkid(c, "saved_skid", to: io.saved)
        skid.send(word, when: sweep.sends)
        c.drive(sweep.savedReady, skid.ready)
        sweep.rank(c, io, self, word)
    }

    /// A row's sum on its way into the bank.
    private struct Adder {
        /// Between two rows; a sum is on its way.
        let fresh, busy: Bit
        /// The word is read, and two cycles later written.
        let reads, writes: Bit
        let word, lane: Unsigned
        let added: Unsigned
    }

    private func add(_ c: Circuit, _ io: Ports, _ sweep: Sweep) -> Adder {
        let fresh = c.register("fresh", .bit, reset: 1)
        let ready = c.named("ready", io.row.valid & !sweep.active & !(fresh.q & io.command.valid))
        let take = c.named("take", io.output.valid & ready)
        let beat = io.output.payload
        let ends = c.named("row_ends", take & beat.last)
        c.drive(io.output.ready, ready)
        c.drive(io.row.ready, ends)
        let bits = NumericFormats.outputBits + ceilLog2(lane.headSize)
        let magnitude = mux(beat.element.isNegative, -beat.element, beat.element.extended(to: NumericFormats.outputBits + 1))
            .asUnsigned.truncated(to: NumericFormats.outputBits)
        let magnitudes = c.register("magnitudes", .unsigned(bits))
        c.when(take) {
            magnitudes.next(mux(fresh.q, 0, magnitudes.q) &+ magnitude.extended(to: bits))
            fresh.next(beat.last)
        }
        let head = c.stage("head", io.row.payload.head, enable: ends)
        let scale = c.stage("scale", io.row.payload.scale, enable: ends)
        let summed = c.stage("summed", ends, reset: 0)
        let scaled = c.stage("scaled", (magnitudes.q * scale) >> 16, enable: summed)
        let isRead = c.stage("is_read", summed, reset: 0), isChosen = c.stage("is_chosen", isRead, reset: 0)
        return Adder(
            fresh: fresh.q, busy: summed | isRead | isChosen, reads: summed, writes: isChosen, word: word(of: head),
            lane: head.truncated(to: laneBits), added: scaled)
    }

    /// A command going through the bank.
    private struct Sweep {
        let mayBegin, active, savedReady: Bit
        let isLoad: Bit
        private let isRank: Bit
        /// Of `load`, `clear` and `save`: the word. Of `rank`: the step of a head.
        let index: Unsigned
        let reads, writes, sends: Bit
        let readWord: Unsigned
        private let head, step: Register<Unsigned>
        private let activity: Register<Bit>
        private let command: HeadCommand
        private let begins: Bit

        init(_ c: Circuit, _ io: Ports, _ unit: HeadImportance) {
            mayBegin = c.wire("may_begin", .bit)
            savedReady = c.wire("save_room", .bit)
            let activity = c.register("active", .bit, reset: 0)
            let active = activity.q
            let asked = io.command.payload
            let begins = c.named("begins", io.command.valid & mayBegin & !active)
            c.drive(io.command.ready, mayBegin & !active)
            command = HeadCommand(
                operation: c.stage("operation", asked.operation, enable: begins),
                heads: c.stage("heads_of_layer", asked.heads, enable: begins), keep: c.stage("keep", asked.keep, enable: begins),
                fresh: asked.fresh)
            let operation = command.operation
            func isOperation(_ wanted: HeadOperation) -> Bit { operation == Unsigned(wanted.rawValue) }
            isLoad = c.named("is_load", isOperation(.load))
            let isSave = c.named("is_save", isOperation(.save))
            isRank = c.named("is_rank", isOperation(.rank))
            let step = c.register("step", .unsigned(bitsToCount(unit.words + 2)))
            let head = c.register("ranked_head", .unsigned(unit.headBits))
            let there = c.register("word_there", .bit)
            index = step.q
            c.when(begins) {
                activity.set()
                step.next(0)
                head.next(0)
                there.clear()
            }

            writes = c.named("writes", active & ((isLoad & io.load.valid) | isOperation(.clear)))
            c.drive(io.load.ready, active & isLoad)
            sends = c.named("sends", active & isSave & there.q)
            let sent = c.named("sent", sends & savedReady)
            reads = c.named("reads", active & (isRank | (isSave & !there.q)))
            readWord = mux(isRank, mux(step.q == 0, unit.word(of: head.q), step.q &- 1), step.q)
            let sendsOn = !there.q | !savedReady
            c.when(active & isSave) { there.next(sendsOn) }
            c.when(writes | sent) {
                step.next(step.q &+ 1)
                c.when(step.q == Unsigned(unit.words - 1)) { activity.clear() }
            }
            (self.activity, self.active, self.begins) = (activity, active, begins)
            (self.step, self.head) = (step, head)
        }

        /// Steps of a head: its own word, that word and the first one's address, every word, the end.
        func rank(_ c: Circuit, _ io: Ports, _ unit: HeadImportance, _ word: Vector<Unsigned>) {
            let all = (0..<unit.heads).map { c.named("is_head_\($0)", Unsigned($0) < io.command.payload.heads) }
            let candidates = c.register("candidates", .bits(unit.heads))
            let kept = c.register("kept_heads", .unsigned(unit.heads))
            let answers = c.register("answers", .bit, reset: 0)
            c.when(begins & (io.command.payload.operation == Unsigned(HeadOperation.rank.rawValue))) {
                kept.next(0)
                c.when(command.fresh) { candidates.next(Vector(all)) }
            }

            let ranking = c.named("ranking", active & isRank & !answers.q)
            let lane = head.q.truncated(to: unit.laneBits)
            let own = c.stage("own", select(lane, word.elements), enable: ranking & (step.q == 1))
            let place = c.named("place", (step.q &- 2).resized(to: unit.wordBits))
            let beats = c.named("beats", step.q >= 2)
            let alive = stride(from: 0, to: unit.heads, by: unit.lanes).map { first in
                Vector((0..<unit.lanes).map { candidates.q[first + $0] }).packed
            }
            let others = c.named("alive_in_word", select(place, alive))
            let above = word.indices.map { other -> Bit in
                let number = unit.words == 1 ? c.constant(other, .unsigned(unit.headBits))
                    : concatenate(place, c.constant(other, .unsigned(unit.laneBits)))
                return others[other] & ((word[other] > own) | ((word[other] == own) & (number < head.q)))
            }
            let ahead = c.register("ahead", .unsigned(bitsToCount(unit.heads)))
            let lastWord = c.named("last_word", ((command.heads &- 1) >> unit.laneBits).resized(to: unit.wordBits))
            let compared = c.register("compared", .bit, reset: 0)
            let isCandidate = c.named("is_candidate", select(head.q, candidates.q.elements))
            c.when(ranking) {
                step.next(step.q &+ 1)
                compared.next(beats & (place == lastWord))
                c.when(step.q == 1) { ahead.next(0) }
                c.when(beats & !compared.q) {
                    ahead.next((ahead.q + above.populationCount()).truncated(to: ahead.q.width))
                }
                c.when(compared.q) {
                    c.when(isCandidate & (ahead.q < command.keep)) {
                        kept.next(kept.q | c.constant(1, .unsigned(unit.heads)).shiftedLeft(by: head.q))
                    }
                    step.next(0)
                    compared.clear()
                    head.next(head.q &+ 1)
                    c.when((head.q + 1).resized(to: command.heads.width) == command.heads) { answers.set() }
                }
            }
            let flags = Shape<Vector<Bit>>.bits(unit.heads).unpack(kept.q)
            c.send(flags, when: answers.q, to: io.kept)
            c.when(io.kept.fires) {
                answers.clear()
                activity.clear()
                candidates.next(flags)
            }
        }
    }
}
