import Configuration
import Driver
import FixedPoint

extension LaunchProgram {
    /// What a cluster gets of a workload's layer as launches of a whole accelerator, in one chain: the same rows, cut alike, over planes
    /// that lie in memory once.
    ///
    /// - Parameters:
    ///   - cluster: The launches of one layer.
    ///   - keyValues: Of each key-value head.
    init(_ cluster: ClusterProgram, over keyValues: [QuantizedKeyValues], on system: LeanSystemConfiguration) throws {
        try self.init(system, region: SystemOutcome.region, seed: 1)
        let store = try place(
            keyValues.map { HeadCodes(keys: $0.keys, values: $0.values) }, settings: cluster.layers[0].settings, capacity: keyValues[0].keyCount)
        var chain: [Launch] = []
        for launch in cluster.launches {
            let layer = cluster.layers[launch.layer], schedule = launch.schedule
            let placed = PlacedLayer(
                settings: layer.settings, heads: layer.heads, rows: layer.rows, sequences: layer.contexts.map { (store, $0) },
                queries: layer.queries.map { QueryRecord(query: $0.codes, scale: $0.scale) }, outputs: layer.expected)
            chain.append(try self.launch(placed, cut: .init(
                lanes: schedule.lanes, policy: schedule.policy, splits: schedule.splits, byKeys: schedule.byKeys)))
        }
        append([chain])
    }

    /// Completion records that are wrong, and one if anything else but outputs is.
    func differentReports(_ outcome: SystemOutcome) -> Int {
        let wrong = zip(launches, outcome.completions[0]).count { launch, found in
            var expected = launch.completion
            // How long it took nobody can say beforehand.
            expected.cycles = found.cycles
            return found != expected
        }
        return wrong + (outcome.isElsewhereWrong ? 1 : 0)
    }
}
