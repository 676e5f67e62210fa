import Accelerator
import Configuration
import RTL
import TestSupport
import Testing
import UnitScenarios
import Verification

/// How many small faults in the units that only a lane of a cluster has their own tests find.
@Suite(.enabled(if: MutationScore.isWanted, "set LEANSPATTEN_MUTATE for the mutation score"))
struct LeanLaneMutationTests {
    /// Two tile sizes, groups of up to four rows.
    private static let prefill = PrefillConfiguration(
        lane: LaneConfiguration(headSize: 32, multipliers: 32), residentRows: 4, bufferTileKeys: 256)

    @Test func mutationScoreOfSegmentIssuer() throws {
        let unit = try UnitScenario.segmentIssuer(Self.prefill, TestSeed.generator("SegmentIssuer"))
        try UnitMutationScore(name: "SegmentIssuer", scenarios: [unit], modules: ["SegmentIssuer"]).measure(atLeast: 100)
    }

    @Test func mutationScoreOfSinkMerger() throws {
        let unit = try UnitScenario.sinkMerger(Self.prefill.lane, TestSeed.generator("SinkMerger"))
        try UnitMutationScore(name: "SinkMerger", scenarios: [unit], modules: ["SinkMerger"]).measure(atLeast: 100)
    }

    @Test func mutationScoreOfStateRouter() throws {
        let unit = try UnitScenario.stateRouter(Self.prefill, TestSeed.generator("StateRouter"))
        try UnitMutationScore(name: "StateRouter", scenarios: [unit], modules: ["StateRouter"]).measure(atLeast: 97)
    }

    @Test func mutationScoreOfSpAttenIssuer() throws {
        let lane = SpAttenConfiguration(lane: Self.prefill.lane)
        let unit = try UnitScenario.spAttenIssuer(lane, TestSeed.generator("SpAttenIssuer"))
        try UnitMutationScore(name: "SpAttenIssuer", scenarios: [unit], modules: ["SpAttenIssuer"]).measure(atLeast: 95)
    }

    /// Its groups are one row, so the counters of rows are dead.
    @Test func mutationScoreOfReportingStateRouter() throws {
        let lane = SpAttenConfiguration(lane: Self.prefill.lane)
        let unit = try UnitScenario.stateRouter(lane.segments, reports: true, TestSeed.generator("StateRouter"))
        try UnitMutationScore(name: "StateRouter_reports", scenarios: [unit], modules: ["StateRouter"]).measure(atLeast: 90)
    }
}
