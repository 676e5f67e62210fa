/// How tokens are ranked (Docs/pruning.md 7).
public enum ImportanceMode: String, CaseIterable, Codable, Sendable {
    /// The paper's: probabilities accumulated since the sequence began (SpAtten III-A).
    case sum
    /// The same over the rows that have accumulated since the token came, so that old tokens have no advantage.
    case age
    /// The sum, losing 1/128 at every iteration.
    case decay
}

/// Which tokens a cascade keeps beside the most important ones.
public struct CascadeSettings: Hashable, Codable, Sendable {
    public var importance: ImportanceMode
    /// The first tokens of the context that are never pruned.
    public var sink: Int
    /// The last tokens of the context that are never pruned.
    public var recent: Int

    public init(importance: ImportanceMode = .sum, sink: Int = 0, recent: Int = 0) {
        self.importance = importance
        self.sink = sink
        self.recent = recent
    }

    /// Throws for a negative count.
    public func validate() throws(ConfigurationError) {
        for (parameter, value) in [("sink", sink), ("recent", recent)] where value < 0 {
            throw .unsupported(parameter: parameter, value: "\(value)", remedy: "use 0 or a number of tokens")
        }
    }
}
