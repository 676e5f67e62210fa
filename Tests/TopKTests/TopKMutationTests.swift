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

    private static func sets(_ topK: TopKConfiguration) -> [TopKSet] {
        var random = SeededGenerator(seed: 1, name: "TopKMutationTests")
        // The first set after reset says most about what reset leaves: it is large.
        let first = TopKSet(keys: TopKSet.Family.uniform.keys(topK.capacity - 3, bits: topK.keyBits, &random), k: topK.capacity / 3)
        return [first] + TopKSet.edges(topK, &random).enumerated().filter { $0.offset % (isWhole ? 5 : 15) == 0 }.map(\.element)
            + (0..<(isWhole ? 100 : 20)).map { _ in TopKSet.random(topK, &random) }
    }

    /// Sets of some beats with every k, one more than there are keys among them.
    private static func firstSets(_ topK: TopKConfiguration) -> [TopKSet] {
        let count = 5 * topK.parallelism + 1
        var random = SeededGenerator(seed: 2, name: "TopKMutationTests")
        let keys = TopKSet.Family.uniform.keys(count, bits: topK.keyBits, &random)
        return (0...count + 1).map { TopKSet(keys: keys, k: $0) }
    }

    @Test(arguments: TopKConfiguration.Algorithm.allCases) func selectionCores(_ algorithm: TopKConfiguration.Algorithm) throws {
        for buffers in algorithm == .radix ? [1, 2] : [1] {
            let topK = try TopKConfiguration(algorithm, parallelism: 4, capacity: 128, keyBits: 8, buffers: buffers)
            try score(UnitScenario.selectionCore(topK, Self.sets(topK)),
                      firsts: Self.firstSets(topK).map { try UnitScenario.selectionCore(topK, [$0]) },
                      atLeast: algorithm == .quickSelect ? 86 : buffers == 1 ? 90 : 88)
        }
    }

    @Test(arguments: [1, 2]) func engine(buffers: Int) throws {
        let topK = try TopKConfiguration(.radix, parallelism: 4, capacity: 128, keyBits: 8, buffers: buffers)
        try score(UnitScenario.topKEngine(topK, Self.sets(topK)),
                  firsts: Self.firstSets(topK).map { try UnitScenario.topKEngine(topK, [$0]) }, atLeast: buffers == 1 ? 89 : 94)
    }

    @Test func zeroEliminator() throws {
        let unit = ZeroEliminator(count: 8, bits: 5)
        let design = try Design(unit)
        try score("ZeroEliminator", design, design.chosenMutants(Self.count), atLeast: 96) { mutated, number in
            let simulator = NativeSimulator(mutated, seed: 1)
            try simulator.handle("mutant").value = number
            var random = SeededGenerator(seed: 1, name: "ZeroEliminator")
            return (try? [EliminatorCheck(unit, simulator)].run(simulator, vectors: 1_000, &random)) != nil
        }
    }

    /// - Parameters:
    ///   - firsts: Scenarios for what reset leaves; each is run from two power-up states of its own.
    ///   - percent: What must be found of all mutants.
    private func score(_ unit: UnitScenario, firsts: [UnitScenario], atLeast percent: Int) throws {
        let mutants = unit.design.chosenMutants(Self.count) { $0.module == unit.design.top.name }
        var healthy: [StreamRun] = []
        try score(unit.design.top.name, unit.design, mutants, atLeast: percent) { mutated, number in
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
            guard Self.isWhole, number > 0, case .reset = mutants[number - 1].change else { return true }
            return (0..<2 * firsts.count).allSatisfy {
                run(firsts[$0 % firsts.count].streams, .random(seed: UInt64(1_000 + $0))) != nil
            }
        }
    }

    private func score(
        _ name: String, _ design: Design, _ mutants: [Mutant], atLeast percent: Int, passes: (_ mutated: Design, _ number: Int) throws -> Bool
    ) throws {
        let survivors = try #require(try design.survivors(of: mutants, passes: passes))
        print("mutation score of \(name): \(mutants.count - survivors.count) of \(mutants.count) found; survivors:")
        for mutant in survivors { print("  \(mutant)") }
        // Of so few, some that change nothing may be many.
        #expect((mutants.count - survivors.count) * 100 >= (Self.isWhole ? percent : 70) * mutants.count)
    }
}
