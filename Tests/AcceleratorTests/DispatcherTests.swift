import Accelerator
import Configuration
import TestSupport
import Testing
import UnitScenarios

@Suite struct JobDispatcherTests {
    @Test(arguments: lanes) func commands(lane: LaneConfiguration) throws {
        let given = try UnitScenario.jobDispatcher(lane, TestSeed.generator(#function)).runAll()["job"].cycles
        #expect(given.last! - given[0] == given.count - 1)
    }
}
