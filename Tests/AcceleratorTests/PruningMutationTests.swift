import Accelerator
import Configuration
import Foundation
import RTL
import TestSupport
import Testing
import UnitScenarios

/// How many small faults in the units of a lane that prunes their own tests find. Minutes long, so only when asked for:
/// `LEANSPATTEN_MUTATE=1`, or the number of mutants of each unit.
@Suite struct PruningMutationTests {
    private static let count = ProcessInfo.processInfo.environment["LEANSPATTEN_MUTATE"].flatMap { Int($0) } ?? 0
    /// Keys take two steps.
    private static let configuration = SpAttenConfiguration(lane: LaneConfiguration(headSize: 64, multipliers: 32))
    private static let units = [
        "SerialMultiplier", "KeyJoiner", "ProgressiveQueryKeyUnit", "ScoreRefiner", "ConfidenceUnit", "LocalValueSelector",
        "LeafCompletion",
    ]

    @Test(.enabled(if: count > 0, "set LEANSPATTEN_MUTATE=1 for the mutation score"), arguments: units)
    func mutationScore(_ name: String) throws {
        let unit = try UnitScenario.named(name, Self.configuration.lane, TestSeed.generator(#function), .short)
        // What lies below has tests of its own.
        let tested = ["Fifo_", "SkidBuffer_", "RadixSelect_"] + (name == "SerialMultiplier" ? [] : ["SerialMultiplier_"])
        let mutants = unit.design.chosenMutants(Self.count == 1 ? 80 : Self.count) { mutant in
            !tested.contains { mutant.module.hasPrefix($0) }
        }
        var survivors: [Mutant] = []
        for mutant in mutants {
            let checks = [{ _ = try unit.run() }, { try unit.runAll() }] + Self.fullTests(of: name)
            if try !checks.contains(where: { try MutationScoreTests.finds($0, mutant) }) { survivors.append(mutant) }
        }
        print("mutation score of \(name): \(mutants.count - survivors.count) of \(mutants.count) found; survivors:")
        for mutant in survivors { print("  \(name): \(mutant)") }
        #expect((mutants.count - survivors.count) * 100 >= 90 * mutants.count)
    }

    private static func fullTests(of name: String) -> [() throws -> Void] {
        let configuration = configuration
        return switch name {
        case "SerialMultiplier": [{ try SerialMultiplierTests().products(bits: (31, 25)) }]
        case "KeyJoiner": [{ try KeyJoinerTests().rowsBackToBack(configuration: configuration) }]
        case "ProgressiveQueryKeyUnit":
            [{ try ProgressiveQueryKeyTests().sharesTheArray(configuration: configuration) },
             { try ProgressiveQueryKeyTests().bothPasses(configuration: configuration) }]
        case "ScoreRefiner": [{ try ScoreRefinerTests().corrections(configuration: configuration) }]
        case "ConfidenceUnit":
            [{ try ConfidenceTests().tilesStream(configuration: configuration) },
             { try ConfidenceTests().decisions(configuration: configuration) }]
        case "LocalValueSelector":
            [{ try LocalValueSelectorTests().tilesStream(configuration: configuration, rule: .fraction(limit: 20_000)) },
             { try LocalValueSelectorTests().shortTilesTakeAProduct() },
             { try LocalValueSelectorTests().selections(configuration: configuration) }]
        default: [{ try LeafCompletionTests().completedLeaves(configuration: configuration) }]
        }
    }
}
