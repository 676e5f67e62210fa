import RTL
import TestSupport
import Testing
import UnitScenarios
import Verification

/// How many small faults of one unit its tests find, of one of each Swift line and kind of change. A table of all units is
/// `make mutate`; it takes minutes, so it is only made when asked for.
struct UnitMutationScore {
    let name: String
    /// Of one design. Run first, in this order, each without a stall and then under all its timings.
    let scenarios: [UnitScenario]
    /// Longer ones of the same design: without a stall, and with some.
    var furtherScenarios: [UnitScenario] = []
    /// Names that the modules of the unit begin with; others below have tests of their own.
    let modules: [String]
    /// What else its tests check.
    var tests: [() throws -> Void] = []

    /// Power-up states in which a register with another reset, or none, is tried.
    private static let powerUps = 40

    /// Prints the score and the survivors.
    /// - Parameter percent: What must be found.
    func measure(atLeast percent: Int) throws {
        let design = scenarios[0].design
        let mutants = design.chosenMutants(nil) { mutant in modules.contains { mutant.module.hasPrefix($0) } }
        let trials = try MutantTrials(
            design,
            scenarios.map { .init($0.streams) }
                + scenarios.flatMap { unit in unit.timings.dropFirst().map { .init(unit.streams, $0) } }
                + furtherScenarios.flatMap { unit in unit.timings[..<2].map { .init(unit.streams, $0) } },
            resets: (0..<Self.powerUps).map { .init(scenarios[0].streams, .random(seed: UInt64(1_000 + $0))) })
        // Tests that were asked, and those that a mutant was ever part of: another design than the unit's cannot find any.
        var asked: Set<Int> = [], held: Set<Int> = []
        let score = try MutationScore(
            of: name, design, mutants, check: trials.verdict,
            others: tests.indices.map { index in { mutant in
                asked.insert(index)
                guard let isFound = try UnitMutant.isFound(mutant, by: tests[index]) else { return false }
                held.insert(index)
                return isFound
            } })
        print(score)
        #expect(held == asked, "a test runs another design than \(design.top.name)")
        #expect(score.reaches(percent: percent))
    }
}
