import FixedPoint

/// One row of attention for a lane that prunes: a query, and the tokens that it sees.
public struct SpAttenRow: Sendable {
    /// [headSize], 12 bits signed.
    public var query: [Int16]
    /// [tokens x headSize], whole codes of the key format; rows of tokens that are not seen are not read.
    public var keys: [Int16]
    /// [tokens x headSize], codes of the value format; likewise.
    public var values: [Int16]
    /// The kept tokens, ascending; nil if position t is token t.
    public var list: [Int]?
    /// The row sees positions `first ..< end` of its list.
    public var first: Int
    public var end: Int
    public var scale: ScoreScale

    /// `end` defaults to the end of the list.
    /// - Precondition: there is a list or an end.
    public init(
        query: [Int16], keys: [Int16], values: [Int16], list: [Int]? = nil, first: Int = 0, end: Int? = nil, scale: ScoreScale
    ) {
        guard let end = end ?? list?.count else { preconditionFailure("neither a list nor an end") }
        self.query = query
        self.keys = keys
        self.values = values
        self.list = list
        self.first = first
        self.end = end
        self.scale = scale
    }
}

/// What a lane that prunes makes of a row. Arrays named "per key" have an entry for each position seen, in order.
public struct SpAttenResult: Hashable, Sendable {
    /// [headSize], 16 bits signed.
    public let outputs: [Int16]
    /// The merge of all leaves, with the two masses as elements behind the head's.
    public let state: PartialState
    public let report: RowReport
    /// Token of each key seen, ascending.
    public let tokens: [Int]
    /// Per key, 0...2^20, relative to the reference of its tile.
    public let weights: [UInt32]
    /// Per key: its score is exact. True for a format without an LSB plane.
    public let isRefined: [Bool]
    /// Per key: its value was read.
    public let keepsValue: [Bool]
    /// In order; each with its part of the arrays above.
    public let tiles: [SpAttenTile]
    /// No output, before rounding and in units of a value code, is further from that of the same row with all keys
    /// refined and the same values kept. Nil for a row that drops values and renormalises.
    public let errorBound: Double?

    /// Outputs before they are rounded, [headSize], in units of a value code.
    public var unrounded: [Double] { Array(Normalizer.unrounded(state).dropLast(LeafCompletion.masses)) }

    public var refinedTokens: [Int] { selected(isRefined) }
    public var keptValueTokens: [Int] { selected(keepsValue) }
    public var counts: RowCounts {
        RowCounts(
            keys: tokens.count, refined: isRefined.count { $0 }, keptValues: keepsValue.count { $0 })
    }

    private func selected(_ flags: [Bool]) -> [Int] {
        zip(tokens, flags).compactMap { $1 ? $0 : nil }
    }
}

/// One tile of a row.
public struct SpAttenTile: Hashable, Sendable {
    /// Its keys, as indices of the result's arrays.
    public let keys: Range<Int>
    /// Signed 12 bits.
    public let reference: Int
    /// Nil for a tile without a leaf.
    public let leaf: TileLeaf?
}

/// Shares of a row's weight sum with 14 fractional bits (Docs/pruning.md 5).
public struct RowReport: Hashable, Sendable {
    /// Of the keys that were not refined.
    public let unrefinedMass: Int
    /// Of the keys whose value was dropped.
    public let droppedMass: Int

    public static let fractionBits = 14

    public init(unrefinedMass: Int, droppedMass: Int) {
        self.unrefinedMass = unrefinedMass
        self.droppedMass = droppedMass
    }
}

/// Keys of a row by what was read of them.
public struct RowCounts: Hashable, Sendable {
    public var keys, refined, keptValues: Int

    public init(keys: Int, refined: Int, keptValues: Int) {
        self.keys = keys
        self.refined = refined
        self.keptValues = keptValues
    }
}
