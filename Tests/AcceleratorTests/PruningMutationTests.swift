import Accelerator
import Configuration
import RTL
import TestSupport
import Testing
import UnitScenarios
import Verification

/// How many small faults in the units of a lane that prunes their own tests find.
@Suite(.enabled(if: MutationScore.isWanted, "set LEANSPATTEN_MUTATE for the mutation score"))
struct PruningMutationTests {
    /// Keys take two steps.
    private static let configuration = SpAttenConfiguration(lane: LaneConfiguration(headSize: 64, multipliers: 32))

    @Test(arguments: [
        ("SerialMultiplier", 100), ("KeyJoiner", 100), ("ProgressiveQueryKeyUnit", 91), ("ScoreRefiner", 100), ("ConfidenceUnit", 97),
        ("LocalValueSelector", 97), ("LeafCompletion", 96),
    ])
    func mutationScore(_ name: String, atLeast percent: Int) throws {
        let extents: [UnitScenario.Extent] = [.short, .full]
        let units = try extents.map { try UnitScenario.named(name, Self.configuration.lane, TestSeed.generator("\(name) \($0)"), $0) }
        try UnitMutationScore(
            name: name, scenarios: units,
            modules: name == "LocalValueSelector" ? [name, "TileSelection"] : [name], tests: Self.tests(of: name)
        ).measure(atLeast: percent)
    }

    /// What stands in for a unit behind a narrow port.
    @Test func mutationScoreOfSerialProbabilityValueUnit() throws {
        let configuration = narrowConfigurations[0], unit = SerialProbabilityValueUnit(configuration)
        let scenarios = [
            try UnitScenario.probabilityValueUnit(configuration, kept: TestSeed.generator("kept"), standIn: unit),
            try UnitScenario.probabilityValueUnit(configuration.lane, TestSeed.generator("tiles"), standIn: unit),
        ]
        try UnitMutationScore(
            name: "SerialProbabilityValueUnit", scenarios: scenarios, modules: ["SerialProbabilityValueUnit"],
            tests: [{ try NarrowPortTests().serialProbabilityValueUnit() }]
        ).measure(atLeast: 99)
    }

    /// Those beyond the unit's main scenario.
    private static func tests(of name: String) -> [() throws -> Void] {
        let configuration = configuration
        return switch name {
        case "SerialMultiplier": [{ try SerialMultiplierTests().products(bits: (31, 25)) }]
        case "KeyJoiner": [{ try KeyJoinerTests().rowsBackToBack(configuration: configuration) }]
        case "ProgressiveQueryKeyUnit":
            [{ try ProgressiveQueryKeyTests().sharesTheArray(configuration: configuration) },
             { try ProgressiveQueryKeyTests().streamsFirstPasses(configuration: configuration) },
             { try ProgressiveQueryKeyTests().bothPasses(configuration: configuration) }]
        case "ScoreRefiner": [{ try ScoreRefinerTests().corrections(configuration: configuration) }]
        case "ConfidenceUnit": [{ try ConfidenceTests().tilesStream(configuration: configuration) }]
        case "LocalValueSelector":
            [{ try LocalValueSelectorTests().tilesStream(configuration: configuration, rule: .fraction(limit: 20_000)) },
             { try LocalValueSelectorTests().shortTilesTakeAProduct() }]
        default: [{ try LeafCompletionTests().completedLeaves(configuration: configuration) }]
        }
    }
}
