/// Factor from an integer score to the base-2 fixed-point domain: `mantissa * 2^-shift`.
///
/// `x = round(score * mantissa / 2^shift)` has ``NumericFormats/scaledScoreFractionBits`` fractional bits, and `2^x` is
/// what softmax exponentiates; `log2(e)`, the softmax scale and the quantizers' scales are folded in.
public struct ScoreScale: Hashable, Codable, Sendable {
    /// Unsigned, ``NumericFormats/scaleMantissaBits`` bits.
    public let mantissa: Int
    /// Right shift, unsigned, ``NumericFormats/scaleShiftBits`` bits.
    public let shift: Int

    private static let mantissaLimit = 1 << NumericFormats.scaleMantissaBits
    private static let largestShift = (1 << NumericFormats.scaleShiftBits) - 1
    private static let log2e = 1.4426950408889634

    /// Any pair the hardware accepts.
    public init(mantissa: Int, shift: Int) throws(ScoreScaleError) {
        guard (0..<Self.mantissaLimit).contains(mantissa), (0...Self.largestShift).contains(shift) else {
            throw .fieldOutOfRange(mantissa: mantissa, shift: shift)
        }
        self.mantissa = mantissa
        self.shift = shift
    }

    /// The nearest pair for a softmax over `real * score`, in natural units: weights are `exp(real * score)`.
    ///
    /// The mantissa is normalised to its full width, rounded to nearest. Below `2^17 * 2^-63` it loses leading bits,
    /// and 0 gives mantissa 0 (every key weighs the same).
    public init(real: Double) throws(ScoreScaleError) {
        guard real.isFinite, real >= 0 else { throw .notANonNegativeNumber(real) }
        let factor = real * Self.log2e * Double(1 << NumericFormats.scaledScoreFractionBits)
        guard factor.isFinite, factor < Double(Self.mantissaLimit) else { throw .tooLarge(real) }
        guard factor > 0 else {
            self.mantissa = 0
            self.shift = Self.largestShift
            return
        }
        var shift = min(NumericFormats.scaleMantissaBits - 1 - Int(factor.exponent), Self.largestShift)
        var mantissa = Int((factor * Double(sign: .plus, exponent: shift, significand: 1)).rounded())
        if mantissa == Self.mantissaLimit {
            mantissa >>= 1
            shift -= 1
        }
        guard shift >= 0 else { throw .tooLarge(real) }
        self.mantissa = mantissa
        self.shift = shift
    }

    /// The factor in natural units that this pair stands for, so that it can be compared with the one asked for.
    public var real: Double {
        Double(mantissa) * Double(sign: .plus, exponent: -shift - NumericFormats.scaledScoreFractionBits, significand: 1)
            / Self.log2e
    }
}

/// A score scale that the hardware cannot hold.
public enum ScoreScaleError: Error, Equatable, CustomStringConvertible {
    case fieldOutOfRange(mantissa: Int, shift: Int)
    case notANonNegativeNumber(Double)
    case tooLarge(Double)

    public var description: String {
        switch self {
        case .fieldOutOfRange(let mantissa, let shift):
            "score scale \(mantissa) * 2^-\(shift) does not fit: the mantissa must be in 0..<2^18, the shift in 0...63"
        case .notANonNegativeNumber(let real):
            "score scale \(real) is not a finite number >= 0: check the softmax scale and the query for NaN or infinity, "
                + "and negate the query instead of the scale"
        case .tooLarge(let real):
            "score scale \(real) is too large (at least 2^18 * ln 2 / 2^12 = 44.36): one step of the integer score would "
                + "be 64 powers of two; quantize the query with a smaller step"
        }
    }
}
