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

extension SchedulePolicy {
    /// How many chunks FlashDecoding cuts the longest sequence into: 1 if the outputs alone keep 80 % of the lanes busy; else the
    /// fewest whose rounds are at least 85 % as full as the best number's, up to 128.
    ///
    /// - Parameters:
    ///   - outputs: Heads times sequences.
    ///   - tiles: Of the longest sequence.
    public static func flashDecodingSplits(outputs: Int, lanes: Int, tiles: Int) -> Int {
        if 5 * outputs >= 4 * lanes { return 1 }
        func chunk(_ splits: Int) -> Int { (tiles + splits - 1) / splits }
        // More splits with chunks of the same size only add empty ones.
        let counts = (1...max(1, min(128, lanes, tiles))).filter { $0 == 1 || chunk($0) != chunk($0 - 1) }
        func fullness(_ splits: Int) -> Double {
            let rounds = Double(outputs * splits) / Double(lanes)
            return rounds / rounds.rounded(.up)
        }
        let best = counts.map(fullness).max()!
        return counts.first { fullness($0) >= 0.85 * best }!
    }
}

/// How partial states of an output that several lanes have worked on come together. The bits do not depend on it.
public enum ReductionTopology: String, CaseIterable, Codable, Sendable {
    /// From each lane to the one below it.
    case chain
    /// Neighbours, then pairs of them, and so on.
    case tree
}
