import Accelerator
import Configuration
import TestSupport
import Testing
import UnitScenarios

@Suite struct ProbabilityValueTests {
    @Test(arguments: lanes) func leavesOfTilesBackToBack(lane: LaneConfiguration) throws {
        let run = try UnitScenario.probabilityValueUnit(lane, TestSeed.generator(#function)).runAll()
        #expect(run["leaf"].cycles[0] - run["weights"].cycles[0] == Accelerator.ProbabilityValueUnit.latency)
        // A vector a cycle, once the short tiles before have left.
        let last = run["values"].cycles.suffix(1024 * lane.steps / lane.slots - 64)
        #expect(last.last! - last.first! == last.count - 1)
    }
}
