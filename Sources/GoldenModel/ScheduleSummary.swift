/// What a schedule costs, counted.
public struct ScheduleSummary: Hashable, Sendable {
    /// Of the launch.
    public let tiles, keys: Int
    /// Of the lane that has most; where all lanes are as fast, when the launch ends.
    public let makespanTiles, makespanKeys: Int
    /// Segments of all lanes.
    public let segments: Int
    /// Segments that do not begin their output: each is a state that is merged into its host's.
    public let partials: Int
    /// States that lanes hand to the reduction: `partials`, and those of the hosts that wait for them.
    public let published: Int
    /// Of the output that most lanes work on.
    public let largestPeers: Int
    private let lanes: Int

    public init(_ schedule: StreamKScheduler) {
        let request = schedule.request
        lanes = request.lanes
        tiles = request.heads * schedule.sequenceTiles.reduce(0, +)
        keys = request.heads * request.contexts.reduce(0, +)
        makespanTiles = schedule.ranges.map(\.tiles.count).max()!
        var segments = 0, partials = 0, published = 0, peers = 0, largestPeers = 0, makespanKeys = 0
        for lane in schedule.ranges.indices {
            var laneKeys = 0
            for segment in schedule.segments(lane: lane) {
                segments += 1
                laneKeys += segment.keys.count
                peers = segment.opens ? 1 : peers + 1
                largestPeers = max(largestPeers, peers)
                if !segment.opens { partials += 1 }
                if segment.role != .complete { published += 1 }
            }
            makespanKeys = max(makespanKeys, laneKeys)
        }
        (self.segments, self.partials, self.published) = (segments, partials, published)
        (self.largestPeers, self.makespanKeys) = (largestPeers, makespanKeys)
    }

    /// Busy share of the lanes in tiles until the last is done; 1 if there is nothing to do.
    public var efficiency: Double { share(tiles, makespanTiles) }
    /// The same in keys.
    public var keyEfficiency: Double { share(keys, makespanKeys) }

    private func share(_ total: Int, _ makespan: Int) -> Double {
        makespan == 0 ? 1 : Double(total) / Double(lanes * makespan)
    }
}
