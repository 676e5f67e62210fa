import Accelerator
import Configuration
import RTL
import TestSupport
import Testing
import UnitScenarios
import Verification

/// How many small faults in the units that only a lane for prefill has their own tests find.
@Suite(.enabled(if: MutationScore.isWanted, "set LEANSPATTEN_MUTATE for the mutation score"))
struct PrefillMutationTests {
    private static let small = PrefillConfiguration.advertised[0]
    /// Two tile sizes, so that their choice is tested.
    private static let large = PrefillConfiguration.advertised[3]

    @Test func mutationScoreOfPassPlanner() throws {
        let unit = try UnitScenario.passPlanner(Self.large, TestSeed.generator("PassPlanner"))
        try UnitMutationScore(name: "PassPlanner", scenarios: [unit], modules: ["PassPlanner"]).measure(atLeast: 96)
    }

    @Test func mutationScoreOfTileBuffer() throws {
        let unit = try UnitScenario.tileBuffer(words: 8, bits: 792, tiles: 40, longest: 8, TestSeed.generator("TileBuffer"))
        try UnitMutationScore(
            name: "TileBuffer", scenarios: [unit], modules: ["TileBuffer"],
            tests: [{ try PrefillUnitTests().queriesReadOverAndOver(rows: 8) }, { try PrefillUnitTests().twoBanksFillAhead() }]
        ).measure(atLeast: 97)
    }

    @Test func mutationScoreOfSlotAccumulator() throws {
        let small = Self.small, unit = try UnitScenario.slotAccumulator(small, TestSeed.generator("SlotAccumulator"))
        try UnitMutationScore(
            name: "SlotAccumulator", scenarios: [unit], modules: ["SlotAccumulator"],
            tests: [{ try PrefillUnitTests().leavesInTurns(prefill: small) }]
        ).measure(atLeast: 96)
    }

    @Test func mutationScoreOfNormalizerPair() throws {
        let small = Self.small, unit = try UnitScenario.normalizerPair(small, TestSeed.generator("NormalizerPair"))
        try UnitMutationScore(
            name: "NormalizerPair", scenarios: [unit], modules: ["NormalizerPair"],
            tests: [{ try PrefillUnitTests().anElementACycle(prefill: small) }]
        ).measure(atLeast: 98)
    }
}
