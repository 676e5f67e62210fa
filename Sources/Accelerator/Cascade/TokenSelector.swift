import Blocks
import Configuration
import FixedPoint
import RTL

/// Chooses the tokens that stay and gives them as an ascending list (Docs/pruning.md 7, 8).
///
/// A scan of the bank goes through the top-k engine, a word of ranks a cycle, or in 34 cycles where importances are divided. The candidates of the next
/// selection are kept here, a bit a token.
///
/// From the command to the first entry of the list of 1,024 tokens: 278 cycles with words of 16, 64 of them the scan and nearly all
/// others the engine's, or 2,326 where importances are divided; then an entry a cycle.
package struct TokenSelector: Module {
    package let configuration: SpAttenConfiguration

    package init(_ configuration: SpAttenConfiguration) { self.configuration = configuration }

    package struct Ports {
        let command: Stream<TokenSelection>
        /// The tokens of the context, a word a beat.
        let scan: Stream<TokenWord>
        let list: Stream<KeptListEntry>
    }

    package var suffix: String { configuration.importanceSuffix }

    package func ports(_ io: Interface) -> Ports {
        Ports(command: io.sink(TokenSelection.shape(configuration)), scan: io.sink(TokenWord.shape(configuration)),
              list: io.source(KeptListEntry.shape(configuration.lane)))
    }

    /// The engine that ranks.
    package static func engine(_ configuration: SpAttenConfiguration) -> TopKConfiguration {
        do {
            return try TopKConfiguration(
                .radix, parallelism: configuration.importanceLanes, capacity: configuration.maximumRowKeys,
                keyBits: tokenImportanceBits + 1, passKeys: 4 * configuration.importanceLanes)
        } catch {
            preconditionFailure("\(error)")
        }
    }

    private var laneBits: Int { configuration.tokenLaneBits }

    package func body(_ c: Circuit, _ io: Ports) {
        let engine = c.instance("engine", TopKEngine(Self.engine(configuration)))
        let active = c.register("active", .bit, reset: 0)
        let idle = !active.q
        let begins = c.named("begins", io.command.valid & idle & engine.command.ready)
        c.drive(io.command.ready, idle & engine.command.ready)
        c.drive(engine.command.valid, io.command.valid & idle)
        c.drive(engine.command.payload, io.command.payload.keep)
        c.drive(engine.selection.ready, true)
        c.discard(engine.selection.payload)
        let asked = io.command.payload
        func held(_ name: String, _ value: Unsigned) -> Unsigned { c.stage(name, value, enable: begins) }
        let command = TokenSelection(
            context: held("tokens", asked.context), keep: held("keep", asked.keep),
            fresh: c.stage("all_are_candidates", asked.fresh, enable: begins), sink: held("sink", asked.sink),
            recent: held("recent", asked.recent), divides: c.stage("divides", asked.divides, enable: begins),
            rows: held("rows", asked.rows))

        let scanned = Scanned(c, io.scan, asked, command, configuration, begins: begins, active: active.q, to: engine.keys)
        let marks = serialise(c, io, engine.kept, command)
        c.when(begins) { active.set() }.elsewhen(marks.ends) { active.clear() }

        // A word of candidates is cleared once it is read; those that stay are set again.
        c.when(scanned.clears | marks.writes) {
            scanned.candidates.write(
                mux(scanned.clears, scanned.word, marks.word), mux(scanned.clears, 0, marks.bits))
        }
    }

    /// Tokens that stay, as they are written among the candidates.
    private struct Marks {
        let writes, ends: Bit
        let word, bits: Unsigned
    }

    /// One token a cycle to the list, and into the word of candidates that it belongs to.
    private func serialise(_ c: Circuit, _ io: Ports, _ kept: Stream<TopKKept>, _ command: TokenSelection) -> Marks {
        let skid = OutputSkid(c, "list_skid", to: io.list)
        let beat = kept.payload
        let lane = c.register("kept_lane", .unsigned(laneBits), reset: 0)
        let sent = c.register("sent", .unsigned(configuration.rowKeyBits), reset: 0)
        let occupied = c.named("lane_occupied", select(lane.q, beat.occupied.elements))
        let following = c.named("lane_follows", select(lane.q, Array(beat.occupied.elements.dropFirst()) + [false]))
        let token = c.named("kept_token", select(lane.q, beat.indices.elements))
        let sends = c.named("sends", kept.valid & occupied & skid.ready)
        let leaves = c.named("beat_leaves", kept.valid & (!occupied | skid.ready) & !following)
        c.drive(kept.ready, (!occupied | skid.ready) & !following)
        c.discard(beat.keys)
        let count = c.named("count", sent.q &+ 1)
        skid.send(KeptListEntry(
            token: token.extended(to: bitsToIndex(configuration.lane.maximumContext)), last: count == command.keep),
            when: kept.valid & occupied)
        let flushes = c.stage("flushes", leaves & beat.last, reset: 0)
        c.when(sends) {
            lane.next(lane.q &+ 1)
            sent.next(count)
        }
        c.when(leaves) { lane.next(0) }
        c.when(flushes) { sent.next(0) }

        let marked = c.register("marked", .bit, reset: 0)
        let word = c.register("marked_word", .unsigned(configuration.tokenWordBits))
        let bits = c.register("marked_bits", .unsigned(configuration.importanceLanes))
        let mine = c.named("same_word", marked.q & (word.q == token >> laneBits))
        let bit = c.constant(1, .unsigned(configuration.importanceLanes)).shiftedLeft(by: token.truncated(to: laneBits))
        c.when(sends) {
            marked.set()
            word.next(token >> laneBits)
            bits.next(bit | mux(mine, bits.q, 0))
        }.elsewhen(flushes) {
            marked.clear()
        }
        return Marks(writes: marked.q & ((sends & !mine) | flushes), ends: flushes, word: word.q, bits: bits.q)
    }
}

