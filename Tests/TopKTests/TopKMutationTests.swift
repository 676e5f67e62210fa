import Blocks
import Configuration
import Foundation
import RTL
import SeededRandom
import Simulation
import Testing
import UnitScenarios
import Verification

/// How many small faults the tests of the top-k units find. With `LEANSPATTEN_MUTATE`, one mutant of each Swift line and
/// kind of change; else a few of them, all in one design behind a select as always.
@Suite struct TopKMutationTests {
    private static let count: Int? =
        ProcessInfo.processInfo.environment["LEANSPATTEN_MUTATE"] == nil ? 25 : nil

    private static func sets(_ topK: TopKConfiguration) -> [TopKSet] {
        var random = SeededGenerator(seed: 1, name: "TopKMutationTests")
        return TopKSet.edges(topK, &random).enumerated().filter { $0.offset % 5 == 0 }.map(\.element)
            + (0..<60).map { _ in TopKSet.random(topK, &random) }
    }

    @Test(arguments: TopKConfiguration.Algorithm.allCases) func selectionCores(_ algorithm: TopKConfiguration.Algorithm) throws {
        for buffers in algorithm == .radix ? [1, 2] : [1] {
            let topK = try TopKConfiguration(algorithm, parallelism: 4, capacity: 128, keyBits: 8, buffers: buffers)
            let unit = try UnitScenario.selectionCore(topK, Self.sets(topK))
            try score(unit) { $0.module == unit.design.top.name }
        }
    }

    @Test(arguments: [1, 2]) func engine(buffers: Int) throws {
        let topK = try TopKConfiguration(.radix, parallelism: 4, capacity: 128, keyBits: 8, buffers: buffers)
        let unit = try UnitScenario.topKEngine(topK, Self.sets(topK))
        try score(unit) { $0.module == unit.design.top.name }
    }

    @Test func zeroEliminator() throws {
        let unit = ZeroEliminator(count: 8, bits: 5)
        let design = try Design(unit)
        try score("ZeroEliminator", design, design.chosenMutants(Self.count)) { mutated, number in
            let simulator = NativeSimulator(mutated, seed: 1)
            try simulator.handle("mutant").value = number
            var random = SeededGenerator(seed: 1, name: "ZeroEliminator")
            return (try? [EliminatorCheck(unit, simulator)].run(simulator, vectors: 1_000, &random)) != nil
        }
    }

    private func score(_ unit: UnitScenario, where isWanted: (Mutant) -> Bool) throws {
        let mutants = unit.design.chosenMutants(Self.count, where: isWanted)
        var healthy: [StreamRun] = []
        let timings: [StreamTiming] = [.steady, .random(seed: 3), .random(seed: 8)]
        try score(unit.design.top.name, unit.design, mutants) { mutated, number in
            var scenario = unit.streams.on(mutated)
            try scenario.hold("mutant", at: number)
            for (index, timing) in timings.enumerated() {
                var check = StreamCheck(mutated, scenario)
                check.waveDirectory = nil
                check.patience = 2_000
                if number > 0 { check.cycleLimit = 2 * healthy[index].cycles }
                guard let run = try? check.run(timing) else { return false }
                if number == 0 { healthy.append(run) }
                // Right, but later or earlier than it should be.
                if run.cycles != healthy[index].cycles { return false }
            }
            return true
        }
    }

    private func score(
        _ name: String, _ design: Design, _ mutants: [Mutant], passes: (_ mutated: Design, _ number: Int) throws -> Bool
    ) throws {
        let mutated = try design.mutated(by: mutants)
        try #require(try passes(mutated, 0))
        let survivors = try mutants.indices.filter { try passes(mutated, $0 + 1) }.map { mutants[$0] }
        print("mutation score of \(name): \(mutants.count - survivors.count) of \(mutants.count) found; survivors:")
        for mutant in survivors { print("  \(mutant)") }
        // Of so few, some that change nothing may be many.
        #expect((mutants.count - survivors.count) * 100 >= (Self.count == nil ? 85 : 70) * mutants.count)
    }
}
