import FixedPoint

/// The output row: output sums over weight sum, by one reciprocal.
public enum Normalizer {
    /// Outputs, [headSize], 16 bits signed: the weighted mean of the values times `2^outputGainBits`. Zeros for the
    /// empty state.
    public static func outputs(_ state: PartialState, valueFormat: ValueFormat) -> [Int16] {
        guard state.isValid else { return [Int16](repeating: 0, count: state.headSize) }
        let (weightSumBits, reciprocal) = inverseWeightSum(state)
        let alignment = NumericFormats.reciprocalMantissaBits - weightSumBits
        let droppedBits = Int64(reciprocalBits - valueFormat.outputGainBits)
        return (0..<state.headSize).map { element in
            let numerator = Int64(min(max(shifted(outputSum(state, element), by: alignment), -numeratorLimit), numeratorLimit - 1))
            let rounded = (numerator * reciprocal + (1 << (droppedBits - 1))) >> droppedBits
            return Int16(clamping: rounded)
        }
    }

    /// Number of bits h of the weight sum, and r: its reciprocal is `r * 2^(-23 - h)`, r of 25 bits.
    /// - Precondition: the state is valid.
    static func inverseWeightSum(_ state: PartialState) -> (bits: Int, reciprocal: Int64) {
        let weightSum = Self.weightSum(state)
        let bits = UInt128.bitWidth - weightSum.leadingZeroBitCount
        let mantissa = Int64(shifted(Int128(weightSum), by: NumericFormats.reciprocalMantissaBits - bits))
        return (bits, (Int64(1) << reciprocalBits) / mantissa)
    }

    /// The outputs before they are rounded, in units of a value code: what accuracy is measured on. Zeros for the empty
    /// state.
    public static func unrounded(_ state: PartialState) -> [Double] {
        guard state.isValid else { return [Double](repeating: 0, count: state.headSize) }
        let weightSum = Double(Self.weightSum(state))
        return (0..<state.headSize).map { Double(outputSum(state, $0)) / weightSum }
    }

    /// The reciprocal of a mantissa in [2^23, 2^24) is floor(2^47 / mantissa): 25 bits.
    private static let reciprocalBits = 2 * NumericFormats.reciprocalMantissaBits - 1
    /// Numerators are signed 37 bits; what is beyond saturates the output whatever the weight sum.
    private static let numeratorLimit = Int128(1) << 36
    private static let classSpan = 1 << NumericFormats.classShiftBits

    private static func weightSum(_ state: PartialState) -> UInt128 {
        state.upperWeightSum + (state.lowerWeightSum >> classSpan)
    }

    private static func outputSum(_ state: PartialState, _ element: Int) -> Int128 {
        state.upperOutputSums[element] + (state.lowerOutputSums[element] >> classSpan)
    }

    /// Left for a positive shift; right, toward minus infinity, for a negative one.
    private static func shifted(_ value: Int128, by alignment: Int) -> Int128 {
        alignment >= 0 ? value << alignment : value >> -alignment
    }
}
