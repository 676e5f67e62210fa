import Accelerator
import Configuration
import SeededRandom
import TestSupport
import Testing
import UnitScenarios

/// The units that only a lane of a cluster has.
@Suite struct LeanLaneUnitTests {
    /// One row a group, and four in a lane of two cycles a key.
    static let lanes = [
        PrefillConfiguration(lane: LaneConfiguration(headSize: 64, multipliers: 64), residentRows: 1),
        PrefillConfiguration(lane: LaneConfiguration(headSize: 128, multipliers: 64), residentRows: 4, bufferTileKeys: 256),
    ]

    @Test(arguments: lanes) func segmentsBecomeGroups(prefill: PrefillConfiguration) throws {
        try UnitScenario.segmentIssuer(prefill, TestSeed.generator(#function)).runAll()
    }

    @Test func sinksJoinTheirRows() throws {
        let run = try UnitScenario.sinkMerger(laneD64, TestSeed.generator(#function)).runAll()
        let states = run["state"].cycles, merged = run["merged"].cycles
        #expect(merged[0] - states[0] == SinkMerger.latency)
        // A row that could pass at once waits for those with a sink before it.
        #expect(merged.last! - merged[0] <= merged.count - 1 + SinkMerger.latency * 42)
    }

    @Test(arguments: lanes) func statesGoWhereTheyBelong(prefill: PrefillConfiguration) throws {
        let unit = try UnitScenario.stateRouter(prefill, TestSeed.generator(#function))
        // Rows leave an element a cycle: all timings for the short ones only.
        for timing in prefill == Self.lanes[0] ? unit.timings : Array(unit.timings[..<2]) { try unit.run(timing) }
    }

    /// Of lanes that prune.
    static let pruning = [
        SpAttenConfiguration(lane: LaneConfiguration(headSize: 64, multipliers: 64)),
        SpAttenConfiguration(lane: LaneConfiguration(headSize: 128, multipliers: 64), sectorBytes: 32),
    ]

    @Test(arguments: pruning) func segmentsBecomeJobs(configuration: SpAttenConfiguration) throws {
        try UnitScenario.spAttenIssuer(configuration, TestSeed.generator(#function)).runAll()
    }

    @Test(arguments: pruning) func rowsAreReported(configuration: SpAttenConfiguration) throws {
        let random = TestSeed.generator(#function)
        for unit in [
            try UnitScenario.stateRouter(configuration.segments, reports: true, random),
            try UnitScenario.normalizerPair(configuration.segments, reports: true, random),
        ] {
            for timing in configuration == Self.pruning[0] ? unit.timings : Array(unit.timings[..<2]) { try unit.run(timing) }
        }
    }
}
