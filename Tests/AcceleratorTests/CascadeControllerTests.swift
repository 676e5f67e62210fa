import Accelerator
import Configuration
import GoldenModel
import RTL
import TestSupport
import Testing
import UnitScenarios

@Suite struct CascadeControllerTests {
    /// Schedules of all kinds, sequences that take turns, refused commands, broken states.
    @Test func sequencesTakeTurns() throws {
        for pass in 0..<6 {
            let unit = try UnitScenario.cascadeController(pruningD32, TestSeed.generator("\(#function) \(pass)"))
            _ = try pass == 0 ? unit.runAll() : unit.run(.random(seed: TestSeed.derived("timing of pass \(pass)")))
        }
    }

    /// 12 layers of 4 heads: what the controller gives the lane is what the golden cascade keeps, row by row.
    @Test(arguments: ImportanceMode.allCases) func cascadeOfAModel(mode: ImportanceMode) throws {
        let (unit, ranked) = try UnitScenario.cascadeOfAModel(
            pruningD32, mode: mode, iterations: 6, context: 120, TestSeed.generator("\(#function) \(mode)"))
        try unit.runAll()
        #expect(ranked > 2_000)
    }

    /// Behind a narrow port, with words of four.
    @Test func sequencesTakeTurnsByFours() throws {
        let unit = try UnitScenario.cascadeController(pruningD16, TestSeed.generator(#function))
        try unit.runAll()
        try unit.run(.random(seed: TestSeed.derived(#function)))
    }

    @Test func edges() throws {
        let unit = try UnitScenario.cascadeEdges(pruningD32, TestSeed.generator(#function))
        try unit.run(.random(seed: TestSeed.derived(#function)))
        try unit.run()
    }

    @Test func limits() throws {
        let unit = try UnitScenario.cascadeLimits(pruningD32, TestSeed.generator(#function))
        try unit.run(.random(seed: TestSeed.derived(#function)))
        try unit.run()
    }

    /// The bank is not scanned for a ranking, and no iteration ends, before all rows given to the lane are in it.
    @Test func rankingsWaitForRows() throws {
        let (unit, _) = try UnitScenario.cascadeOfAModel(
            pruningD32, mode: .sum, iterations: 2, context: 40, TestSeed.generator(#function))
        let run = try unit.run(.slow("row_done", seed: TestSeed.derived(#function)))
        let operations = try run["token_command"].beats.map { try $0.value("operation") }
        let scans = zip(operations, run["token_command"].cycles).filter { $0.0 == 3 }.map(\.1)
        #expect(scans.count > 4)
        for cycle in scans + run["status"].cycles {
            let given = run["lane_job"].cycles.count { $0 < cycle }, done = run["row_done"].cycles.count { $0 < cycle }
            #expect(given == done, "in cycle \(cycle)")
        }
    }

    /// What a layer that keeps all of its tokens and heads does not wait for: the rows before it.
    @Test func layersThatKeepAllDoNotWait() throws {
        let run = try UnitScenario.cascadeThatKeepsAll(pruningD32, layers: 4, TestSeed.generator(#function)).run()
        let jobs = run["lane_job"].cycles
        #expect(jobs.count == 8 && jobs.last! - jobs[0] <= 26)
    }

    /// Of rows that the bank of tokens does not have yet the lane is given 128, and no more.
    @Test func rowsUnderWay() throws {
        let run = try UnitScenario.cascadeThatKeepsAll(
            pruningD32, layers: 3, heads: 48, rowsBehind: 127, TestSeed.generator(#function)).run()
        let done = run["row_done"].cycles
        let most = run["lane_job"].cycles.enumerated().map { given, cycle in given + 1 - done.count { $0 < cycle } }.max()
        #expect(most == 128)
    }

    /// No `ready` that a unit drives follows within the cycle a `ready` that it is given.
    @Test func noPathFromReadyToReady() throws {
        let tops = [try Design(CascadeController(pruningD32)), try Design(Accelerator.TokenImportance(pruningD32))]
        for module in tops.flatMap(\.modules) {
            for (index, port) in module.ports.enumerated() where !port.isInput && port.name.hasSuffix("_ready") {
                let inputs = try #require(module.combinationalInputs[index]).map { module.ports[$0].name }
                #expect(!inputs.contains { $0.hasSuffix("_ready") }, "\(module.name): \(port.name) follows \(inputs)")
            }
        }
    }
}
