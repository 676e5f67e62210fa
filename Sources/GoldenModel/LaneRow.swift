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
    public let outputs: [Int16]
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

/// A row that the lane cannot run.
public enum LaneInputError: Error, Hashable, CustomStringConvertible {
    case contextOutOfRange(keyCount: Int, maximum: Int)
    case firstKeyOutOfRange(firstKey: Int, maximum: Int)
    case wrongQueryLength(elements: Int, headSize: Int)
    case tooFewRows(tensor: QuantizedTensor, elements: Int, keyCount: Int, headSize: Int)
    case codeOutOfRange(tensor: QuantizedTensor, row: Int, element: Int, code: Int, range: ClosedRange<Int>)

    public var description: String {
        switch self {
        case .contextOutOfRange(let keyCount, let maximum):
            "a context of \(keyCount) keys is outside 0...\(maximum): shorten it, or use a configuration with a larger "
                + "maximumContext"
        case .firstKeyOutOfRange(let firstKey, let maximum):
            "a row that begins at key \(firstKey) is outside 0...\(maximum): begin it at a key of its context"
        case .wrongQueryLength(let elements, let headSize):
            "the query has \(elements) elements, the lane's head size is \(headSize): use the preset of that head size"
        case .tooFewRows(let tensor, let elements, let keyCount, let headSize):
            "\(tensor) has \(elements) elements, \(keyCount) keys of head size \(headSize) need \(keyCount * headSize): "
                + "pass the whole context"
        case .codeOutOfRange(let tensor, let row, let element, let code, let range):
            "\(tensor) code \(code) at row \(row), element \(element) is outside \(range): quantize with the row's format"
        }
    }
}
