import FixedPoint

/// Which keys get their LSB plane (SpAtten III-D; Docs/pruning.md 3).
public enum RefineMode: String, CaseIterable, Codable, Sendable {
    /// Every key: both planes are read at once.
    case always
    /// No key: the LSB plane is never read.
    case never
    /// The paper's: every key of a tile whose largest probability is under the confidence, none of another.
    case paper
    /// Exactly the keys whose probability, from the MSB plane alone, exceeds the confidence.
    case perKey = "per-key"
}

/// Which value rows of a tile are read (SpAtten III-C; Docs/pruning.md 5).
public enum ValueRule: Hashable, Sendable {
    case all
    /// The paper's: `limit * 2^-16` of the tile's keys, rounded up, those of largest weight.
    case fraction(limit: Int)
    /// Those whose probability is at least `limit * 2^-24`.
    case threshold(limit: Int)

    /// The nearest number with so many fractional bits, of 0 ... 1.
    private static func fixed(_ value: Double, _ bits: Int) -> Int { Int((value * Double(1 << bits)).rounded()) }

    /// Keeps the fraction of a tile's values that is nearest to `share`, 0 ... 1.
    public static func fraction(_ share: Double) -> ValueRule { .fraction(limit: fixed(share, fractionBits)) }

    /// Keeps values from the probability nearest to `probability` on, 0 ... 1.
    public static func threshold(_ probability: Double) -> ValueRule { .threshold(limit: fixedProbability(probability)) }

    /// A probability that decides, as the lane takes it.
    public static func fixedProbability(_ probability: Double) -> Int { fixed(probability, probabilityBits) }

    /// Fractional bits of a kept fraction.
    public static let fractionBits = 16
    /// Fractional bits of a probability that decides.
    public static let probabilityBits = 24
}

/// What of a row is skipped, chosen at run time, row by row.
public struct PruningSettings: Hashable, Sendable {
    public var refine: RefineMode
    /// Probability with ``ValueRule/probabilityBits`` fractional bits, 0 ... 2^24.
    public var confidence: Int
    public var values: ValueRule
    /// Whether dropped values leave the weight sum too.
    public var renormalise: Bool

    public init(
        refine: RefineMode = .always, confidence: Int = 0, values: ValueRule = .all, renormalise: Bool = false
    ) {
        self.refine = refine
        self.confidence = confidence
        self.values = values
        self.renormalise = renormalise
    }

    /// Nothing is skipped.
    public static let dense = PruningSettings()

    /// Throws for a number outside its format.
    public func validate() throws(ConfigurationError) {
        try Self.require("confidence", confidence, fractionBits: ValueRule.probabilityBits)
        switch values {
        case .all: break
        case .fraction(let limit): try Self.require("value keep ratio", limit, fractionBits: ValueRule.fractionBits)
        case .threshold(let limit): try Self.require("value threshold", limit, fractionBits: ValueRule.probabilityBits)
        }
    }

    private static func require(_ parameter: String, _ value: Int, fractionBits: Int) throws(ConfigurationError) {
        guard (0...1 << fractionBits).contains(value) else {
            throw .unsupported(
                parameter: parameter, value: "\(Double(value) / Double(1 << fractionBits))", remedy: "use 0 to 1")
        }
    }
}
