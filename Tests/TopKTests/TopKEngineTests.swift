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
import Verilog

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

    /// Selection alone: what the unit says of its latency is what it takes, for any keys.
    @Test func radixTakesAsLongWhateverTheKeys() throws {
        for (parallelism, bits, passKeys) in [(16, 12, 64), (16, 32, 64), (16, 32, 16), (4, 21, 64), (4, 12, 8), (1, 21, 64)] {
            let topK = try TopKConfiguration(.radix, parallelism: parallelism, keyBits: bits, passKeys: passKeys)
            var random = TestSeed.generator("\(#function) \(topK)")
            let sets = [1, 64, 65, 1000].flatMap { count in
                TopKSet.Family.allCases.map { TopKSet(keys: $0.keys(count, bits: bits, &random), k: random.below(count + 1)) }
            }
            let unit = try UnitScenario.selectionCore(topK, sets)
            let run = try StreamCheck(unit.design, unit.streams).run()
            var beats = 0
            for (index, set) in sets.enumerated() {
                beats += (set.keys.count + parallelism - 1) / parallelism
                let cycles = run["selection"].cycles[index] - run["keys"].cycles[beats - 1]
                #expect(cycles == RadixSelect(topK).latency(keys: set.keys.count))
            }
        }
    }

    /// A selector of weights that come one a cycle, in sets of one size, at least 128: with two buffers none waits.
    @Test(arguments: [128, 500, 1024]) func radixKeepsUpWithAKeyACycle(count: Int) throws {
        let topK = try TopKConfiguration(.radix, parallelism: 1, keyBits: 21, buffers: 2)
        var random = TestSeed.generator("\(#function) \(count)")
        let sets = (0..<5).map { _ in TopKSet(keys: TopKSet.Family.uniform.keys(count, bits: 21, &random), k: count / 3) }
        let unit = try UnitScenario.selectionCore(topK, sets)
        let run = try StreamCheck(unit.design, unit.streams).run()
        let keys = run["keys"].cycles, lost = keys.last! - keys[0] - (keys.count - 1)
        #expect(lost <= 3 * (sets.count - 1))
    }

    /// Vectors in Icarus: a bench of Verilog alone, in which what means nothing is unknown on the way in.
    @Test(arguments: TopKConfiguration.Algorithm.allCases) func passesInIcarus(_ algorithm: TopKConfiguration.Algorithm) throws {
        let topK = try TopKConfiguration(algorithm, parallelism: 4, capacity: 128, keyBits: 9)
        var random = TestSeed.generator(#function)
        let unit = try UnitScenario.topKEngine(topK, (0..<40).map { _ in TopKSet.random(topK, &random) })
        let bench = try ScenarioBench(name: "topk", unit.design, unit.streams)
        let verilog = VerilogEmitter().emit(unit.design).map { VerilogSource(name: $0.name, text: $0.text) }
        for stalls in [0, 24] {
            let result = try IcarusRunner().run(
                verilog + bench.files, top: bench.moduleName, plusArguments: ["stalls=\(stalls)"])
            #expect(result.succeeded && result.output.contains("PASS topk "), "\(result.report)")
        }
    }

    /// No `ready` of an engine follows one that it is given within the cycle.
    @Test(arguments: TopKConfiguration.Algorithm.allCases) func noPathFromReadyToReady(_ algorithm: TopKConfiguration.Algorithm) throws {
        let design = try Design(TopKEngine(try TopKConfiguration(algorithm)))
        for (index, port) in design.top.ports.enumerated() where !port.isInput && port.name.hasSuffix("_ready") {
            let inputs = try #require(design.top.combinationalInputs[index]).map { design.top.ports[$0].name }
            #expect(!inputs.contains { $0.hasSuffix("_ready") }, "\(port.name) follows \(inputs)")
        }
    }
}
