import Configuration

/// Which values of a tile are read (SpAtten III-C), and the sums that only the weights decide (Docs/pruning.md 5).
public enum LocalValueSelector {
    /// True for each key whose value is kept; `weights`, 0...2^20, are those of the tile's keys.
    public static func kept(weights: [UInt32], rule: ValueRule) -> [Bool] {
        switch rule {
        case .all:
            return [Bool](repeating: true, count: weights.count)
        case .fraction(let limit):
            let one = 1 << ValueRule.fractionBits
            return LargestKeys.largest((limit * weights.count + one - 1) / one, of: weights)
        case .threshold(let limit):
            let least = UInt64(limit) * SoftmaxUnit.sum(weights)
            return weights.map { UInt64($0) << ValueRule.probabilityBits >= least }
        }
    }

    /// Sums of a tile. `refined` and `kept` have an entry a key.
    public static func sums(
        reference: Int, weights: [UInt32], refined: [Bool], kept: [Bool], renormalise: Bool
    ) -> TileSums {
        var (all, unrefined, dropped) = (UInt64(0), UInt64(0), UInt64(0))
        for key in weights.indices {
            let weight = UInt64(weights[key])
            all += weight
            if !refined[key] { unrefined += weight }
            if !kept[key] { dropped += weight }
        }
        return TileSums(
            reference: reference, weightSum: renormalise ? all - dropped : all, unrefinedSum: unrefined, droppedSum: dropped,
            hasLeaf: !renormalise || kept.contains(true))
    }
}

/// What is known of a tile beside the sums over its values.
public struct TileSums: Hashable, Sendable {
    /// Weights are relative to `2^reference`.
    public let reference: Int
    /// Sum of the weights that count for the leaf, at most 33 bits, as the two below.
    public let weightSum: UInt64
    /// Over the keys that were not refined.
    public let unrefinedSum: UInt64
    /// Over the keys whose value is not read.
    public let droppedSum: UInt64
    /// False for a tile without a kept value in a row that renormalises.
    public let hasLeaf: Bool
}
