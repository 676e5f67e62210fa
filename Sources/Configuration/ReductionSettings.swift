import FixedPoint

/// What attention leaves out, and how its keys and values are stored: everything that costs accuracy and saves memory traffic.
public struct ReductionSettings: Hashable, Codable, Sendable {
    /// Over what a rule looks for its largest element or its sum.
    public enum Scope: String, Hashable, Codable, Sendable {
        case row, tile
    }

    /// Which keys' LSB planes are read after scores from the MSB planes.
    public struct Refinement: Hashable, Codable, Sendable {
        public enum Mode: String, Hashable, Codable, Sendable {
            case always, never
            /// All keys of the scope if its largest probability is below `confidence`.
            case paper
            /// The keys whose own probability exceeds `confidence`.
            case perKey = "per-key"
        }

        public var mode: Mode
        /// A probability, 0 ... 1; means nothing for `always` and `never`.
        public var confidence: Double
        public var scope: Scope

        public init(_ mode: Mode, confidence: Double = 0, scope: Scope = .row) {
            self.mode = mode
            self.confidence = confidence
            self.scope = scope
        }
    }

    /// Which value rows are read after the probabilities are known.
    public struct ValuePruning: Hashable, Codable, Sendable {
        public enum Rule: String, Hashable, Codable, Sendable {
            case none
            /// The most probable keys, as large a part of all as `amount` says.
            case topFraction = "top-fraction"
            /// The keys whose probability is at least `amount`.
            case threshold
        }

        public var rule: Rule
        /// 0 ... 1; means nothing for `none`.
        public var amount: Double
        public var scope: Scope
        /// Whether the probabilities of what is left are made to sum to 1 again.
        public var renormalises: Bool

        public init(_ rule: Rule, amount: Double = 0, scope: Scope = .row, renormalises: Bool = false) {
            self.rule = rule
            self.amount = amount
            self.scope = scope
            self.renormalises = renormalises
        }
    }

    /// Which tokens stay alive from layer to layer.
    public struct TokenPruning: Hashable, Codable, Sendable {
        /// How the probabilities that a token drew add up to its importance.
        public enum Importance: String, Hashable, Codable, Sendable {
            case sum
            /// Divided by the number of rows that could see the token.
            case age
            /// Multiplied by 127/128 in every step.
            case decay
        }

        /// Part of the tokens that the last layers keep, above 0 ... 1.
        public var keepRatio: Double
        public var importance: Importance
        /// First and newest tokens that always stay.
        public var sinkTokens, recentTokens: Int

        public init(keepRatio: Double, importance: Importance = .sum, sinkTokens: Int = 0, recentTokens: Int = 0) {
            self.keepRatio = keepRatio
            self.importance = importance
            self.sinkTokens = sinkTokens
            self.recentTokens = recentTokens
        }

        public static let none = TokenPruning(keepRatio: 1)
    }

    /// Keys of a tile.
    public var tileKeys: Int
    public var keyFormat: KeyFormat
    public var valueFormat: ValueFormat
    public var refinement: Refinement
    public var values: ValuePruning
    public var tokens: TokenPruning
    /// Part of the heads that the last layers keep, above 0 ... 1.
    public var headKeepRatio: Double

    /// Nothing but the formats costs anything unless it is given.
    public init(
        tileKeys: Int, keyFormat: KeyFormat, valueFormat: ValueFormat, refinement: Refinement = Refinement(.always),
        values: ValuePruning = ValuePruning(.none), tokens: TokenPruning = .none, headKeepRatio: Double = 1
    ) {
        self.tileKeys = tileKeys
        self.keyFormat = keyFormat
        self.valueFormat = valueFormat
        self.refinement = refinement
        self.values = values
        self.tokens = tokens
        self.headKeepRatio = headKeepRatio
    }

    /// The formats and the tile.
    public var row: RowSettings { RowSettings(tileKeys: tileKeys, keyFormat: keyFormat, valueFormat: valueFormat) }

    /// Whether every key and value is read whole, so that the formats alone make the difference.
    public var isStatic: Bool {
        self == ReductionSettings(tileKeys: tileKeys, keyFormat: keyFormat, valueFormat: valueFormat)
    }

    /// Throws the first number that is out of its range.
    public func validate() throws(ConfigurationError) {
        try row.validate()
        try Self.require("confidence", refinement.confidence, in: 0...1)
        try Self.require("amount of value pruning", values.amount, in: 0...1)
        try Self.require("token keep ratio", tokens.keepRatio, in: Double.leastNonzeroMagnitude...1)
        try Self.require("head keep ratio", headKeepRatio, in: Double.leastNonzeroMagnitude...1)
        guard tokens.sinkTokens >= 0, tokens.recentTokens >= 0 else {
            throw .unsupported(
                parameter: "sink or recent tokens", value: "\(min(tokens.sinkTokens, tokens.recentTokens))",
                remedy: "use 0 or more")
        }
    }

    private static func require(
        _ parameter: String, _ value: Double, in legal: ClosedRange<Double>
    ) throws(ConfigurationError) {
        guard legal.contains(value) else {
            throw .unsupported(
                parameter: parameter, value: "\(value)",
                remedy: legal.lowerBound > 0 ? "use a number above 0, at most 1" : "use a number in 0...1")
        }
    }
}
