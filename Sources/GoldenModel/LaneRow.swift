import FixedPoint

/// One row of attention as the lane gets it: a query and the keys and values it may see.
public struct LaneRow: Sendable {
    /// [headSize], 12 bits signed.
    public var query: [Int16]
    /// At least [keyCount x headSize], codes of the key format; what lies beyond `keyCount` is not read.
    public var keys: [Int16]
    /// At least [keyCount x headSize], codes of the value format.
    public var values: [Int16]
    /// The first key the row sees; the dense lane has 0 only.
    public var firstKey: Int
    /// Keys the row sees: firstKey ..< keyCount; none if they do not ascend.
    public var keyCount: Int
    public var scale: ScoreScale

    public init(query: [Int16], keys: [Int16], values: [Int16], firstKey: Int = 0, keyCount: Int, scale: ScoreScale) {
        self.query = query
        self.keys = keys
        self.values = values
        self.firstKey = firstKey
        self.keyCount = keyCount
        self.scale = scale
    }
}

/// What the lane makes of a row.
public struct LaneResult: Hashable, Sendable {
    /// [headSize], 16 bits signed.
    public package(set) var outputs: [Int16]
    /// The merge of all tiles, as the normalizer got it.
    public let state: PartialState
    /// Nil unless asked for.
    public let stages: LaneStages?

    /// Outputs before they are rounded, [headSize], in units of a value code.
    public var unrounded: [Double] { Normalizer.unrounded(state) }
}

/// What passes between the units, for finding the unit that differs.
public struct LaneStages: Hashable, Sendable {
    /// Per key.
    public private(set) var scores: [Int32] = []
    /// Per key.
    public private(set) var scaledScores: [Int32] = []
    /// Per key.
    public private(set) var weights: [UInt32] = []
    /// Per tile.
    public private(set) var leaves: [TileLeaf] = []

    mutating func append(_ tile: TileStages) {
        scores += tile.scores
        scaledScores += tile.scaledScores
        weights += tile.weights
        leaves.append(tile.leaf)
    }
}

/// The same of one tile.
struct TileStages {
    let scores: [Int32]
    let scaledScores: [Int32]
    let weights: [UInt32]
    let leaf: TileLeaf
}
