import Blocks
import Configuration
import RTL

extension CascadeController {
    private var importanceLanes: Int { configuration.importanceLanes }
    private var headWords: Int { maximumHeads / importanceLanes }

    /// The sequence's state out, or another's in (`StateWord` says in which order).
    ///
    /// What comes in ends with its last beat: words that are missing are zeros, those beyond are swallowed, and either
    /// leaves no sequence.
    func keep(
        _ c: Circuit, _ io: Ports, _ sequence: SequenceState, _ phase: CascadePhase, _ heads: HeadImportance.Ports,
        _ selector: TokenSelector.Ports, _ fault: Register<Unsigned>
    ) {
        let left = c.register("words_left", .unsigned(configuration.rowKeyBits))
        let words = c.named("context_words", configuration.words(of: sequence.context.q).resized(to: left.q.width))
        save(c, io, sequence, phase, heads, selector, left, words)
        restore(c, io, sequence, phase, heads, fault, left, words)
        c.when(phase.is(.askHeads) | phase.is(.loadHeads)) { left.next(Unsigned(headWords)) }
    }

    private func save(
        _ c: Circuit, _ io: Ports, _ sequence: SequenceState, _ phase: CascadePhase, _ heads: HeadImportance.Ports,
        _ selector: TokenSelector.Ports, _ left: Register<Unsigned>, _ words: Unsigned
    ) {
        let skid = OutputSkid(c, "saved_skid", to: io.saved)
        let header = phase.is(.saveHeader), tokens = phase.is(.saveTokens), ofHeads = phase.is(.saveHeads)
        c.drive(selector.scan.valid, io.tokenScan.valid & !tokens)
        c.drive(selector.scan.payload, io.tokenScan.payload)
        c.drive(io.tokenScan.ready, mux(tokens, skid.ready, selector.scan.ready))
        c.drive(heads.saved.ready, ofHeads & skid.ready)

        let word = io.tokenScan.payload
        let headNumbers = [sequence.context.q.extended(to: headImportanceBits), sequence.rows.q]
        let numbers = (0..<importanceLanes).map { lane in
            mux(header, lane < headNumbers.count ? headNumbers[lane] : 0,
                mux(tokens, word.importance[lane].extended(to: headImportanceBits),
                    mux(sequence.isEmpty.q, 0, heads.saved.payload[lane])))
        }
        let born = (0..<importanceLanes).map { mux(tokens, word.born[$0], 0) }
        let valid = c.named("saves_word", header | (tokens & io.tokenScan.valid) | (ofHeads & heads.saved.valid))
        let isLast = c.named("last_word_left", left.q == 1)
        skid.send(StateWord(numbers: Vector(numbers), born: Vector(born), last: ofHeads & isLast), when: valid)
        c.when(valid & skid.ready) {
            left.next(left.q &- 1)
            c.when(header) {
                left.next(words)
                phase.go(.scanToSave)
                c.when(!words.isNonzero) { phase.go(.askHeads) }
            }.elsewhen(isLast) {
                phase.go(.askHeads)
                c.when(ofHeads) { phase.go(.answer) }
            }
        }
    }

    private func restore(
        _ c: Circuit, _ io: Ports, _ sequence: SequenceState, _ phase: CascadePhase, _ heads: HeadImportance.Ports,
        _ fault: Register<Unsigned>, _ left: Register<Unsigned>, _ words: Unsigned
    ) {
        let skid = OutputSkid(c, "load_skid", to: io.tokenLoad)
        let ended = c.register("state_ended", .bit), broken = c.register("state_broken", .bit)
        let header = phase.is(.restoreHeader), rest = phase.is(.restoreRest), ofHeads = phase.is(.restoreHeads)
        let tokens = c.named("restores_tokens", phase.is(.restoreTokens) & left.q.isNonzero)
        let beat = io.restored.payload
        c.drive(io.restored.ready, header | (!ended.q & (rest | (tokens & skid.ready) | (ofHeads & heads.load.ready))))
        let comes = c.named("state_comes", ended.q | io.restored.valid)
        skid.send(TokenWord(
            importance: Vector((0..<importanceLanes).map {
                mux(ended.q, 0, beat.numbers[$0].truncated(to: tokenImportanceBits))
            }),
            born: Vector((0..<importanceLanes).map { mux(ended.q, 0, beat.born[$0]) })), when: tokens & comes)
        c.send(Vector((0..<importanceLanes).map { mux(ended.q, 0, beat.numbers[$0]) }), when: ofHeads & comes, to: heads.load)

        let context = beat.numbers[0]
        let tooLong = c.named("state_too_long", context > Unsigned(configuration.maximumRowKeys))
        let taken = c.named("word_restored", comes & ((tokens & skid.ready) | (ofHeads & heads.load.ready)))
        c.when(header & io.restored.valid) {
            ended.next(beat.last)
            broken.next(tooLong | beat.last)
            sequence.context.next(context.truncated(to: configuration.rowKeyBits))
            sequence.rows.next(beat.numbers[1])
            phase.go(.loadTokens)
            c.when(tooLong) { phase.go(.restoreRest) }
        }
        c.when(phase.is(.loadTokens)) { left.next(words) }
        c.when(phase.is(.restoreTokens) & !left.q.isNonzero) { phase.go(.loadHeads) }
        c.when(taken) {
            left.next(left.q &- 1)
            ended.next(ended.q | beat.last)
            c.when(ended.q) { broken.set() }
            c.when(ofHeads & (left.q == 1)) { phase.go(.restoreRest) }
        }
        c.when(rest) {
            c.when(!ended.q) {
                c.when(io.restored.valid) {
                    ended.next(beat.last)
                    broken.set()
                }
            }.otherwise {
                phase.go(.answer)
                sequence.isEmpty.next(broken.q | (sequence.context.q == 0))
                c.when(broken.q) {
                    sequence.context.next(0)
                    sequence.rows.next(0)
                    fault.next(Unsigned(CascadeStatus.state.rawValue))
                }
            }
        }
    }
}
