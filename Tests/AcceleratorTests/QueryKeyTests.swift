import Accelerator
import Configuration
import TestSupport
import Testing
import UnitScenarios

@Suite struct QueryKeyTests {
    @Test(arguments: lanes) func scoresOfRowsBackToBack(lane: LaneConfiguration) throws {
        let unit = try UnitScenario.queryKeyUnit(lane, TestSeed.generator(#function))
        let run = try unit.runAll()
        let queries = run["query"].cycles, keys = run["keys"].cycles, scores = run["scores"].cycles
        // One beat a cycle over all rows, and the latency that the docstring states.
        #expect(keys.last! - keys[0] == keys.count - 1)
        #expect(scores[0] - keys[lane.steps - 1] == Accelerator.QueryKeyUnit(lane: lane).latency)
        #expect(queries[1] == keys[lane.steps - 1])
    }
}
