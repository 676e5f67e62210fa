import Accelerator
import Configuration
import Cosimulation
import GoldenModel
import RTL
import SeededRandom
import TestSupport
import Testing
import UnitScenarios
import Verification

@Suite struct SegmentWalkerTests {
    @Test(arguments: [clusterLane, PrefillConfiguration(lane: LaneConfiguration(headSize: 128, multipliers: 64))])
    func rangesOfAllKinds(lane: PrefillConfiguration) throws {
        let unit = try UnitScenario.segmentWalker(lane, TestSeed.generator("\(#function) \(lane.canonicalText)"))
        for timing in [
            StreamTiming.steady, .random(seed: TestSeed.derived("stalls")), .slow("segment", seed: TestSeed.derived("segment")),
            .slow("range", seed: TestSeed.derived("range")), .slow("table", seed: TestSeed.derived("table")),
        ] {
            try unit.check(timing)
        }
    }

    @Test func twoThousandRandomRangesInVerilator() throws {
        var random = TestSeed.generator(#function)
        let cluster = ClusterConfiguration(lane: clusterLane, lanes: 64)
        let ranges = try (0..<2_000).map { _ in
            let launch = try ScheduledLaunch(ScheduleRequest.random(cluster, LaunchLimits(), &random), on: cluster, &random)
            return (launch, random.below(launch.request.lanes))
        }
        let unit = try UnitScenario.segmentWalker(clusterLane, ranges)
        let model = try VerilatorModel.build(unit.design)
        var check = StreamCheck(unit.design, unit.streams)
        check.engine = { VerilatorSimulator(model, seed: $1) }
        let run = try check.run(.random(seed: TestSeed.derived("stalls")))
        print("2,000 ranges, \(run["segment"].cycles.count) segments: \(run.cycles) cycles")
    }

    /// A segment every 3 cycles, the first 3 after its range.
    @Test func aSegmentEveryThreeCycles() throws {
        var random = TestSeed.generator(#function)
        let cluster = ClusterConfiguration(lane: clusterLane, lanes: 2)
        let request = ScheduleRequest(contexts: [300, 0, 5_000, 128, 1], heads: 7, lanes: 1, tileKeys: 128)
        let launch = try ScheduledLaunch(request, on: cluster, &random)
        let run = try UnitScenario.segmentWalker(clusterLane, [(launch, 0), (launch, 0)]).check()
        let cycles = run["segment"].cycles, range = run["range"].cycles
        #expect(cycles.count == 70)
        #expect(cycles[0] - range[0] == 3)
        #expect(zip(cycles[..<35], cycles[1..<35]).allSatisfy { $1 - $0 == 3 })
        // The range is taken once its last segment and the end have been seen.
        #expect(range[1] - cycles[34] <= 2 + request.contexts.count)
    }
}
