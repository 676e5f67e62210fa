import Configuration
import GoldenModel
import PerformanceModel

extension ClusterProgram {
    /// The schedule of a launch by the golden model, for all lanes that are built: those that take no part have empty ranges.
    public func schedule(ofLaunch index: Int) throws(ScheduleError) -> StreamKScheduler {
        let launch = launches[index], layer = layers[launch.layer], schedule = launch.schedule
        return try StreamKScheduler(ScheduleRequest(
            contexts: layer.contexts, heads: layer.heads, lanes: schedule.lanes, tileKeys: layer.settings.tileKeys,
            policy: schedule.policy, splits: schedule.splits, byKeys: schedule.byKeys))
    }

    /// What the lanes could do at best with that schedule.
    public func bound(ofLaunch index: Int) throws(ScheduleError) -> ClusterBound {
        let layer = layers[launches[index].layer]
        var bound = ClusterBound(configuration: configuration)
        for (lane, segments) in try schedule(ofLaunch: index).segments.enumerated() {
            for segment in segments {
                bound.addSegment(lane: lane, rows: layer.rows, keys: segment.keys, settings: layer.settings)
            }
        }
        return bound
    }

    /// The same over all launches for a report: the busiest lane of each decides, its lanes' ports and arrays count as one.
    func laneBound() throws(ScheduleError) -> LaneBound {
        var beats = 0, queryKeyCycles = 0, probabilityValueCycles = 0, usefulMultiplications = 0
        for index in launches.indices {
            let bound = try bound(ofLaunch: index), busiest = bound.busiest
            beats += busiest.portBeats
            queryKeyCycles += busiest.queryKeyCycles
            probabilityValueCycles += busiest.probabilityValueCycles
            usefulMultiplications += bound.lanes.reduce(0) { $0 + $1.usefulMultiplications }
        }
        return LaneBound(
            configuration: configuration.lane.lane, portBeats: beats, queryKeyCycles: queryKeyCycles,
            probabilityValueCycles: probabilityValueCycles, usefulMultiplications: usefulMultiplications)
    }
}
