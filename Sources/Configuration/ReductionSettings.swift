import FixedPoint

/// What attention leaves out, and how its keys and values are stored: everything that costs accuracy and saves memory traffic.
public struct ReductionSettings: Hashable, Codable, Sendable {
    /// Which keys' LSB planes are read after scores from the MSB planes.
    public struct Refinement: Hashable, Codable, Sendable {
        public var mode: RefineMode
        /// A probability, 0 ... 1; means nothing for `always` and `never`.
        public var confidence: Double

        public init(_ mode: RefineMode, confidence: Double = 0) {
            self.mode = mode
            self.confidence = confidence
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
        /// Whether the probabilities of what is left are made to sum to 1 again.
        public var renormalises: Bool

        public init(_ rule: Rule, amount: Double = 0, renormalises: Bool = false) {
            self.rule = rule
            self.amount = amount
            self.renormalises = renormalises
        }
    }

    /// Which tokens stay alive from layer to layer.
    public struct TokenPruning: Hashable, Codable, Sendable {
        /// Part of the tokens that layers keep on average, those aside that the paper's rule leaves unpruned; above 0 ... 1.
        public var keepRatio: Double
        /// What the first layer that prunes keeps; the last one keeps `2 * keepRatio - startRatio`.
        public var startRatio: Double
        public var importance: ImportanceMode
        /// First and newest tokens that always stay.
        public var sinkTokens, recentTokens: Int

        /// Without a `startRatio` all layers that prune keep the same.
        public init(
            keepRatio: Double, startRatio: Double? = nil, importance: ImportanceMode = .sum, sinkTokens: Int = 0,
            recentTokens: Int = 0
        ) {
            self.keepRatio = keepRatio
            self.startRatio = startRatio ?? keepRatio
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
    /// The keys that decide together what is refined and which values are read.
    public var scope: DecisionScope
    public var refinement: Refinement
    public var values: ValuePruning
    public var tokens: TokenPruning
    /// Part of the heads that layers keep, those aside that the paper's rule leaves unpruned; above 0 ... 1.
    public var headKeepRatio: Double
    /// Whether the mean of the prompt's values is taken from every value, channel by channel, and given back to the output by
    /// software: a value that is not read then counts as the mean, not as 0.
    public var centresValues: Bool

    /// Nothing but the formats costs anything unless it is given.
    public init(
        tileKeys: Int = 1024, keyFormat: KeyFormat, valueFormat: ValueFormat, scope: DecisionScope = .row,
        refinement: Refinement = Refinement(.always), values: ValuePruning = ValuePruning(.none), tokens: TokenPruning = .none,
        headKeepRatio: Double = 1, centresValues: Bool = false
    ) {
        self.tileKeys = tileKeys
        self.keyFormat = keyFormat
        self.valueFormat = valueFormat
        self.scope = scope
        self.refinement = refinement
        self.values = values
        self.tokens = tokens
        self.headKeepRatio = headKeepRatio
        self.centresValues = centresValues
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
        try Self.require("token start ratio", tokens.startRatio, in: 0...1)
        try Self.require("token end ratio", 2 * tokens.keepRatio - tokens.startRatio, in: -1e-9...1 + 1e-9)
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
