import FixedPoint

/// Joins what the weights and what the values of a tile gave to its leaf (Docs/pruning.md 5).
public enum LeafCompletion {
    /// Elements of a leaf beyond the head's: the unrefined and the dropped mass.
    public static let masses = 2

    /// The leaf; its two elements beyond the head's become probabilities with 14 fractional bits in the normalizer. Nil
    /// for a tile that has none.
    ///
    /// `outputSums`, [headSize], are over the kept values.
    public static func leaf(_ sums: TileSums, outputSums: [Int64], valueFormat: ValueFormat) -> TileLeaf? {
        guard sums.hasLeaf else { return nil }
        let masses = [sums.unrefinedSum, sums.droppedSum].map { Int64($0) << Int64(valueFormat.bits - 2) }
        return TileLeaf(reference: sums.reference, weightSum: sums.weightSum, outputSums: outputSums + masses)
    }
}
