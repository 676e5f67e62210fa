import Configuration
import GoldenModel
import PerformanceModel

extension ClusterProgram {
    /// The schedule of a launch by the golden model.
    public func schedule(ofLaunch index: Int) throws(ScheduleError) -> StreamKScheduler {
        let launch = launches[index], layer = layers[launch.layer], schedule = launch.schedule
        return try StreamKScheduler(ScheduleRequest(
            contexts: layer.contexts, heads: layer.heads, lanes: schedule.lanes, tileKeys: layer.settings.tileKeys,
            policy: schedule.policy, splits: schedule.splits, byKeys: schedule.byKeys))
    }

    /// What the dense lanes have to do with that schedule; those that take no part, nothing.
    public func model(ofLaunch index: Int) throws(ScheduleError) -> LaunchModel {
        let layer = layers[launches[index].layer]
        var model = LaunchModel(configuration: configuration.lane, lanes: configuration.lanes)
        for (lane, segments) in try schedule(ofLaunch: index).segments.enumerated() {
            for segment in segments {
                model.addSegment(lane: lane, keys: segment.keys, opens: segment.opens, rows: layer.rows, settings: layer.settings)
            }
        }
        return model
    }

    /// What each lane that takes part has to do in a launch, whether it prunes or not.
    public func laneBounds(ofLaunch index: Int) throws(ScheduleError) -> [LaneBound] {
        guard let spAtten = configuration.spAtten else { return try model(ofLaunch: index).lanes.map(\.lane) }
        let layer = layers[launches[index].layer]
        return try schedule(ofLaunch: index).segments.map { segments in
            var bound = SpAttenBound(configuration: spAtten)
            for segment in segments {
                let row = layer.firstRow(head: segment.head, sequence: segment.sequence), result = layer.pruned[row]
                bound.addRow(
                    .init(tokens: Array(result.tokens[segment.keys]), first: segment.keys.lowerBound,
                          isRefined: Array(result.isRefined[segment.keys]), keepsValue: Array(result.keepsValue[segment.keys])),
                    settings: layer.settings, refine: layer.queries[row].pruning.refine)
            }
            return bound.lane
        }
    }

    /// The bound of all launches for a report: the busiest lane of each decides.
    func laneBound() throws(ScheduleError) -> LaneBound {
        var beats = 0, queryKeyCycles = 0, probabilityValueCycles = 0, usefulMultiplications = 0
        for index in launches.indices {
            let lanes = try laneBounds(ofLaunch: index)
            guard let busiest = lanes.max(by: { $0.cycles < $1.cycles }) else { continue }
            beats += busiest.portBeats
            queryKeyCycles += busiest.queryKeyCycles
            probabilityValueCycles += busiest.probabilityValueCycles
            usefulMultiplications += lanes.reduce(0) { $0 + $1.usefulMultiplications }
        }
        return LaneBound(
            configuration: configuration.lane.lane, portBeats: beats, queryKeyCycles: queryKeyCycles,
            probabilityValueCycles: probabilityValueCycles, usefulMultiplications: usefulMultiplications)
    }
}
