import Foundation
import RTL
import TestSupport
import Testing
import UnitScenarios
import Verification

/// How many small faults of one unit its tests find, of one of each Swift line and kind of change. A table of all units is
/// `make mutate`; it takes minutes, so it is only made when asked for.
struct UnitMutationScore {
    static let isWanted = ProcessInfo.processInfo.environment["LEANSPATTEN_MUTATE"] != nil

    let name: String
    let design: Design
    /// Run first, in this order, each without a stall and then under all its timings.
    let scenarios: [UnitScenario]
    /// Names that the modules of the unit begin with; others below have tests of their own.
    let modules: [String]
    /// What else its tests check.
    var tests: [() throws -> Void] = []

    /// Power-up states in which a register with another reset, or none, is tried.
    private static let powerUps = 40

    /// Prints the score and the survivors.
    /// - Parameter percent: What must be found.
    func measure(atLeast percent: Int) throws {
        let mutants = design.chosenMutants(nil) { mutant in modules.contains { mutant.module.hasPrefix($0) } }
        let survivors = try mutants.filter { mutant in try !checks(mutant).contains { try MutationScoreTests.finds($0, mutant) } }
        let found = mutants.count - survivors.count
        // In one piece: units are measured side by side.
        print((["mutation score of \(name): \(found) of \(mutants.count) found; survivors:"]
            + survivors.map { "  \(name): \($0)" }).joined(separator: "\n"))
        #expect(found * 100 >= percent * mutants.count)
    }

    private func checks(_ mutant: Mutant) -> [() throws -> Void] {
        var checks = scenarios.map { unit in { _ = try unit.run() } } + scenarios.map { unit in { try unit.runAll() } }
        if case .reset = mutant.change, let unit = scenarios.first {
            checks.append { for index in 0..<Self.powerUps { try unit.run(.random(seed: UInt64(1_000 + index))) } }
        }
        return checks + tests
    }
}
