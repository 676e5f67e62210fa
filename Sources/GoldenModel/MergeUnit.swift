import FixedPoint

/// What a lane knows of one tile once its keys and values have passed.
public struct TileLeaf: Hashable, Sendable {
    /// Tile reference, signed 12 bits: weights are relative to `2^reference`.
    public var reference: Int
    /// Sum of the weights, unsigned: 31 bits for a tile of 1,024 keys, 33 for one of 4,096.
    public var weightSum: UInt64
    /// Sums of weight times value, [headSize], signed: 42 bits for a tile of 1,024 keys, 44 for one of 4,096.
    public var outputSums: [Int64]

    public init(reference: Int, weightSum: UInt64, outputSums: [Int64]) {
        self.reference = reference
        self.weightSum = weightSum
        self.outputSums = outputSums
    }
}

/// The softmax of a set of tiles, not yet normalised. Two's complement integers, nothing rounded.
///
/// References that share `reference >> 5` are of one class; a state keeps the sums of the highest class of its set
/// (`upper`) and of the class just below (`lower`), whatever else the set holds.
public struct PartialState: Hashable, Sendable {
    /// False for the empty set; everything else is then zero.
    public let isValid: Bool
    /// The highest class, signed 7 bits.
    public let stateClass: Int
    /// Weight sums, unsigned 71 bits.
    public internal(set) var upperWeightSum, lowerWeightSum: UInt128
    /// Output sums, [headSize], signed 82 bits.
    public internal(set) var upperOutputSums, lowerOutputSums: [Int128]

    /// The state of no tile at all.
    public static func empty(headSize: Int) -> PartialState {
        let zeros = [Int128](repeating: 0, count: headSize)
        return PartialState(
            isValid: false, stateClass: 0, upperWeightSum: 0, lowerWeightSum: 0, upperOutputSums: zeros,
            lowerOutputSums: zeros)
    }

    /// - Precondition: both output sums have the head's size.
    public init(
        isValid: Bool, stateClass: Int, upperWeightSum: UInt128, lowerWeightSum: UInt128, upperOutputSums: [Int128],
        lowerOutputSums: [Int128]
    ) {
        precondition(upperOutputSums.count == lowerOutputSums.count, "the sums are of different heads")
        self.isValid = isValid
        self.stateClass = stateClass
        self.upperWeightSum = upperWeightSum
        self.lowerWeightSum = lowerWeightSum
        self.upperOutputSums = upperOutputSums
        self.lowerOutputSums = lowerOutputSums
    }

    public var headSize: Int { upperOutputSums.count }
}

/// The exact merge of partial states: commutative, associative, with the empty state neutral.
public enum MergeUnit {
    /// The state of one tile.
    public static func state(of leaf: TileLeaf) -> PartialState {
        let position = leaf.reference & ((1 << NumericFormats.classShiftBits) - 1)
        return PartialState(
            isValid: true,
            stateClass: leaf.reference >> NumericFormats.classShiftBits,
            upperWeightSum: UInt128(leaf.weightSum) << position,
            lowerWeightSum: 0,
            upperOutputSums: leaf.outputSums.map { Int128($0) << position },
            lowerOutputSums: [Int128](repeating: 0, count: leaf.outputSums.count))
    }

    /// The state of the union of two disjoint sets of tiles.
    /// - Precondition: both states are of the same head size.
    public static func merge(_ a: PartialState, _ b: PartialState) -> PartialState {
        precondition(a.headSize == b.headSize, "the states are of different heads")
        guard a.isValid else { return b }
        guard b.isValid else { return a }
        var (high, low) = a.stateClass >= b.stateClass ? (a, b) : (b, a)
        switch high.stateClass - low.stateClass {
        case 0:
            high.upperWeightSum += low.upperWeightSum
            high.lowerWeightSum += low.lowerWeightSum
            for element in 0..<high.headSize {
                high.upperOutputSums[element] += low.upperOutputSums[element]
                high.lowerOutputSums[element] += low.lowerOutputSums[element]
            }
        case 1:
            high.lowerWeightSum += low.upperWeightSum
            for element in 0..<high.headSize {
                high.lowerOutputSums[element] += low.upperOutputSums[element]
            }
        default:
            break
        }
        return high
    }
}
