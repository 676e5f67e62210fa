import Blocks
import RTL

/// Words of a bank, both included.
struct WordRange: Bundle {
    let first: Unsigned
    let last: Unsigned

    static func shape(words: Int) -> Shape<WordRange> {
        Shape { WordRange(first: $0.make(.unsigned(bitsToIndex(words))), last: $0.make(.unsigned(bitsToIndex(words)))) }
    }
}

/// A part of a bank that is to be read.
struct ReplayCommand: Bundle {
    let range: WordRange
    /// From the next bank on; the one before is free then.
    let nextBank: Bit
    /// Comes out with every word.
    let occupied: Bit

    static func shape(words: Int) -> Shape<ReplayCommand> {
        Shape { ReplayCommand(
            range: $0.make(WordRange.shape(words: words)), nextBank: $0.make(.bit), occupied: $0.make(.bit)) }
    }
}

/// One word that was read.
struct ReplayBeat: Bundle {
    let word: Unsigned
    let occupied: Bit
    /// The last one of its command.
    let last: Bit

    static func shape(bits: Int) -> Shape<ReplayBeat> {
        Shape { ReplayBeat(word: $0.make(.unsigned(bits)), occupied: $0.make(.bit), last: $0.make(.bit)) }
    }
}

/// Two banks of words: one is read over and over while the other is filled.
///
/// Holds the vectors of a tile, which every query row of a group reads, and the queries of a group, which are read again at
/// every tile. A fill takes a range of the next free bank, one word a cycle. Commands read a word a cycle without a gap
/// between them, 2 cycles after the command; one that asks for the next bank waits until its fill has begun, and each word
/// for the fill to get there.
package struct TileBuffer: Module {
    /// Words of a bank: a power of two, at least 2.
    package let words: Int
    /// Width of a word in bits.
    package let bits: Int

    package init(words: Int, bits: Int) {
        precondition(words >= 2 && words & (words - 1) == 0, "a bank's words are a power of two")
        self.words = words
        self.bits = bits
    }

    package struct Ports {
        let fill: Stream<WordRange>
        let words: Stream<Unsigned>
        let replay: Stream<ReplayCommand>
        let output: Stream<ReplayBeat>
    }

    package var suffix: String { "n\(words)_w\(bits)" }

    /// Cycles from a command to its first word.
    package static let latency = 2

    package func ports(_ io: Interface) -> Ports {
        Ports(fill: io.sink(WordRange.shape(words: words)), words: io.sink(.unsigned(bits)),
              replay: io.sink(ReplayCommand.shape(words: words)), output: io.source(ReplayBeat.shape(bits: bits)))
    }

    package func body(_ c: Circuit, _ io: Ports) {
        let memory = c.memory("banks", depth: 2 * words, width: bits, collision: .undefined)
        // Banks filled and not yet read, -1 while one is read that is still being filled; and whether one is being read.
        let filled = c.register("filled_banks", .signed(3), reset: 0)
        let reading = c.register("bank_in_use", .bit, reset: 0)

        // One bank is filled at a time, into the one that is free.
        let filling = c.register("filling", .bit, reset: 0)
        let writeBank = c.register("write_bank", .bit, reset: 0)
        let writeIndex = c.register("write_index", .unsigned(bitsToIndex(words)))
        let writeLast = c.register("write_last", .unsigned(bitsToIndex(words)))
        let write = c.named("write", io.words.valid & filling.q)
        let fillEnds = c.named("fill_ends", write & (writeIndex.q == writeLast.q))
        let free = c.named(
            "bank_is_free", (filled.q + reading.q.asUnsigned.signExtendedByZero + fillEnds.asUnsigned.signExtendedByZero) < 2)
        c.drive(io.fill.ready, (!filling.q | fillEnds) & free)
        c.drive(io.words.ready, filling.q)
        c.when(write) {
            memory.write(concatenate(writeBank.q, writeIndex.q), io.words.payload)
            writeIndex.next(writeIndex.q &+ 1)
            c.when(fillEnds) {
                filling.clear()
                writeBank.next(!writeBank.q)
            }
        }
        c.when(io.fill.fires) {
            filling.set()
            writeIndex.next(io.fill.payload.first)
            writeLast.next(io.fill.payload.last)
        }

        // The command being read.
        let skid = OutputSkid(c, "skid", to: io.output)
        let advance = skid.ready
        let active = c.register("active", .bit, reset: 0)
        let readBank = c.register("read_bank", .bit, reset: 1)
        let readIndex = c.register("read_index", .unsigned(bitsToIndex(words)))
        let readLast = c.register("read_last", .unsigned(bitsToIndex(words)))
        let occupied = c.register("occupied", .bit)
        let isLast = c.named("is_last", readIndex.q == readLast.q)
        let isTooEarly = c.named(
            "is_too_early", filling.q & !(readBank.q ^ writeBank.q) & (readIndex.q >= writeIndex.q))
        let read = c.named("read", active.q & advance & !isTooEarly)
        // What the payload says counts only if there is one.
        let hasNext = c.named("has_next", (filled.q > 0) | (filling.q & (filled.q == 0)))
        let waits = c.named("waits", io.replay.valid & io.replay.payload.nextBank & !hasNext)
        let start = c.named("start", (!active.q | (read & isLast)) & !waits)
        c.drive(io.replay.ready, start)
        let switches = c.named("switches", io.replay.fires & io.replay.payload.nextBank)
        c.when(io.replay.fires) {
            active.set()
            readIndex.next(io.replay.payload.range.first)
            readLast.next(io.replay.payload.range.last)
            occupied.next(io.replay.payload.occupied)
        }.elsewhen(read) {
            readIndex.next(readIndex.q &+ 1)
            c.when(isLast) { active.clear() }
        }
        c.when(switches) {
            readBank.next(!readBank.q)
            reading.set()
        }
        c.when(fillEnds & !switches) {
            filled.next(filled.q &+ 1)
        }.elsewhen(switches & !fillEnds) {
            filled.next(filled.q &- 1)
        }

        let word = memory.read("word", concatenate(readBank.q, readIndex.q), enable: read)
        skid.send(ReplayBeat(
            word: word, occupied: c.stage("occupied_of_word", occupied.q, enable: advance),
            last: c.stage("last_of_word", isLast, enable: advance)),
            when: c.stage("word_valid", read, enable: advance, reset: 0))
    }
}
