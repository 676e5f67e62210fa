import FixedPoint
import Foundation

/// How far a row can be from itself with all keys refined, from what is known at run time (Docs/pruning.md 5).
public enum RefinementBound {
    /// Largest error of an output before rounding, in the unit of `largestValue`, the largest |value| that is kept.
    ///
    /// `tileKeys` are the keys of a full tile; `keyCount` those of the row.
    public static func outputError(
        report: RowReport, query: [Int16], scale: ScoreScale, lsbBits: Int, tileKeys: Int, keyCount: Int, largestValue: Int
    ) -> Double {
        let queryMagnitude = query.reduce(0) { $0 + Int($1.magnitude) }
        let rounding = weightRounding(tileKeys: tileKeys, keyCount: keyCount)
        let moved = movedShare(
            unrefinedShare: min(1, Double(report.unrefinedMass + 1) / Double(1 << RowReport.fractionBits) + rounding),
            exponentError: exponentError(queryMagnitude: queryMagnitude, scale: scale, lsbBits: lsbBits))
        return 2 * Double(largestValue) * min(1, moved + 2 * rounding)
    }

    /// The most that the probability of any set of keys can change if keys that have `unrefinedShare`, above 0, of it change their
    /// exponents by up to `exponentError` each, in powers of two.
    public static func movedShare(unrefinedShare share: Double, exponentError: Double) -> Double {
        // All of it, to double precision; the factor stays finite.
        guard exponentError < 64 else { return 1 }
        let factor = exp2(exponentError)
        let (least, most) = (1 - share * (1 - 1 / factor), 1 + share * (factor - 1))
        let span = factor - 1 / factor
        let rising = min(share, ((factor * least).squareRoot() - least) / span)
        let falling = min(share, (most - (most / factor).squareRoot()) / span)
        return max(
            rising * (factor / (least + span * rising) - 1), falling * (1 - 1 / (factor * (most - span * falling))))
    }

    /// Largest error of an unrefined key's exponent, in powers of two.
    static func exponentError(queryMagnitude: Int, scale: ScoreScale, lsbBits: Int) -> Double {
        let halfBin = Double(queryMagnitude * (1 << lsbBits - 1)) * Double(scale.mantissa)
        return (halfBin * exp2(-1 - Double(scale.shift)) + 1) / Double(1 << NumericFormats.scaledScoreFractionBits)
    }

    /// Largest share of a row's sum that moves because weights and sums are rounded.
    static func weightRounding(tileKeys: Int, keyCount: Int) -> Double {
        Double(min(tileKeys, keyCount) + 8) * 0x1p-19 + Double(keyCount) * 0x1p-32
    }
}
