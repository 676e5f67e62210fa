import Configuration
import GoldenModel
import SeededRandom
import Session
import UnitScenarios

/// Cycles of the top-k engines at n = 1024, native: cycles do not depend on the machine. Every set is checked.
struct TopKCycles: Benchmark {
    /// The paper's algorithm in cycles, from its text: ceil(n / P) + 3 a pass, 300 random inputs, k = n / 2.
    private static let paper: [(parallelism: Int, cycles: Double)] = [(1, 3402), (2, 1786), (4, 909), (8, 470), (16, 261), (32, 151)]
    private static let widths = [8, 12, 16, 21, 32]
    private static let keys = 1024

    let names = Self.paper.map { "topk-selection-quick-p\($0.parallelism)" }
        + TopKConfiguration.Algorithm.allCases.flatMap { ["topk-\($0.rawValue)-mean", "topk-\($0.rawValue)-worst"] }
        + Self.widths.map { "topk-radix-w\($0)-worst" }

    func run(_ report: Report) throws {
        for (parallelism, peer) in Self.paper where report.wants("topk-selection-quick-p\(parallelism)") {
            let topK = try TopKConfiguration(.quickSelect, parallelism: parallelism)
            var random = SeededGenerator(seed: 1, name: "topk-selection-quick")
            let sets = (0..<300).map { _ in
                TopKSet(keys: TopKSet.Family.uniform.keys(Self.keys, bits: 12, &random), k: Self.keys / 2)
            }
            let mean = Self.mean(try Self.cycles(topK, sets).map(\.selection))
            report.add(Figure("topk-selection-quick-p\(parallelism)", mean, .cycles, peer: "paper-derived", peerValue: peer))
        }
        for algorithm in TopKConfiguration.Algorithm.allCases
        where ["mean", "worst"].contains(where: { report.wants("topk-\(algorithm.rawValue)-\($0)") }) {
            let topK = try TopKConfiguration(algorithm)
            let uniform = try Self.cycles(topK, Self.sets([.uniform], bits: 12, each: 300)).map(\.all)
            report.add(Figure("topk-\(algorithm.rawValue)-mean", Self.mean(uniform), .cycles))
            let any = try Self.cycles(topK, Self.sets(TopKSet.Family.allCases, bits: 12, each: 60)).map(\.all)
            report.add(Figure(
                "topk-\(algorithm.rawValue)-worst", Double((uniform + any).max()!), .cycles, peer: "aim of radix", peerValue: 140))
        }
        for bits in Self.widths where report.wants("topk-radix-w\(bits)-worst") {
            let sets = Self.sets(TopKSet.Family.allCases, bits: bits, each: 20)
            let worst = try Self.cycles(try TopKConfiguration(.radix, keyBits: bits), sets).map(\.all).max()!
            report.add(Figure(
                "topk-radix-w\(bits)-worst", Double(worst), .cycles, peer: "aim", peerValue: Double((bits + 5) / 6 * 64 + 12)))
        }
    }

    /// `each` sets of every family; k 0, 1, n / 2, n - 1, n and any.
    private static func sets(_ families: [TopKSet.Family], bits: Int, each: Int) -> [TopKSet] {
        var random = SeededGenerator(seed: 1, name: "topk")
        return families.flatMap { family in
            (0..<each).map { index in
                let k = [0, 1, keys / 2, keys - 1, keys, random.below(keys + 1), random.below(keys + 1)][index % 7]
                return TopKSet(keys: family.keys(keys, bits: bits, &random), k: k)
            }
        }
    }

    private static func cycles(_ topK: TopKConfiguration, _ sets: [TopKSet]) throws -> [(selection: Int, all: Int)] {
        let results = try TopKRun.observe(topK, sets, .native)
        for (set, result) in zip(sets, results) {
            let golden = TopKEngine(set.keys, k: set.k, keyBits: topK.keyBits)
            guard (golden.value, golden.equals) == (result.value, result.equals), golden.indices == result.indices else {
                throw BenchError("\(topK.algorithm.rawValue), k = \(set.k): other keys are kept than by the golden model")
            }
        }
        return results.map { ($0.selectionCycles, $0.cycles) }
    }

    private static func mean(_ cycles: [Int]) -> Double { Double(cycles.reduce(0, +)) / Double(cycles.count) }
}
