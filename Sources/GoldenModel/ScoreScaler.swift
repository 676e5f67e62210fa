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
        scaled(doubledScore: 2 * Int64(score), scale: scale)
    }

    /// Of twice the score, which is an integer also where the score is a bin's centre; at most 33 signed bits.
    public static func scaled(doubledScore: Int64, scale: ScoreScale) -> Int32 {
        // One bit below the unit is left after the shift: it decides, so halves go up.
        let doubled = (doubledScore * Int64(scale.mantissa)) >> scale.shift
        return Int32(min(max((doubled + 1) >> 1, smallest), largest))
    }
}
