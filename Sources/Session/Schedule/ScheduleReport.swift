import Configuration
import Foundation
import GoldenModel

/// What `schedule` prints; its names are those of the JSON that scripts read.
public struct ScheduleReport: Encodable, Sendable {
    public struct Range: Encodable, Sendable {
        public let lane: Int
        /// In tiles from the beginning of the launch: by head, sequence, position.
        public let start, length: Int
        public let keys: Int
        /// The outputs that it has a part in: `complete`, `host`, `middle`, `finishing`.
        public let segments: [Segment]
    }

    public struct Segment: Encodable, Sendable {
        public let head, sequence: Int
        /// Tiles of the output, and their positions.
        public let firstTile, tiles, firstKey, keys: Int
        public let role: String
    }

    public let policy: SchedulePolicy
    public let lanes, heads, tileKeys: Int
    public let contexts: [Int]
    /// Ranges end after equal numbers of keys instead of tiles.
    public let byKeys: Bool
    /// Under `fixed-split`: chunks of the longest sequence, and their tiles.
    public let splits, chunkTiles: Int?
    /// Of the launch, and of the lane that has most.
    public let tiles, keys, makespanTiles, makespanKeys: Int
    /// Busy share of the lanes until the last is done, by tiles and by keys.
    public let efficiency, keyEfficiency: Double
    /// States that are merged into those of the hosts; states that lanes hand over, with those of the hosts.
    public let partials, published: Int
    /// Lanes that work on the output that most work on.
    public let largestPeers: Int
    public let ranges: [Range]

    /// - Parameter splits: nil: as many as FlashDecoding would take.
    /// - Throws: `ScheduleError` for numbers that make no launch.
    public init(
        contexts: [Int], heads: Int, lanes: Int, tileKeys: Int, policy: SchedulePolicy, splits: Int?, byKeys: Bool
    ) throws {
        var request = ScheduleRequest(
            contexts: contexts, heads: heads, lanes: lanes, tileKeys: tileKeys, policy: policy, splits: splits ?? 1, byKeys: byKeys)
        var schedule = try StreamKScheduler(request)
        if policy == .fixedSplit, splits == nil {
            request.splits = SchedulePolicy.flashDecodingSplits(
                outputs: heads * contexts.count, lanes: lanes, tiles: schedule.sequenceTiles.max()!)
            schedule = try StreamKScheduler(request)
        }
        let summary = ScheduleSummary(schedule)
        self.policy = policy
        (self.lanes, self.heads, self.tileKeys, self.contexts) = (lanes, heads, tileKeys, contexts)
        self.byKeys = schedule.cutsByKeys
        self.splits = policy == .fixedSplit ? request.splits : nil
        chunkTiles = policy == .fixedSplit ? schedule.chunkTiles : nil
        (tiles, keys) = (summary.tiles, summary.keys)
        (makespanTiles, makespanKeys) = (summary.makespanTiles, summary.makespanKeys)
        (efficiency, keyEfficiency) = (summary.efficiency, summary.keyEfficiency)
        (partials, published, largestPeers) = (summary.partials, summary.published, summary.largestPeers)
        ranges = schedule.ranges.enumerated().map { lane, range in
            let segments = schedule.segments(lane: lane).map { segment in
                Segment(
                    head: segment.head, sequence: segment.sequence, firstTile: segment.tiles.lowerBound,
                    tiles: segment.tiles.count, firstKey: segment.keys.lowerBound, keys: segment.keys.count,
                    role: segment.role.rawValue)
            }
            return Range(
                lane: lane, start: range.tiles.lowerBound, length: range.tiles.count,
                keys: segments.reduce(0) { $0 + $1.keys }, segments: segments)
        }
    }

    /// What of the launch is more than a cluster is built for; nil: nothing.
    public var beyondHardware: String? {
        let limits = [
            (lanes, ClusterConfiguration.maximumLanes, "lanes"), (heads, ClusterConfiguration.maximumHeads, "heads"),
            (contexts.count, ClusterConfiguration.maximumSequences, "sequences"),
        ]
        guard let (asked, most, what) = limits.first(where: { $0.0 > $0.1 }) else { return nil }
        return "\(grouped(asked)) \(what) are more than a cluster is built for (\(most)); the rule is the same"
    }

    /// Lanes and segments that the text shows.
    private static let shownLanes = 128, shownSegments = 4

    public var text: String {
        let cut = switch policy {
        case .perHead: "by outputs"
        case .fixedSplit: "by chunks of \(plural(chunkTiles ?? 0, "tile"))"
        case .streamK, .auto: byKeys ? "by keys" : "by tiles"
        }
        let summary = table([
            ("policy", "\(policy.rawValue), cut \(cut)"),
            ("work", "\(plural(tiles, "tile")) of \(tileKeys) keys in \(plural(heads * contexts.count, "output"))"),
            ("makespan", "\(plural(makespanTiles, "tile")), \(plural(makespanKeys, "key"))"),
            ("efficiency", "\(share(efficiency)) by tiles, \(share(keyEfficiency)) by keys"),
            ("partials", "\(grouped(partials)) merged into their hosts; at most \(plural(largestPeers, "lane")) on an output"),
        ])
        let shown = ranges.prefix(Self.shownLanes).map { "  " + line($0) + "\n" }.joined()
        let rest = ranges.count - Self.shownLanes
        return summary + shown + (rest > 0 ? "  and \(plural(rest, "lane")) more: --json has them all\n" : "")
    }

    private func share(_ ratio: Double) -> String { String(format: "%.2f %%", 100 * ratio) }

    private func line(_ range: Range) -> String {
        let parts = range.segments.prefix(Self.shownSegments).map { segment in
            "head \(segment.head) sequence \(segment.sequence) "
                + "[\(segment.firstTile), \(segment.firstTile + segment.tiles)) \(segment.role)"
        }
        let rest = range.segments.count - Self.shownSegments
        return "lane \(range.lane): [\(range.start), \(range.start + range.length))"
            + (parts.isEmpty ? " nothing" : " " + parts.joined(separator: ", ")) + (rest > 0 ? ", and \(grouped(rest)) more" : "")
    }
}
