import Configuration
import Cosimulation
import Foundation
import RTL
import SeededRandom
import Simulation
import TestSupport
import Testing
import UnitScenarios
import Verification

/// Random sets through engines in Verilator, many engines in one model, with random stalls on every stream.
///
/// `LEANSPATTEN_TOPK=all` (`make regress`): every parallelism, width and capacity that is advertised.
@Suite struct RandomSetTests {
    typealias Algorithm = TopKConfiguration.Algorithm

    /// Each width and both capacities at some parallelism.
    private static func covering(_ algorithm: Algorithm) throws -> [TopKConfiguration] {
        let shapes = [(1, 128, 21, 2), (2, 1024, 8, 1), (4, 1024, 21, 2), (8, 4096, 32, 1), (16, 1024, 12, 2), (32, 1024, 16, 1)]
        return try shapes.map {
            try TopKConfiguration(algorithm, parallelism: $0.0, capacity: $0.1, keyBits: $0.2, buffers: $0.3, pivotSeed: 0xace1)
        } + [TopKConfiguration(algorithm, parallelism: 16, keyBits: 32, passKeys: 16)]
    }

    private static func sets(_ topK: TopKConfiguration, _ count: Int) -> [TopKSet] {
        var random = TestSeed.generator("\(topK)")
        return (0..<count).map { index in
            let isLarge = index % 100 == 99
            return TopKSet.random(topK, largest: isLarge ? min(1024, topK.capacity) : 12 + 6 * topK.parallelism, &random)
        }
    }

    /// 10,000 sets for each algorithm.
    @Test(arguments: Algorithm.allCases) func coveringEngines(_ algorithm: Algorithm) throws {
        let counts = [1: 1000, 2: 1500, 4: 1700, 8: 1800, 16: 2000, 32: 2000]
        try run(try Self.covering(algorithm).map { ($0, Self.sets($0, counts[$0.parallelism]!)) })
    }

    private static let isComplete = ProcessInfo.processInfo.environment["LEANSPATTEN_TOPK"] == "all"

    @Test(.enabled(if: isComplete, "set LEANSPATTEN_TOPK=all for all that is advertised"),
          arguments: Algorithm.allCases, TopKConfiguration.parallelisms)
    func everyAdvertisedEngine(_ algorithm: Algorithm, parallelism: Int) throws {
        let engines = try [8, 12, 16, 21, 32].flatMap { bits in
            try [1024, 4096].map { try TopKConfiguration(algorithm, parallelism: parallelism, capacity: $0, keyBits: bits) }
        }
        try run(engines.map { ($0, Self.sets($0, 200)) })
    }

    private func run(_ engines: [(TopKConfiguration, [TopKSet])]) throws {
        let unit = try UnitScenario.topKEngines(engines)
        let model = try VerilatorModel.build(unit.design)
        for timing in [StreamTiming.steady, .random(seed: TestSeed.derived("stalls"))] {
            var check = StreamCheck(unit.design, unit.streams)
            check.engine = { VerilatorSimulator(model, seed: $1) }
            let run = try check.run(timing)
            print("\(engines.map(\.1.count).reduce(0, +)) sets, \(run.cycles) cycles, \(timing)")
        }
    }
}
