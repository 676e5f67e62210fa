import Configuration

/// Which keys of a tile get their LSBs, from the weights that the MSB plane alone gives (SpAtten III-D; Docs/pruning.md 3).
public enum ConfidenceUnit {
    /// True for each key that is refined; of a format with an LSB plane.
    ///
    /// `weights` are those of the tile's keys from centre scores, 0...2^20 (read in the modes `paper` and `perKey` only);
    /// `confidence` is a probability with 24 fractional bits, 0...2^24.
    public static func refined(weights: [UInt32], mode: RefineMode, confidence: Int) -> [Bool] {
        /// The confidence as a share of the tile's weight sum, in units of 2^-24 of a weight: at most 57 bits.
        func limit() -> UInt64 { UInt64(confidence) * SoftmaxUnit.sum(weights) }
        switch mode {
        case .always: return [Bool](repeating: true, count: weights.count)
        case .never: return [Bool](repeating: false, count: weights.count)
        case .paper:
            let refines = probability(weights.max() ?? 0) < limit()
            return [Bool](repeating: refines, count: weights.count)
        case .perKey:
            let limit = limit()
            return weights.map { probability($0) > limit }
        }
    }

    /// A weight in the unit of a probability times the weight sum.
    private static func probability(_ weight: UInt32) -> UInt64 { UInt64(weight) << ValueRule.probabilityBits }
}
