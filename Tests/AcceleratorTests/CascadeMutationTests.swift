import Accelerator
import Configuration
import RTL
import TestSupport
import Testing
import UnitScenarios
import Verification

/// How many small faults in the importances, the choice of tokens and the controller their own tests find. (The top-k engine has
/// tests of its own.)
@Suite(.enabled(if: MutationScore.isWanted, "set LEANSPATTEN_MUTATE for the mutation score"))
struct CascadeMutationTests {
    private static let both: [UnitScenario.Extent] = [.short, .full]

    @Test func mutationScoreOfTokenImportance() throws {
        let units = try Self.both.map { try UnitScenario.tokenImportance(pruningD32, TestSeed.generator("\($0)"), $0) }
        try UnitMutationScore(
            name: "TokenImportance", scenarios: units, modules: ["TokenImportance", "TokenBank"],
            tests: [{ try TokenImportanceTests().fullRows() }]
        ).measure(atLeast: 92)
    }

    @Test func mutationScoreOfHeadImportance() throws {
        let lane = pruningD32.lane
        let units = try Self.both.map { try UnitScenario.headImportance(lane, heads: 64, TestSeed.generator("\($0)"), $0) }
        try UnitMutationScore(
            name: "HeadImportance", scenarios: units, modules: ["HeadImportance"],
            tests: [{ try HeadImportanceTests().commandsGoFirst(heads: 64) }, { try HeadImportanceTests().everyNumberOfHeads(heads: 64) }]
        ).measure(atLeast: 93)
    }

    @Test func mutationScoreOfTokenSelector() throws {
        let units = [try UnitScenario.tokenSelectorAfterReset(pruningD32, TestSeed.generator("after reset"))]
            + (try Self.both.map { try UnitScenario.tokenSelector(pruningD32, TestSeed.generator("\($0)"), $0) })
        try UnitMutationScore(
            name: "TokenSelector", scenarios: units, modules: ["TokenSelector"],
            tests: [{ try TokenSelectorTests().cyclesOfARanking() }]
        ).measure(atLeast: 91)
    }

    @Test func mutationScoreOfCascadeController() throws {
        let turns = try UnitScenario.cascadeController(pruningD32, TestSeed.generator("turns"))
        let edges = try UnitScenario.cascadeEdges(pruningD32, TestSeed.generator("edges"))
        let limits = try UnitScenario.cascadeLimits(pruningD32, TestSeed.generator("limits"))
        let tests = CascadeControllerTests()
        try UnitMutationScore(
            name: "CascadeController", scenarios: [turns], furtherScenarios: [limits, edges], modules: ["CascadeController"],
            tests: [
                { try tests.layersThatKeepAllDoNotWait() }, { try tests.rankingsWaitForRows() }, { try tests.rowsUnderWay() },
            ]
        ).measure(atLeast: 93)
    }
}
