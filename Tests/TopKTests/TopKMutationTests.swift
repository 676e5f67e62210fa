import Blocks
import Configuration
import RTL
import SeededRandom
import Simulation
import Testing
import UnitScenarios
import Verification

/// How many small faults the tests of the top-k units find. With `LEANSPATTEN_MUTATE`, one mutant of each Swift line and
/// kind of change; else a few of them, all in one design behind a select as always.
@Suite struct TopKMutationTests {
    private static let isWhole = MutationScore.isWanted
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

    @Test(arguments: TopKConfiguration.Algorithm.allCases) func mutationScoreOfSelectionCores(_ algorithm: TopKConfiguration.Algorithm) throws {
        for buffers in algorithm == .radix ? [1, 2] : [1] {
            let topK = try TopKConfiguration(algorithm, parallelism: 4, capacity: 128, keyBits: 8, buffers: buffers)
            try score(UnitScenario.selectionCore(topK, Self.sets(topK)),
                      firsts: Self.firstSets(topK).map { try UnitScenario.selectionCore(topK, [$0]) },
                      atLeast: algorithm == .quickSelect ? 86 : buffers == 1 ? 90 : 88)
        }
    }

    @Test(arguments: [1, 2]) func mutationScoreOfEngine(buffers: Int) throws {
        let topK = try TopKConfiguration(.radix, parallelism: 4, capacity: 128, keyBits: 8, buffers: buffers)
        try score(UnitScenario.topKEngine(topK, Self.sets(topK)),
                  firsts: Self.firstSets(topK).map { try UnitScenario.topKEngine(topK, [$0]) }, atLeast: buffers == 1 ? 89 : 94)
    }

    @Test func mutationScoreOfZeroEliminator() throws {
        let unit = ZeroEliminator(count: 8, bits: 5)
        let design = try Design(unit)
        let score = try MutationScore(of: "ZeroEliminator", design, design.chosenMutants(Self.count), check: { mutated, number, _ in
            let simulator = NativeSimulator(mutated, seed: 1)
            try simulator.handle("mutant").value = number
            var random = SeededGenerator(seed: 1, name: "ZeroEliminator")
            do {
                try [EliminatorCheck(unit, simulator)].run(simulator, vectors: 1_000, &random)
                return .passes
            } catch is EliminatorCheck.Wrong {
                return .wrong
            }
        })
        expect(score, atLeast: 96)
    }

    /// - Parameters:
    ///   - firsts: Scenarios for what reset leaves; each is run from two power-up states of its own.
    ///   - percent: What must be found of all mutants.
    private func score(_ unit: UnitScenario, firsts: [UnitScenario], atLeast percent: Int) throws {
        let mutants = unit.design.chosenMutants(Self.count) { $0.module == unit.design.top.name }
        let trials = try MutantTrials(
            unit.design, Self.timings.map { .init(unit.streams, $0) },
            resets: Self.isWhole ? (0..<2 * firsts.count).map {
                .init(firsts[$0 % firsts.count].streams, .random(seed: UInt64(1_000 + $0)))
            } : [])
        expect(try MutationScore(of: unit.design.top.name, unit.design, mutants, check: trials.verdict), atLeast: percent)
    }

    private func expect(_ score: MutationScore, atLeast percent: Int) {
        print(score)
        // Of so few, some that change nothing may be many.
        #expect(score.reaches(percent: Self.isWhole ? percent : 70))
    }
}