/// The bank's words as ranks, on their way into the engine.
private struct Scanned {
    let candidates: Memory
    /// A word of candidates has been read and may be cleared, and which.
    let clears: Bit
    let word: Unsigned

    init(
        _ c: Circuit, _ scan: Stream<TokenWord>, _ asked: TokenSelection, _ command: TokenSelection, _ configuration: SpAttenConfiguration,
        begins: Bit, active: Bit, to keys: Stream<TopKKeys>
    ) {
        let bits = configuration.tokenWordBits
        let candidates = c.memory("candidates", depth: configuration.tokenWords, width: configuration.importanceLanes, collision: .undefined)
        let next = c.register("next_word", .unsigned(bits + 1))
        let valid = c.register("word_valid", .bit, reset: 0)
        let steps = c.register("steps", .unsigned(bitsToCount(tokenImportanceBits + 1)), reset: 0)
        let words = c.stage("words", configuration.words(of: asked.context), enable: begins)
        let leaves = c.named("word_leaves", valid.q & (steps.q == 0) & keys.ready)
        let room = c.named("room", active & (next.q < words) & (!valid.q | leaves))
        let take = c.named("take", scan.valid & room)
        c.drive(scan.ready, room)
        c.when(begins) { next.next(0) }.elsewhen(take) { next.next(next.q &+ 1) }
        c.when(take) { valid.set() }.elsewhen(leaves) { valid.clear() }
        c.when(take) {
            steps.next(mux(command.divides, Unsigned(tokenImportanceBits + 1), 0))
        }.elsewhen(steps.q != 0) {
            steps.next(steps.q &- 1)
        }
        let flags = candidates.read("candidate_word", next.q.truncated(to: bits), enable: take)
        let word = c.stage("word", next.q.truncated(to: bits), enable: take)

        // In the first step a divisor becomes at least 1, in the others a bit of the quotient is found.
        let isFirstStep = c.named("is_first_step", steps.q == Unsigned(tokenImportanceBits + 1))
        let divides = c.named("finds_bit", (steps.q != 0) & !isFirstStep)
        var ranks: [Unsigned] = [], occupied: [Bit] = []
        for lane in 0..<configuration.importanceLanes {
            let divisor = c.register("divisor_\(lane)", .unsigned(rowCountBits))
            c.when(take) {
                divisor.next(command.rows &- scan.payload.born[lane])
            }.elsewhen(isFirstStep & !divisor.q.isNonzero) {
                divisor.next(1)
            }
            let value = Self.divided(c, lane, scan.payload.importance[lane], by: divisor.q, start: take, step: divides)
            let token = configuration.token(c, next.q.truncated(to: bits), lane)
            let isThere = c.stage("is_there_\(lane)", token < command.context, enable: take)
            let isProtected = c.stage("is_protected_\(lane)", (token < command.sink) | (token >= command.recent), enable: take)
            let stays = isThere & (command.fresh | flags[lane])
            ranks.append(mux(stays, concatenate(isProtected, value[1..<tokenImportanceBits], c.constant(1, .unsigned(1))), 0))
            occupied.append(isThere)
        }
        c.send(TopKKeys(keys: Vector(ranks), occupied: Vector(occupied), last: next.q == words),
               when: valid.q & (steps.q == 0), to: keys)
        self.candidates = candidates
        clears = c.stage("clears", take, reset: 0)
        self.word = word
    }

    /// A number, and after 31 steps floor(number / divisor): a bit of the quotient a step.
    private static func divided(
        _ c: Circuit, _ lane: Int, _ number: Unsigned, by divisor: Unsigned, start: Bit, step: Bit
    ) -> Unsigned {
        let bits = tokenImportanceBits
        let value = c.register("value_\(lane)", .unsigned(bits))
        let remainder = c.register("remainder_\(lane)", .unsigned(bits))
        let grown = c.named("remainder_grown_\(lane)", concatenate(remainder.q, value.q[bits - 1]))
        let difference = c.named("difference_\(lane)", grown - divisor)
        let fits = c.named("fits_\(lane)", !difference.isNegative)
        c.when(start) {
            value.next(number)
            remainder.next(0)
        }.elsewhen(step) {
            value.next(concatenate(value.q.truncated(to: bits - 1), fits))
            remainder.next(mux(fits, difference.asUnsigned.truncated(to: bits), grown.truncated(to: bits)))
        }
        return value.q
    }
}
