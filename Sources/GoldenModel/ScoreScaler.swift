import FixedPoint

/// Scores to the base-2 domain: `round(score * mantissa / 2^shift)`, halves rounded up, saturated.
///
/// A scaled score is signed 24 bits with 12 fractional bits; its largest value is 2047.0, so the tile reference (its
/// ceiling) always fits 12 signed bits.
public enum ScoreScaler {
    static let one: Int64 = 1 << NumericFormats.scaledScoreFractionBits
    static let smallest: Int64 = -(1 << (NumericFormats.scaledScoreBits - 1))
    static let largest: Int64 = -smallest - one

    public static func scaled(score: Int32, scale: ScoreScale) -> Int32 {
        let product = Int64(score) * Int64(scale.mantissa)
        let quotient = product >> scale.shift
        // The first bit shifted out decides: floor(p / 2^s + 1/2).
        let half = scale.shift == 0 ? 0 : (product >> (scale.shift - 1)) & 1
        return Int32(min(max(quotient + half, smallest), largest))
    }
}
