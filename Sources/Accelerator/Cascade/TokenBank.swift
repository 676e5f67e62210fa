import Blocks
import Configuration
import FixedPoint
import RTL

/// What is added to one token's importance.
struct TokenAddition: Bundle {
    let token: Unsigned
    /// 0 ... 2^20.
    let probability: Unsigned
    /// The row's last.
    let rowLast: Bit

    static func shape(_ configuration: SpAttenConfiguration) -> Shape<TokenAddition> {
        Shape { TokenAddition(
            token: $0.make(.unsigned(bitsToIndex(configuration.maximumRowKeys))),
            probability: $0.make(.unsigned(NumericFormats.weightBits)), rowLast: $0.make(.bit)) }
    }
}

/// The numbers of `TokenImportance`: as many memories side by side as a word has tokens, token t in memory
/// `t % importanceLanes`.
///
/// An addition a cycle, written back at the end of the second cycle after it: those that follow it closer must be of other tokens.
/// A command sweeps one word of all memories a cycle.
package struct TokenBank: Module {
    package let configuration: SpAttenConfiguration

    package init(_ configuration: SpAttenConfiguration) { self.configuration = configuration }

    package struct Ports {
        let addition: Flow<TokenAddition>
        /// An addition is under way; `rowAdded`: a row's last one is written now.
        let adding, rowAdded: Bit
        /// More additions may come: no command begins.
        let hold: Bit
        let command: Stream<TokenCommand>
        /// No addition may come.
        let sweeping: Bit
        let load: Stream<TokenWord>
        let scan: Stream<TokenWord>
    }

    package var suffix: String { "k\(configuration.maximumRowKeys)" + lanesSuffix(configuration.importanceLanes) }

    package func ports(_ io: Interface) -> Ports {
        Ports(addition: io.input(.flow(TokenAddition.shape(configuration))), adding: io.output(.bit),
              rowAdded: io.output(.bit), hold: io.input(.bit), command: io.sink(TokenCommand.shape(configuration)),
              sweeping: io.output(.bit), load: io.sink(TokenWord.shape(configuration)), scan: io.source(TokenWord.shape(configuration)))
    }

    private var words: Int { configuration.tokenWords }
    private var laneBits: Int { configuration.tokenLaneBits }

    /// One memory's write port.
    private struct Write {
        let enable: Bit
        let address, importance: Unsigned
    }

    package func body(_ c: Circuit, _ io: Ports) {
        let memories = (0..<configuration.importanceLanes).map {
            c.memory("importance_\($0)", depth: words, width: tokenImportanceBits, collision: .undefined)
        }
        let sweep = Sweep(c, io, configuration)

        // Read for a key, or for the sweep.
        let adds = io.addition.valid, token = io.addition.payload.token
        let address = c.named("read_address", mux(adds, token >> laneBits, sweep.address))
        let reads = c.named("reads", adds | sweep.advances)
        let importance = memories.enumerated().map { $1.read("importance_word_\($0)", address, enable: reads) }

        // Add.
        let adding1 = c.stage("adding_1", adds, reset: 0), adding2 = c.stage("adding_2", adding1, reset: 0)
        let token1 = c.stage("token_1", token, enable: adds), token2 = c.stage("token_2", token1)
        let probability1 = c.stage("probability_1", io.addition.payload.probability, enable: adds)
        let rowLast1 = c.stage("row_last_1", io.addition.payload.rowLast, enable: adds)
        let chosen = c.stage("chosen", select(token1.truncated(to: laneBits), importance))
        let sum = c.named("sum", chosen + c.stage("probability_2", probability1))
        let highest = Unsigned((1 << tokenImportanceBits) - 1)
        let limited = c.named("limited_sum", mux(sum[tokenImportanceBits], highest, sum.truncated(to: tokenImportanceBits)))
        c.drive(io.adding, adding1 | adding2)
        c.drive(io.rowAdded, adding2 & c.stage("row_last_2", rowLast1))

        // Write the sum, or what the sweep makes of the word.
        let writeAddress = c.named("write_address", mux(adding2, token2 >> laneBits, sweep.wordAddress))
        for (lane, memory) in memories.enumerated() {
            let mine = adding2 & (token2.truncated(to: laneBits) == Unsigned(lane))
            let word = importance[lane]
            let swept = mux(sweep.decays, word &- (word >> 7).extended(to: tokenImportanceBits), sweep.loaded.importance[lane])
            c.when(mine | sweep.writesImportance) { memory.write(writeAddress, mux(adding2, limited, swept)) }
        }
        sweep.bornMemories(c, io, importance)
    }

    /// A command going through the words: addresses first, then the words behind them.
    private struct Sweep {
        private let configuration: SpAttenConfiguration
        /// A word is read.
        let advances: Bit
        let address: Unsigned
        /// Of the word that is there.
        let wordAddress: Unsigned
        let decays, writesImportance: Bit
        let loaded: TokenWord
        private let loads, extends, scanValid: Bit
        private let command: TokenCommand
        private let skid: OutputSkid<TokenWord>

        init(_ c: Circuit, _ io: Ports, _ configuration: SpAttenConfiguration) {
            self.configuration = configuration
            let bits = configuration.tokenWordBits
            let active = c.register("active", .bit, reset: 0)
            let next = c.register("next_word", .unsigned(bits))
            let asked = io.command.payload
            let draining = c.wire("draining", .bit)
            let mayBegin = c.named("may_begin", !active.q & !draining & !io.hold)
            let begins = c.named("begins", io.command.valid & mayBegin)
            c.drive(io.command.ready, mayBegin)
            let command = TokenCommand(
                operation: c.stage("operation", asked.operation, enable: begins), first: c.stage("first_token", asked.first, enable: begins),
                end: c.stage("end_token", asked.end, enable: begins), born: c.stage("born", asked.born, enable: begins))
            self.command = command
            let end = command.end
            func operation(_ operation: TokenOperation) -> Bit { command.operation == Unsigned(operation.rawValue) }
            let isLoad = c.named("is_load", operation(.load)), isScan = c.named("is_scan", operation(.scan))

            // The first stage: the address of a word, and what comes in for it.
            skid = OutputSkid(c, "scan_skid", to: io.scan)
            let comes = c.named("word_comes", isLoad & ((next.q << configuration.tokenLaneBits) < end))
            let waits = c.named("waits", (comes & !io.load.valid) | !skid.ready)
            let advances = c.named("advances", active.q & !waits)
            self.advances = advances
            c.drive(io.load.ready, active.q & comes & skid.ready)
            address = next.q
            let last = isScan & (next.q == configuration.word(of: end &- 1).truncated(to: bits)) | next.q.isAllOnes
            c.when(begins) {
                active.set()
                next.next(0)
            }.elsewhen(advances) {
                next.next(next.q &+ 1)
                c.when(last) { active.clear() }
            }
            c.drive(io.sweeping, active.q | draining)

            // The second: the word is there.
            let valid = c.register("word_valid", .bit, reset: 0)
            c.when(skid.ready) { valid.next(advances) }
            c.drive(draining, valid.q)
            wordAddress = c.stage("word_address", next.q, enable: advances)
            let incoming = io.load.payload
            loaded = TokenWord(
                importance: Vector(incoming.importance.indices.map {
                    c.stage("loaded_importance_\($0)", mux(comes, incoming.importance[$0], 0), enable: advances)
                }),
                born: Vector(incoming.born.indices.map {
                    c.stage("loaded_born_\($0)", mux(comes, incoming.born[$0], 0), enable: advances)
                }))
            loads = c.named("loads", valid.q & isLoad)
            extends = c.named("is_extending", valid.q & operation(.extend))
            decays = c.named("decays", valid.q & operation(.decay))
            writesImportance = c.named("writes_importance", loads | decays)
            scanValid = c.named("scans_word", valid.q & isScan)
        }

        /// When each token came, and the scan that shows it.
        func bornMemories(_ c: Circuit, _ io: Ports, _ importance: [Unsigned]) {
            let words = (0..<configuration.importanceLanes).map { lane -> Unsigned in
                let memory = c.memory("born_\(lane)", depth: configuration.tokenWords, width: rowCountBits, collision: .undefined)
                let token = configuration.token(c, wordAddress, lane)
                let isNew = extends & (token >= command.first) & (token < command.end)
                c.when(loads | isNew) { memory.write(wordAddress, mux(loads, loaded.born[lane], command.born)) }
                return memory.read("born_word_\(lane)", address, enable: advances)
            }
            skid.send(TokenWord(importance: Vector(importance), born: Vector(words)), when: scanValid)
        }
    }
}
