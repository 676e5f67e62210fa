/// How the tiles of a launch are cut into ranges, one a lane (Docs/schedule.md).
public enum SchedulePolicy: String, CaseIterable, Codable, Sendable {
    /// Only between outputs: a lane works on whole rows, as in FlashAttention-2.
    case perHead = "per-head"
    /// Between equal chunks of the longest sequence, as in FlashDecoding.
    case fixedSplit = "fixed-split"
    /// Between any two tiles, as in LeanAttention.
    case streamK = "stream-k"
    /// `streamK`, by tiles if all are full and by keys otherwise.
    case auto
}

/// How partial states of an output that several lanes have worked on come together. The bits do not depend on it.
public enum ReductionTopology: String, CaseIterable, Codable, Sendable {
    /// From each lane to the one below it.
    case chain
    /// Neighbours, then pairs of them, and so on.
    case tree
}
