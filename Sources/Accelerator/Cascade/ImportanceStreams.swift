import Configuration
import FixedPoint
import RTL

// Importance of tokens and heads travels in words of `SpAttenConfiguration.importanceLanes` numbers: what the banks sweep in
// one cycle.

/// Importance of a token, unsigned, 20 bits of it fractional; it saturates.
let tokenImportanceBits = 31
/// Importance of a head, and a count of rows, unsigned.
let headImportanceBits = 32
let rowCountBits = 32

/// What is kept of the tokens of a word.
struct TokenWord: Bundle {
    let importance: Vector<Unsigned>
    /// Rows that had accumulated when the token came into the context.
    let born: Vector<Unsigned>

    static func shape(_ configuration: SpAttenConfiguration) -> Shape<TokenWord> {
        let lanes = configuration.importanceLanes
        return Shape { TokenWord(
            importance: $0.make(.vector(lanes, unsigned: tokenImportanceBits)),
            born: $0.make(.vector(lanes, unsigned: rowCountBits))) }
    }
}

/// What the bank of `TokenImportance` does all over.
enum TokenOperation: Int, CaseIterable {
    /// Tokens 0 ..< end from the `load` stream, a word a beat; zeros for all others. With end 0: a sequence begins.
    case load
    /// I - (I >> 7) for every token.
    case decay
    /// Tokens first ..< end come into the context.
    case extend
    /// Tokens 0 ..< end to the `scan` stream, a word a beat; of 0 all that there are.
    case scan
}

struct TokenCommand: Bundle {
    /// Place among `TokenOperation`.
    let operation: Unsigned
    let first: Unsigned
    let end: Unsigned
    /// Of the tokens that `extend` adds.
    let born: Unsigned

    static func shape(_ configuration: SpAttenConfiguration) -> Shape<TokenCommand> {
        Shape { TokenCommand(
            operation: $0.make(.unsigned(bitsToIndex(TokenOperation.allCases.count))),
            first: $0.make(.unsigned(configuration.rowKeyBits)), end: $0.make(.unsigned(configuration.rowKeyBits)),
            born: $0.make(.unsigned(rowCountBits))) }
    }
}

/// What sweeps a bank of token importances: that of one sequence.
struct TokenBankPorts {
    let command: Stream<TokenCommand>
    let load, scan: Stream<TokenWord>

    static func sink(_ io: Interface, _ configuration: SpAttenConfiguration) -> TokenBankPorts {
        TokenBankPorts(
            command: io.sink(TokenCommand.shape(configuration)), load: io.sink(TokenWord.shape(configuration)),
            scan: io.source(TokenWord.shape(configuration)))
    }
}

/// Which head a row belongs to.
struct HeadRow: Bundle {
    let head: Unsigned
    /// In proportion to the head's value scale; 16 fractional bits.
    let scale: Unsigned

    static func shape(heads: Int) -> Shape<HeadRow> {
        Shape { HeadRow(head: $0.make(.unsigned(bitsToIndex(heads))), scale: $0.make(.unsigned(16))) }
    }
}

/// What `HeadImportance` does all over.
enum HeadOperation: Int, CaseIterable {
    /// Every number from the `load` stream, a word a beat.
    case load
    case clear
    /// Every number to the `saved` stream, a word a beat.
    case save
    /// Keeps the largest of the candidates and tells which.
    case rank
}

struct HeadCommand: Bundle {
    /// Place among `HeadOperation`.
    let operation: Unsigned
    /// Of `rank`: heads of a layer, how many stay, and whether all are candidates; otherwise those that stayed last.
    let heads: Unsigned
    let keep: Unsigned
    let fresh: Bit

    static func shape(heads: Int) -> Shape<HeadCommand> {
        Shape { HeadCommand(
            operation: $0.make(.unsigned(bitsToIndex(HeadOperation.allCases.count))),
            heads: $0.make(.unsigned(bitsToCount(heads))), keep: $0.make(.unsigned(bitsToCount(heads))),
            fresh: $0.make(.bit)) }
    }
}

extension SpAttenConfiguration {
    /// Counts the tokens that have an importance.
    var rowKeyBits: Int { bitsToCount(maximumRowKeys) }
    /// Words of the bank of tokens.
    var tokenWords: Int { maximumRowKeys / importanceLanes }
    var tokenWordBits: Int { bitsToIndex(tokenWords) }
    /// Counts the tokens of a word.
    var tokenLaneBits: Int { bitsToIndex(importanceLanes) }
    var importanceSuffix: String { "n\(lane.maximumContext)_k\(maximumRowKeys)" + lanesSuffix(importanceLanes) }

    /// The number of the word that holds a token, or of words that hold so many.
    func word(of token: Unsigned) -> Unsigned { token >> tokenLaneBits }
    func words(of tokens: Unsigned) -> Unsigned { (tokens + Unsigned(importanceLanes - 1)) >> tokenLaneBits }
    /// The token at a place of a word.
    func token(_ c: Circuit, _ word: Unsigned, _ lane: Int) -> Unsigned {
        concatenate(word, c.constant(lane, .unsigned(tokenLaneBits)))
    }
}

/// Names a unit by the numbers of a word, unless they are as many as behind a wide port.
func lanesSuffix(_ lanes: Int) -> String { lanes == 16 ? "" : "_l\(lanes)" }
/// Names a unit by the sequences that it holds.
func slotsSuffix(_ slots: Int) -> String { slots == 1 ? "" : "_slots\(slots)" }
