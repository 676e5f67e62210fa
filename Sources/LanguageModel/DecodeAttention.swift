/// What one token brings to the attention of one layer.
public struct LayerToken: Sendable {
    /// [heads x headSize]: normalised, without the softmax scale.
    public let query: [Float]
    /// [heads x headSize]: normalised.
    public let key: [Float]
    /// [heads x headSize].
    public let value: [Float]

    public init(query: [Float], key: [Float], value: [Float]) {
        self.query = query
        self.key = key
        self.value = value
    }
}

/// The attention of decode steps: what is exchanged to try a reduction, while all around it stays as it is.
///
/// One value is one sequence. It begins as a ``PromptCache`` leaves it, which many share; from then on it keeps the keys and
/// values of its own tokens, and whatever else it carries from layer to layer and from step to step: kept tokens and heads,
/// their importance. In each step `beginStep` comes first, then `attend` of every layer from 0 on, then `endStep`.
public protocol DecodeAttention {
    /// A token at `position` begins its way through the layers; as many tokens lie before it.
    mutating func beginStep(position: Int) throws
    /// Appends the token's keys and values to the layer's, then attends with all heads.
    /// - Returns: [heads x headSize], what the projection takes; zeros for a head that is not computed.
    mutating func attend(layer: Int, _ token: LayerToken) throws -> [Float]
    /// The step has passed all layers.
    /// - Returns: What was read for it.
    mutating func endStep() throws -> AttentionTraffic
}

/// What attention read from memory, and of how much: of one step, or summed over many.
public struct AttentionTraffic: Hashable, Codable, Sendable {
    /// What was read for one cause.
    public struct Amount: Hashable, Codable, Sendable {
        /// Bits of the elements asked for.
        public var usefulBits = 0
        /// Bytes of the 32-byte and of the 64-byte sectors they lie in, each sector counted once a fetch.
        public var movedBytes32 = 0, movedBytes64 = 0

        public init() {}

        public static func += (sum: inout Amount, term: Amount) {
            sum.usefulBits += term.usefulBits
            sum.movedBytes32 += term.movedBytes32
            sum.movedBytes64 += term.movedBytes64
        }
    }

    /// By cause. `lists` are indices of kept tokens that lie in memory.
    public var keyMSB = Amount(), keyLSB = Amount(), value = Amount(), lists = Amount()
    /// Key rows (and as many value rows) that dense attention would read.
    public var contextRows = 0
    /// Rows read of the key MSB, key LSB and value planes.
    public var keyRows = 0, refinedKeyRows = 0, valueRows = 0
    /// Query rows, one a layer and head: all, those computed, and those that read any LSB.
    public var queryRows = 0, computedQueryRows = 0, refinedQueryRows = 0

    public init() {}

    /// Of all causes.
    public var total: Amount {
        var sum = keyMSB
        sum += keyLSB
        sum += value
        sum += lists
        return sum
    }

    public static func += (sum: inout AttentionTraffic, term: AttentionTraffic) {
        sum.keyMSB += term.keyMSB
        sum.keyLSB += term.keyLSB
        sum.value += term.value
        sum.lists += term.lists
        sum.contextRows += term.contextRows
        sum.keyRows += term.keyRows
        sum.refinedKeyRows += term.refinedKeyRows
        sum.valueRows += term.valueRows
        sum.queryRows += term.queryRows
        sum.computedQueryRows += term.computedQueryRows
        sum.refinedQueryRows += term.refinedQueryRows
    }
}
