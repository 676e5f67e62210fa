import Configuration
import SeededRandom
import Session

/// What launches of a cluster are tried with.
enum RandomLaunches {
    /// Every policy that there is, and the cuts by keys.
    static func schedules(lanes: Int) -> [ClusterSchedule] {
        [
            ClusterSchedule(lanes: lanes, policy: .perHead), ClusterSchedule(lanes: lanes, policy: .fixedSplit, splits: 3),
            ClusterSchedule(lanes: lanes, policy: .streamK), ClusterSchedule(lanes: lanes, policy: .streamK, byKeys: true),
            ClusterSchedule(lanes: lanes, policy: .auto),
        ]
    }

    /// A ragged batch: contexts from nothing to a few tiles.
    static func contexts(_ sequences: Int, longest: Int, _ generator: inout SeededGenerator) -> [Int] {
        (0..<sequences).map { _ in
            switch generator.below(5) {
            case 0: 0
            case 1: 128 * generator.below(longest / 128 + 1)
            case 2: 1 + generator.below(20)
            default: generator.below(longest + 1)
            }
        }
    }

    /// Timings that differ from lane to lane.
    static func timing(stalls: Bool, _ generator: inout SeededGenerator) -> ClusterTestBench.Timing {
        ClusterTestBench.Timing(
            memories: (0..<7).map { _ in .fixed(latency: 1 + generator.below(150)) }, queryLatency: generator.below(60),
            stallSeed: stalls ? generator.next() : nil)
    }
}
