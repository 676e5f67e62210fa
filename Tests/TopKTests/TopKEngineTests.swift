import Accelerator
import Configuration
import Cosimulation
import RTL
import SeededRandom
import Simulation
import TestSupport
import Testing
import UnitScenarios
import Verification

@Suite struct TopKEngineTests {
    @Test(arguments: TopKConfiguration.Algorithm.allCases, [1, 2, 4, 8, 16, 32])
    func edges(_ algorithm: TopKConfiguration.Algorithm, parallelism: Int) throws {
        let topK = try TopKConfiguration(algorithm, parallelism: parallelism, capacity: 128, keyBits: 8 + parallelism % 7)
        var random = TestSeed.generator("\(#function) \(topK)")
        let sets = TopKSet.edges(topK, &random)
        for unit in [try UnitScenario.selectionCore(topK, sets), try UnitScenario.topKEngine(topK, sets)] {
            for timing in [StreamTiming.steady, .random(seed: TestSeed.derived("stalls"))] {
                try StreamCheck(unit.design, unit.streams).run(timing)
            }
        }
    }
}
