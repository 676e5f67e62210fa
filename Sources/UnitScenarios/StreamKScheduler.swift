import Accelerator
import Configuration
import GoldenModel
import SeededRandom
import Verification

extension UnitScenario {
    /// The scheduler of a cluster: random launches, and at full extent those at the edges.
    package static func streamKScheduler(
        _ cluster: ClusterConfiguration, _ random: SeededGenerator, _ extent: Extent = .full
    ) throws -> UnitScenario {
        var random = random
        let edges = extent == .full ? ScheduleRequest.edges(cluster) : []
        let limits = extent == .full ? LaunchLimits() : LaunchLimits(sequences: 20, heads: 6, context: 3_000)
        let requests = edges + (0..<(extent == .full ? 100 : 24)).map { _ in ScheduleRequest.random(cluster, limits, &random) }
        return try streamKScheduler(cluster, try ScheduledLaunch.random(requests, on: cluster, &random))
    }

    package static func streamKScheduler(
        _ cluster: ClusterConfiguration, _ launches: [ScheduledLaunch]
    ) throws -> UnitScenario {
        try UnitScenario(Accelerator.StreamKScheduler(cluster)) { streams in
            try streams.send(launches, to: "launch") { try $0.encode(into: $1) }
            let entries = launches.enumerated().flatMap { index, launch in
                launch.request.contexts.indices.map { (launch: launch, sequence: $0, bank: index & 1) }
            }
            try streams.send(entries, to: "sequences") { try $0.launch.encodeEntry(sequence: $0.sequence, into: $1) }
            try streams.expect(launches.flatMap(\.faults), from: "fault") { excesses, beat in
                for excess in ScheduledLaunch.Excess.allCases { try beat.set(excess.rawValue, excesses.contains(excess)) }
                try beat.set("rows", 0)
            }
            try streams.expect(entries, from: "table") {
                try $0.launch.encodeWrite(sequence: $0.sequence, bank: $0.bank, into: $1)
            }
            for lane in 0..<cluster.lanes {
                try streams.expect(launches.enumerated(), from: "ranges_\(lane)") { item, beat in
                    try item.element.encode(item.element.ranges[lane], epoch: item.offset & 1, into: beat)
                }
            }
        }
    }
}
