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
    private static let isWhole = ProcessInfo.processInfo.environment["LEANSPATTEN_MUTATE"] != nil
    private static let count: Int? = isWhole ? nil : 25
    private static let timings: [StreamTiming] = [.steady, .random(seed: 3), .random(seed: 8)]
    /// Power-up states in which a register without a reset is tried.
    private static let powerUps = 40

    private static func sets(_ topK: TopKConfiguration) -> [TopKSet] {
        var random = SeededGenerator(seed: 1, name: "TopKMutationTests")
        // The first set after reset says most about what reset leaves: it is large.
        let first = TopKSet(keys: TopKSet.Family.uniform.keys(topK.capacity - 3, bits: topK.keyBits, &random), k: topK.capacity / 3)
        return [first] + TopKSet.edges(topK, &random).enumerated().filter { $0.offset % (isWhole ? 5 : 15) == 0 }.map(\.element)
            + (0..<(isWhole ? 100 : 20)).map { _ in TopKSet.random(topK, &random) }
    }

    @Test(arguments: TopKConfiguration.Algorithm.allCases) func selectionCores(_ algorithm: TopKConfiguration.Algorithm) throws {
        for buffers in algorithm == .radix ? [1, 2] : [1] {
            let topK = try TopKConfiguration(algorithm, parallelism: 4, capacity: 128, keyBits: 8, buffers: buffers)
            let sets = Self.sets(topK)
            try score(UnitScenario.selectionCore(topK, sets), first: UnitScenario.selectionCore(topK, Array(sets.prefix(3))))
        }
    }

    @Test(arguments: [1, 2]) func engine(buffers: Int) throws {
        let topK = try TopKConfiguration(.radix, parallelism: 4, capacity: 128, keyBits: 8, buffers: buffers)
        let sets = Self.sets(topK)
        try score(UnitScenario.topKEngine(topK, sets), first: UnitScenario.topKEngine(topK, Array(sets.prefix(3))))
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

    /// - Parameter first: What comes first after reset, as a scenario of its own.
    private func score(_ unit: UnitScenario, first: UnitScenario) throws {
        let mutants = unit.design.chosenMutants(Self.count) { $0.module == unit.design.top.name }
        var healthy: [StreamRun] = []
        try score(unit.design.top.name, unit.design, mutants) { mutated, number in
            func run(_ scenario: StreamScenario, _ timing: StreamTiming, limit: Int = .max) -> StreamRun? {
                var scenario = scenario.on(mutated)
                guard (try? scenario.hold("mutant", at: number)) != nil,
                      let bench = try? StreamTestBench(NativeSimulator(mutated, seed: timing.seed), scenario, timing: timing)
                else { return nil }
                (bench.patience, bench.cycleLimit) = (2_000, limit)
                return try? bench.run()
            }
            for (index, timing) in Self.timings.enumerated() {
                let limit = number == 0 ? Int.max : 2 * healthy[index].cycles
                guard let run = run(unit.streams, timing, limit: limit) else { return false }
                if number == 0 { healthy.append(run) }
                // Right, but later or earlier than it should be.
                if run.cycles != healthy[index].cycles { return false }
            }
            guard Self.isWhole, number > 0, mutants[number - 1].change == .reset(nil) else { return true }
            return (0..<Self.powerUps).allSatisfy { run(first.streams, .random(seed: UInt64(1_000 + $0))) != nil }
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
        #expect((mutants.count - survivors.count) * 100 >= (Self.isWhole ? 85 : 70) * mutants.count)
    }
}
