/// Widths and fractional bits of every number that crosses a unit boundary, as `Docs/numerics.md` fixes them.
///
/// The hardware and the golden model share these figures and nothing else: each computes with its own arithmetic.
public enum NumericFormats {
    /// Query element, signed.
    public static let queryBits = 12
    /// Key element on chip, signed, after both planes are joined.
    public static let keyBits = 12
    /// Value element on chip, signed.
    public static let valueBits = 12

    /// Mantissa of the score scale, unsigned.
    public static let scaleMantissaBits = 18
    /// Right shift of the score scale, unsigned: 0...63.
    public static let scaleShiftBits = 6
    /// Scaled (base-2) score, signed, saturating.
    public static let scaledScoreBits = 24
    /// Fractional bits of a scaled score.
    public static let scaledScoreFractionBits = 12
    /// Integer tile reference, signed.
    public static let referenceBits = 12

    /// Fractional bits of a softmax weight; the weight itself takes one bit more, for 1.0.
    public static let weightFractionBits = 20
    /// Softmax weight, unsigned: 0...2^20.
    public static let weightBits = weightFractionBits + 1
    /// The exponential table has 2^9 segments.
    public static let exponentialSegmentBits = 9
    /// Fractional bits of the exponential table's entries.
    public static let exponentialFractionBits = 22

    /// References that share `reference >> 5` share a class of the merge.
    public static let classShiftBits = 5
    /// Class of a partial state, signed.
    public static let classBits = referenceBits - classShiftBits

    /// Mantissa of the weight sum that the reciprocal is taken of, unsigned.
    public static let reciprocalMantissaBits = 24
    /// Output element, signed.
    public static let outputBits = 16

    /// Keys a tile can hold at most.
    public static let maximumTileKeys = 1024

    /// Score of one key, signed: the exact inner product of `headSize` products.
    public static func scoreBits(headSize: Int) -> Int {
        queryBits + keyBits + ceilLog2(headSize)
    }

    /// Weight sum of one tile, unsigned.
    public static let tileWeightSumBits = tileWeightSumBits(keys: maximumTileKeys)
    /// Output sum of one tile, signed.
    public static let tileOutputSumBits = tileOutputSumBits(keys: maximumTileKeys)

    /// Weight sum of a tile of at most `keys` keys, unsigned.
    public static func tileWeightSumBits(keys: Int) -> Int { weightFractionBits + ceilLog2(keys) + 1 }

    /// Output sum of a tile of at most `keys` keys, signed.
    public static func tileOutputSumBits(keys: Int) -> Int { weightFractionBits + valueBits + ceilLog2(keys) }

    /// Weight sum of a state's class, unsigned, over at most `maximumContext` keys.
    public static func stateWeightSumBits(maximumContext: Int) -> Int {
        weightFractionBits + (1 << classShiftBits) - 1 + ceilLog2(maximumContext) + 1
    }

    /// Output sum of a state's class, signed, over at most `maximumContext` keys.
    public static func stateOutputSumBits(maximumContext: Int) -> Int {
        weightFractionBits + valueBits + (1 << classShiftBits) - 1 + ceilLog2(maximumContext)
    }
}

/// The least n with 2^n >= value; 0 for 0 and 1.
public func ceilLog2(_ value: Int) -> Int {
    value <= 1 ? 0 : Int.bitWidth - (value - 1).leadingZeroBitCount
}
