import FixedPoint

/// Probabilities of a row's keys once its state is known, for importance (Docs/pruning.md 6).
public struct KeyProbability: Sendable {
    /// A probability has 20 fractional bits: 0...2^20.
    public static let fractionBits = 20
    static let one = UInt32(1) << fractionBits

    private let stateClass: Int
    /// Bits of the weight sum, and the 18 leading bits of its reciprocal; nil for the empty state.
    private let inverse: (bits: Int, reciprocal: UInt64)?

    /// - Parameter state: of the whole row.
    public init(state: PartialState) {
        stateClass = state.stateClass
        guard state.isValid else {
            inverse = nil
            return
        }
        let (bits, reciprocal) = Normalizer.inverseWeightSum(state)
        inverse = (bits, UInt64(reciprocal) >> 7)
    }

    /// Of a key with that weight in a tile with that reference.
    public func probability(weight: UInt32, reference: Int) -> UInt32 {
        guard let inverse, weight != 0 else { return 0 }
        let classes = stateClass - (reference >> NumericFormats.classShiftBits)
        let span = 1 << NumericFormats.classShiftBits
        let shift = inverse.bits - 4 - (reference & (span - 1)) + span * classes
        guard classes < 2, shift < UInt64.bitWidth else { return 0 }
        guard shift >= 0 else { return Self.one }
        return UInt32(min(UInt64(Self.one), (UInt64(weight) * inverse.reciprocal) >> UInt64(shift)))
    }
}
