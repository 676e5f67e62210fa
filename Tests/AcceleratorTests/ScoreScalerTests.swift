import Accelerator
import Configuration
import TestSupport
import Testing
import UnitScenarios

@Suite struct ScoreScalerTests {
    @Test(arguments: lanes) func scaledScores(lane: LaneConfiguration) throws {
        let run = try UnitScenario.scoreScaler(lane, TestSeed.generator(#function)).runAll()
        #expect(run["scaled"].cycles == run["scores"].cycles.map { $0 + Accelerator.ScoreScaler.latency })
    }
}
