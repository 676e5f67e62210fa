import Accelerator
import Configuration
import SeededRandom
import Simulation
import TestSupport
import Testing
import UnitScenarios

/// Lanes with every number of beats a state can take, one beat included.
private let stateLanes = lanes + [1, 16, 32].map { LaneConfiguration(headSize: 32, multipliers: 32, mergeElements: $0) }

@Suite struct StateAccumulatorTests {
    @Test(arguments: stateLanes) func rowsBackToBack(lane: LaneConfiguration) throws {
        let run = try UnitScenario.stateAccumulator(lane, TestSeed.generator(#function)).runAll()
        let leaves = run["leaf"].cycles
        #expect(run["state"].cycles[0] - leaves[0] == Accelerator.StateAccumulator.latency)
        #expect(leaves[lane.stateBeatCount] - leaves[0] == Accelerator.StateAccumulator(lane: lane).cyclesPerLeaf)
    }
}

@Suite struct NormalizerTests {
    @Test(arguments: stateLanes) func outputs(lane: LaneConfiguration) throws {
        let run = try UnitScenario.normalizer(lane, TestSeed.generator(#function)).runAll()
        let outputs = run["output"].cycles
        #expect(outputs[0] - run["state"].cycles[lane.stateBeatCount - 1] == Accelerator.Normalizer.latency)
        #expect(outputs[lane.headSize - 1] - outputs[0] == lane.headSize - 1)
    }

    @Test func reciprocals() throws {
        let simulator = try simulator(Reciprocal())
        let start = try simulator.handle("start"), divisor = try simulator.handle("divisor")
        let done = try simulator.handle("done"), quotient = try simulator.handle("quotient")
        simulator.applyReset()
        var random = TestSeed.generator(#function)
        let low = 1 << (Reciprocal.divisorBits - 1), high = 2 * low - 1
        let divisors = [low, low + 1, low + 2, high, high - 1, 3 * low / 2, 4 * low / 3, 4 * low / 3 + 1]
            + (0..<3_000).map { _ in random.number(in: low...high) }
        for asked in divisors {
            (start.value, divisor.value) = (1, asked)
            simulator.run(1)
            (start.value, divisor.value) = (0, random.below(high))
            var cycles = 1
            simulator.settle()
            while done.value == 0, cycles < 100 {
                simulator.clockEdge()
                simulator.settle()
                cycles += 1
            }
            #expect(cycles == Reciprocal.latency)
            #expect(quotient.value == (1 << (2 * Reciprocal.divisorBits - 1)) / asked)
            simulator.run(1 + random.below(3))
            simulator.settle()
            #expect(done.value == 0)
        }
    }
}
