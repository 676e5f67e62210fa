import Accelerator
import Configuration
import RTL
import TestSupport
import Testing
import UnitScenarios
import Verification

/// How many small faults in the fetch path of a lane that prunes its own tests find.
@Suite(.enabled(if: MutationScore.isWanted, "set LEANSPATTEN_MUTATE for the mutation score"))
struct GatherMutationTests {
    /// Rows take two steps, and lie in two channels.
    private static let configuration =
        SpAttenConfiguration(lane: LaneConfiguration(headSize: 64, multipliers: 32), sectorBytes: 32)
    private static let both: [UnitScenario.Extent] = [.short, .full]

    @Test func mutationScoreOfGatherReader() throws {
        let configuration = Self.configuration
        let units = try Self.both.map { try UnitScenario.gatherReader(configuration, .keyMSB, TestSeed.generator("\($0)"), $0) }
        try UnitMutationScore(
            name: "GatherReader", scenarios: units,
            modules: ["GatherReader", "RowLocator", "SectorFetcher", "RowCutter"], tests: [
                { for first in [0, 3] { try SectorFetcherTests().asksForTheWholeBuffer(configuration, from: first) } },
                { try GatherReaderTests().scatteredRowsAtTheBeatBound(configuration: configuration, keep: 0.54) },
            ]
        ).measure(atLeast: 95)
    }

    /// Behind a narrow port, where vectors are whole sectors or more.
    @Test func mutationScoreOfSerialRowCutter() throws {
        let configuration = narrowConfigurations[0]
        let units = try Self.both.map { try UnitScenario.gatherReader(configuration, .keyMSB, TestSeed.generator("\($0)"), $0) }
        try UnitMutationScore(
            name: "SerialRowCutter", scenarios: units, modules: ["SerialRowCutter"], tests: []
        ).measure(atLeast: 92)
    }

    @Test func mutationScoreOfIndexGenerator() throws {
        let units = try Self.both.map { try UnitScenario.indexGenerator(Self.configuration, TestSeed.generator("\($0)"), $0) }
        try UnitMutationScore(
            name: "IndexGenerator", scenarios: units, modules: ["IndexGenerator"],
            tests: [{ try IndexTests().aPositionACycle() }]
        ).measure(atLeast: 94)
    }

    @Test func mutationScoreOfIndexFilter() throws {
        let units = try Self.both.map { try UnitScenario.indexFilter(Self.configuration, TestSeed.generator("\($0)"), $0) }
        try UnitMutationScore(
            name: "IndexFilter", scenarios: units, modules: ["IndexFilter"],
            tests: [{ try IndexTests().decisions() }]
        ).measure(atLeast: 100)
    }
}
