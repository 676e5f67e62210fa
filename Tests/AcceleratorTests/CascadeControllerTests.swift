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

    /// No head, or one of 64; ratios 0 and 1; more protected tokens than there are; a context of one token.
    @Test func edges() throws {
        func line(_ start: Int, unpruned: Int = 0, step: Int = 0) -> KeepLine { KeepLine(unpruned: unpruned, start: start, step: step) }
        var traffic = try CascadeTraffic(pruningD32, maximumHeads: 64, TestSeed.generator(#function))
        let one = 1 << 16
        for (tokens, heads, count, sink, recent) in [
            (line(0), line(one), 2, 0, 0), (line(one), line(0), 2, 0, 0), (line(0), line(0), 1, 0, 0),
            (line(one / 2), line(one / 2, unpruned: 2), 64, 0, 0), (line(one / 2), line(one), 3, 30, 40),
            (line(0), line(one), 1, 1, 1), (line(one, step: -one), line(one, step: -20_000), 5, 0, 3),
            (line(20_000, step: 40_000), line(one), 2, 2, 0), (line(1), line(1), 4, 0, 0),
        ] {
            for context in [1, 2, 40] {
                var sequence = try CascadeSequence(
                    layers: 4, heads: count, tokenLine: tokens, headLine: heads,
                    settings: CascadeSettings(importance: .sum, sink: sink, recent: recent))
                try traffic.iterate(&sequence, context: context, isNew: true)
                try traffic.iterate(&sequence, context: context, isNew: false)
                try traffic.iterate(&sequence, context: context + 1, isNew: false)
            }
        }
        try traffic.scenario().run(.random(seed: TestSeed.derived(#function)))
        try traffic.scenario().run()
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

extension MutationScoreTests {
    /// The importances, the choice of tokens and the controller, by the tests of their units. (The top-k engine has tests of its own.)
    @Test(.enabled(if: count > 0, "set LEANSPATTEN_MUTATE=1 for the mutation score"))
    func mutationScoreOfTheCascade() throws {
        let units: [(design: Design, own: [String], check: () throws -> Void)] = [
            (try Design(Accelerator.TokenImportance(pruningD32)), ["TokenImportance", "TokenBank"], {
                try TokenImportanceTests().probabilitiesAdd()
                try TokenImportanceTests().fullRows()
            }),
            (try Design(Accelerator.HeadImportance(lane: pruningD32.lane, heads: 64)), ["HeadImportance"], {
                try UnitScenario.headImportance(pruningD32.lane, TestSeed.generator("mutants")).runAll()
            }),
            (try Design(Accelerator.TokenSelector(pruningD32)), ["TokenSelector"], {
                try UnitScenario.tokenSelector(pruningD32, TestSeed.generator("mutants")).runAll()
                try TokenSelectorTests().cyclesOfARanking()
            }),
            (try Design(CascadeController(pruningD32)), ["CascadeController"], {
                try UnitScenario.cascadeController(pruningD32, TestSeed.generator("mutants")).runAll()
                try CascadeControllerTests().edges()
            }),
        ]
        var found = 0, tried = 0
        for (design, own, check) in units {
            let mutants = design.chosenMutants(Self.count == 1 ? 150 : Self.count) { mutant in
                own.contains { mutant.module.hasPrefix($0) }
            }
            for mutant in mutants {
                tried += 1
                if try Self.finds(check, mutant) { found += 1 } else { print("  SURVIVED: \(mutant)") }
            }
            print("\(design.top.name): \(found) of \(tried) mutants found so far")
        }
        #expect(found * 100 >= 95 * tried)
    }
}
