import FixedPoint

/// Tile reference, softmax weights `2^(x - reference)` and their sum.
public enum SoftmaxUnit {
    /// The least integer that is no smaller than any scaled score of the tile, signed 12 bits.
    /// - Precondition: the tile holds a key.
    public static func reference(scaledScores: some Collection<Int32>) -> Int {
        guard let largest = scaledScores.max() else { preconditionFailure("a tile without keys has no reference") }
        let one = Int(ScoreScaler.one)
        return (Int(largest) + one - 1) >> NumericFormats.scaledScoreFractionBits
    }

    /// Weight of a key: `2^(x - reference)` with 20 fractional bits, 0...2^20, rounded to nearest, halves up.
    /// - Precondition: `reference` is no smaller than the scaled score.
    public static func weight(scaledScore: Int32, reference: Int) -> UInt32 {
        mantissas.withUnsafeBufferPointer { weight(scaledScore: scaledScore, reference: Int32(reference), mantissas: $0) }
    }

    /// Reference of a tile and the weights of its keys.
    /// - Precondition: the tile holds a key.
    public static func softmax(scaledScores: [Int32]) -> (reference: Int, weights: [UInt32]) {
        let reference = reference(scaledScores: scaledScores)
        let weights = mantissas.withUnsafeBufferPointer { mantissas in
            scaledScores.map { weight(scaledScore: $0, reference: Int32(reference), mantissas: mantissas) }
        }
        return (reference, weights)
    }

    /// Sum of weights, at most 33 bits for 4,096 keys.
    static func sum(_ weights: [UInt32]) -> UInt64 {
        weights.reduce(0) { $0 &+ UInt64($1) }
    }

    static func weight(scaledScore: Int32, reference: Int32, mantissas: UnsafeBufferPointer<UInt32>) -> UInt32 {
        let delta = (reference << Int32(NumericFormats.scaledScoreFractionBits)) - scaledScore
        precondition(delta >= 0, "the reference is below a score of its tile")
        let whole = UInt32(delta >> Int32(NumericFormats.scaledScoreFractionBits))
        guard whole < vanishingExponent else { return 0 }
        let mantissa = mantissas[Int(delta) & (mantissas.count - 1)]
        let excess = UInt32(NumericFormats.exponentialFractionBits - NumericFormats.weightFractionBits) + whole
        return (mantissa + (1 << (excess - 1))) >> excess
    }

    /// From here on a weight is at most a quarter of an ulp: zero.
    static let vanishingExponent = UInt32(NumericFormats.weightFractionBits + 2)

    /// `2^(-f / 4096)` with 22 fractional bits for every fraction f of a scaled score, as the table of 512 segments
    /// with linear interpolation gives it.
    static let mantissas: [UInt32] = {
        let base = segmentBases()
        let segmentLength = 1 << (NumericFormats.scaledScoreFractionBits - NumericFormats.exponentialSegmentBits)
        return base.indices.dropLast().flatMap { segment in
            (0..<segmentLength).map { offset in
                let slope = Int(base[segment]) - Int(base[segment + 1])
                return base[segment] - UInt32((slope * offset + segmentLength / 2) / segmentLength)
            }
        }
    }()

    /// `round(2^22 * 2^(-j / 512))` for j = 0...512.
    ///
    /// Powers of `2^(-1/512)`, found as nine nested square roots, with 62 fractional bits: all integers, so the table
    /// does not hang on a mathematics library.
    static func segmentBases() -> [UInt32] {
        let fractionBits = 62
        let segments = 1 << NumericFormats.exponentialSegmentBits
        var root = UInt64(1) << (fractionBits - 1)
        for _ in 0..<NumericFormats.exponentialSegmentBits {
            root = integerSquareRoot(UInt128(root) << fractionBits)
        }
        let excess = fractionBits - NumericFormats.exponentialFractionBits
        var power = UInt64(1) << fractionBits
        return (0...segments).map { _ in
            defer { power = UInt64((UInt128(power) * UInt128(root)) >> fractionBits) }
            return UInt32((power + (1 << (excess - 1))) >> excess)
        }
    }

    /// The largest integer whose square is no larger than `square`.
    /// - Precondition: `square < 2^126`.
    private static func integerSquareRoot(_ square: UInt128) -> UInt64 {
        var root: UInt128 = 0
        for bit in (0..<63).reversed() {
            let candidate = root | (1 << bit)
            if candidate * candidate <= square { root = candidate }
        }
        return UInt64(root)
    }
}
