/// Keys and values of one layer and head.
public struct HeadCache: Sendable {
    /// [tokens x headSize], normalised.
    public private(set) var keys: [Float]
    /// [tokens x headSize].
    public private(set) var values: [Float]

    init(keys: [Float], values: [Float]) {
        self.keys = keys
        self.values = values
    }

    mutating func append(key: ArraySlice<Float>, value: ArraySlice<Float>) {
        keys.append(contentsOf: key)
        values.append(contentsOf: value)
    }
}

/// What a prompt leaves behind, computed once and shared by all that decode after it.
public struct PromptCache: Sendable {
    public let shape: ModelShape
    /// Number of prompt tokens.
    public let count: Int
    /// [layers][heads].
    public let caches: [[HeadCache]]
    /// [layers][heads], each [tokens x headSize], normalised: for what attention would have gathered over the prompt.
    public let queries: [[[Float]]]
    /// Of every token after the last layer, [tokens x width]: what ``LanguageModel/nats(states:targets:)`` takes.
    public let states: [Float]

    /// Softmax is over `softmaxScale * (query . key)`.
    public var softmaxScale: Double { shape.softmaxScale }
}

extension ModelShape {
    var softmaxScale: Double { 1 / Double(headSize).squareRoot() }
}
