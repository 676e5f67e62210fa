import Accelerator
import Configuration
import Foundation
import RTL
import Testing

/// How many small faults of the units that only a lane for prefill has their tests find. Minutes long, so only when asked
/// for: `LEANSPATTEN_MUTATE=1`.
@Suite struct PrefillMutationTests {
    private static let isWanted = ProcessInfo.processInfo.environment["LEANSPATTEN_MUTATE"] != nil

    @Test(.enabled(if: isWanted, "set LEANSPATTEN_MUTATE=1 for the mutation score"))
    func mutationScoreOfTheLaneForPrefill() throws {
        let small = PrefillConfiguration.advertised[0], large = PrefillConfiguration.advertised[3], tests = PrefillUnitTests()
        let units: [(design: Design, check: () throws -> Void)] = [
            // Two tile sizes, so that their choice is tested.
            (try Design(PassPlanner(prefill: large)), { try tests.passesOfEveryMask(prefill: large) }),
            (try Design(TileBuffer(words: 8, bits: 792)), { try tests.queriesReadOverAndOver(rows: 8) }),
            (try Design(SlotAccumulator(prefill: small)), { try tests.leavesInTurns(prefill: small) }),
            (try Design(NormalizerPair(prefill: small)), { try tests.anElementACycle(prefill: small) }),
        ]
        for (design, check) in units {
            let mutants = design.mutants().filter { mutant in
                mutant.module == design.top.name && (try? design.mutated(by: [mutant])) != nil
            }
            let survivors = try mutants.filter { try !MutationScoreTests.finds(check, $0) }
            print("mutation score: \(mutants.count - survivors.count) of \(mutants.count) found in \(design.top.name); survivors:")
            for mutant in survivors { print("  \(mutant)") }
            #expect((mutants.count - survivors.count) * 100 >= 93 * mutants.count)
        }
    }
}
