/// Lanes of a schedule that run on fewer places than there are lanes, each from its first tile until its outputs are done:
/// what a schedule needs in order not to stop for ever.
///
/// A lane takes one time unit a tile. It hands over the state of its first segment, if that does not begin an output, when
/// that segment is done, and waits for nobody before. The host of a divided output keeps its place until the states of
/// all its peers are there.
public struct LaneResidency: Hashable, Sendable {
    /// The order in which lanes get a place.
    public enum IssueOrder: String, CaseIterable, Sendable {
        case ascending, descending
    }

    /// When the last lane is done; nil: some lanes wait for others that never get a place.
    public let end: Int?
    /// The longest that a host waits after its own tiles; meaningless without an end.
    public let longestWait: Int
    /// Lanes that held a place for ever.
    public let blocked: [Int]

    /// - Parameter places: Lanes that can be under way at a time, at least 1.
    public init(_ schedule: StreamKScheduler, places: Int, order: IssueOrder) {
        let lanes = schedule.ranges.indices
        let segments = schedule.segments
        // The lanes whose states the last segment of a lane needs.
        let peers = lanes.map { lane -> Range<Int> in
            guard let last = segments[lane].last, last.role == .host else { return lane..<lane }
            let end = lanes[(lane + 1)...].first { segments[$0].first?.closes == true && segments[$0].first?.opens == false }
            return lane + 1..<end! + 1
        }
        var starts = [Int?](repeating: nil, count: lanes.count)
        func published(_ lane: Int) -> Int? { starts[lane].map { $0 + (segments[lane].first?.tiles.count ?? 0) } }
        func worked(_ lane: Int) -> Int { starts[lane]! + schedule.ranges[lane].tiles.count }
        /// Nil while a peer has not begun.
        func finished(_ lane: Int) -> Int? {
            peers[lane].reduce(worked(lane) as Int?) { latest, peer in
                guard let latest, let its = published(peer) else { return nil }
                return max(latest, its)
            }
        }
        var waiting = order == .ascending ? Array(lanes.reversed()) : Array(lanes)
        var resident: [Int] = [], now = 0, end = 0, longestWait = 0
        while true {
            while resident.count < places, let lane = waiting.popLast() {
                starts[lane] = now
                resident.append(lane)
            }
            if resident.isEmpty { break }
            let ends = resident.compactMap { lane in finished(lane).map { (lane: lane, end: $0) } }
            guard let next = ends.min(by: { ($0.end, $0.lane) < ($1.end, $1.lane) }) else { break }
            now = max(now, next.end)
            end = max(end, next.end)
            longestWait = max(longestWait, next.end - worked(next.lane))
            resident.removeAll { $0 == next.lane }
        }
        blocked = resident.sorted()
        self.end = resident.isEmpty ? end : nil
        self.longestWait = longestWait
    }
}
