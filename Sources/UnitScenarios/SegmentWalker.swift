import Accelerator
import Configuration
import GoldenModel
import SeededRandom
import Verification

extension UnitScenario {
    /// The ranges of some lanes, each of a launch of its own whose sequences are written while the range before is walked.
    package static func segmentWalker(
        _ lane: PrefillConfiguration, _ random: SeededGenerator, _ extent: Extent = .full
    ) throws -> UnitScenario {
        var random = random
        let cluster = ClusterConfiguration(lane: lane, lanes: extent == .full ? 8 : 3)
        let edges = extent == .full ? ScheduleRequest.edges(cluster).filter { $0.heads * $0.contexts.count < 4_000 } : []
        let limits = extent == .full ? LaunchLimits(heads: 6) : LaunchLimits(sequences: 12, heads: 4, context: 1_500)
        let requests = edges + (0..<(extent == .full ? 150 : 24)).map { _ in ScheduleRequest.random(cluster, limits, &random) }
        var ranges = try requests.map { (try ScheduledLaunch($0, on: cluster, &random), random.below($0.lanes)) }
        if extent == .full {
            // To the end behind the last of all heads that there can be.
            let most = ScheduleRequest(
                contexts: [1], heads: ClusterConfiguration.maximumHeads, lanes: cluster.lanes, tileKeys: lane.tileSizes[0])
            ranges.append((try ScheduledLaunch(most, on: cluster, &random), cluster.lanes - 1))
        }
        return try segmentWalker(lane, ranges)
    }

    /// - Parameter ranges: launches, and whose range of each is walked.
    package static func segmentWalker(
        _ lane: PrefillConfiguration, _ ranges: [(launch: ScheduledLaunch, lane: Int)]
    ) throws -> UnitScenario {
        try UnitScenario(Accelerator.SegmentWalker(lane)) { streams in
            var writes: [(launch: ScheduledLaunch, sequence: Int, bank: Int)] = [], writeGates: [Int] = [], rangeGates: [Int] = []
            for (index, range) in ranges.enumerated() {
                for sequence in range.launch.request.contexts.indices {
                    writes.append((range.launch, sequence, index & 1))
                    // The range of the launch that had the bank before has been walked once the next one is taken.
                    writeGates.append(index)
                }
                rangeGates.append(writes.count)
            }
            try streams.send(writes, to: "table", gate: .init(after: "range", beats: writeGates)) {
                try $0.launch.encodeWrite(sequence: $0.sequence, bank: $0.bank, into: $1)
            }
            try streams.send(ranges.enumerated(), to: "range", gate: .init(after: "table", beats: rangeGates)) { item, beat in
                let launch = item.element.launch
                try launch.encode(launch.ranges[item.element.lane], epoch: item.offset & 1, into: beat)
            }
            let segments = ranges.enumerated().flatMap { index, range in
                range.launch.schedule.segments(lane: range.lane).map { (range.launch, $0, index & 1) }
            }
            try streams.expect(segments, from: "segment") { try $0.0.encode($0.1, epoch: $0.2, into: $1) }
        }
    }
}
