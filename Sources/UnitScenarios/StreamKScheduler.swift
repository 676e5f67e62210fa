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
        return try streamKScheduler(cluster, try requests.map { try ScheduledLaunch($0, on: cluster, &random) })
    }

    /// - Parameter asking: Fields of the launches, or `keys` of their last sequences, that ask for something else than what the
    ///   schedules are made for.
    package static func streamKScheduler(
        _ cluster: ClusterConfiguration, _ launches: [ScheduledLaunch], asking: [(field: String, value: Int)] = []
    ) throws -> UnitScenario {
        try UnitScenario(Accelerator.StreamKScheduler(cluster)) { streams in
            try streams.send(launches, to: "launch") { launch, beat in
                try launch.encode(into: beat)
                for other in asking where other.field != "keys" { try beat.set(other.field, other.value) }
            }
            let entries = launches.enumerated().flatMap { index, launch in
                launch.request.contexts.indices.map { (launch: launch, sequence: $0, bank: index & 1) }
            }
            try streams.send(entries, to: "sequences") { entry, beat in
                try entry.launch.encode(sequence: entry.sequence, into: beat)
                guard entry.sequence == entry.launch.request.contexts.count - 1 else { return }
                for other in asking where other.field == "keys" { try beat.set("keys", other.value) }
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
