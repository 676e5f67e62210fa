import Configuration

/// How much attention each token of a sequence has drawn (SpAtten III-A; Docs/pruning.md 7).
///
/// A value: a copy of it is the saved state of the sequence.
public struct TokenImportance: Hashable, Codable, Sendable {
    public let mode: ImportanceMode
    /// Accumulated probability of each token of the context, 31 bits, 20 of them fractional; saturated.
    public private(set) var values: [UInt32] = []
    /// Rows that have accumulated since the sequence began.
    public private(set) var rows: UInt32 = 0
    /// `rows` when the token came into the context.
    public private(set) var born: [UInt32] = []
    private var hasBegun = false

    /// The most that accumulates.
    public static let largest = UInt32(1) << 31 - 1
    /// Bits by which `decay` is weaker than what it is taken from.
    private static let decayBits: UInt32 = 7

    /// Of a sequence without tokens.
    public init(mode: ImportanceMode) {
        self.mode = mode
    }

    public var context: Int { values.count }

    /// Takes in the tokens that are new since the last iteration; they begin at 0.
    public mutating func beginIteration(context: Int) throws(CascadeError) {
        guard context >= values.count else { throw .contextShrinks(from: values.count, to: context) }
        if hasBegun, mode == .decay {
            for token in values.indices { values[token] -= values[token] >> Self.decayBits }
        }
        hasBegun = true
        let added = context - values.count
        values += repeatElement(0, count: added)
        born += repeatElement(rows, count: added)
    }

    /// Adds a row's keys; each with the final probability. The order of rows does not matter.
    public mutating func accumulate(_ row: SpAttenResult) throws(CascadeError) {
        if let token = row.tokens.last, token >= values.count {
            throw .tokenOutOfRange(token: token, context: values.count)
        }
        guard rows < .max else { throw .tooManyRows }
        let probability = KeyProbability(state: row.state)
        for tile in row.tiles {
            for key in tile.keys {
                add(probability.probability(weight: row.weights[key], reference: tile.reference), to: row.tokens[key])
            }
        }
        rows += 1
    }

    /// Adds rows of the tokens `0 ..< sums.count` whose probabilities, with the fractional bits of ``KeyProbability``, are known
    /// in sum: those of a prompt that was computed elsewhere.
    public mutating func accumulate(sums: [UInt32], rows added: Int) throws(CascadeError) {
        guard sums.count <= values.count else { throw .tokenOutOfRange(token: sums.count - 1, context: values.count) }
        guard let all = UInt32(exactly: Int(rows) + added) else { throw .tooManyRows }
        for token in sums.indices { add(sums[token], to: token) }
        rows = all
    }

    /// The number that top-k compares, never 0: of `mode`, unprotected tokens.
    public func rank(of token: Int) -> UInt32 {
        switch mode {
        case .sum, .decay: values[token] | 1
        case .age: values[token] / max(1, rows - born[token]) | 1
        }
    }

    private mutating func add(_ probability: UInt32, to token: Int) {
        values[token] = min(Self.largest, values[token] + min(Self.largest, probability))
    }
}
