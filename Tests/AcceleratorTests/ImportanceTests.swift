import Accelerator
import Configuration
import RTL
import TestSupport
import Testing
import UnitScenarios

/// The smallest lane that prunes.
let pruningD32 = SpAttenConfiguration(lane: LaneConfiguration(headSize: 32, multipliers: 32))

/// The same behind a narrow port: words of four.
let pruningD16 = SpAttenConfiguration.narrow(headSize: 16, multipliers: 16, portBytes: 8)

@Suite struct TokenImportanceTests {
    /// Some 14,000 keys a run, a key a cycle.
    @Test(arguments: [pruningD32, pruningD16]) func probabilitiesAdd(configuration: SpAttenConfiguration) throws {
        let run = try UnitScenario.tokenImportance(configuration, TestSeed.generator(#function)).runAll()
        #expect(run["weights"].beats.count > 10_000)
    }

    /// Two rows of 1,024 keys wait for their totals, and a longer one that does not accumulate does not wait at all.
    @Test func fullRows() throws {
        let run = try UnitScenario.tokenImportanceFullRows(pruningD32, TestSeed.generator(#function)).run()
        let done = run["row_done"].cycles, totals = run["total"].cycles, rowKeys = pruningD32.maximumRowKeys
        // A key a cycle, and seven cycles from a row's last key to the next one's first.
        #expect(done[1] - done[0] == rowKeys + 6 && done[2] - done[1] == rowKeys + 6)
        #expect(totals[1] - totals[0] == rowKeys + 6)
        let scan = run["bank_0_scan"].cycles, command = run["bank_0_command"].cycles
        #expect(scan.last! - scan[0] == rowKeys / 16 - 1)
        #expect(scan[0] - command.last! == 2)
    }
}

@Suite struct HeadImportanceTests {
    @Test(arguments: [16, 64]) func sumsAndRankings(heads: Int) throws {
        for lane in [laneD64, pruningD32.lane] {
            try UnitScenario.headImportance(lane, heads: heads, TestSeed.generator("\(#function) \(heads)")).runAll()
        }
        try UnitScenario.headImportance(
            pruningD16.lane, heads: heads, lanes: pruningD16.importanceLanes, TestSeed.generator("\(#function) \(heads)")).runAll()
    }

    @Test(arguments: [16, 64]) func commandsGoFirst(heads: Int) throws {
        try UnitScenario.headImportanceWithoutWaiting(pruningD32.lane, heads: heads, TestSeed.generator(#function)).run()
    }

    @Test(arguments: [16, 64]) func everyNumberOfHeads(heads: Int) throws {
        for lanes in [4, 16] {
            try UnitScenario.headImportanceOfLayers(pruningD32.lane, heads: heads, lanes: lanes, TestSeed.generator(#function)).run()
        }
    }
}

@Suite struct TokenSelectorTests {
    @Test func nestedSelections() throws {
        try UnitScenario.tokenSelectorAfterReset(pruningD32, TestSeed.generator("\(#function) after reset")).runAll()
        var tokens = 0
        for pass in 0..<4 {
            let unit = try UnitScenario.tokenSelector(pruningD32, TestSeed.generator("\(#function) \(pass)"))
            tokens += 16 * (try pass == 0 ? unit.runAll() : unit.run())["scan"].beats.count
        }
        #expect(tokens > 10_000)
    }

    @Test func nestedSelectionsByFours() throws {
        try UnitScenario.tokenSelectorAfterReset(pruningD16, TestSeed.generator("\(#function) after reset")).runAll()
        try UnitScenario.tokenSelector(pruningD16, TestSeed.generator(#function)).runAll()
    }

    /// Cycles from the command to the first entry of the list, n = 1,024, whatever the ranks are.
    @Test func cyclesOfARanking() throws {
        for (divides, most) in [(false, 300), (true, 2_400)] {
            let run = try UnitScenario.tokenSelectorFull(
                pruningD32, keep: 350, divides: divides, TestSeed.generator(#function)).run()
            let list = run["list"].cycles, latency = list[0] - run["command"].cycles[0]
            print("ranking of 1,024 tokens, \(divides ? "ages" : "sums"): \(latency) cycles to the first entry of the list, "
                + "\(list.last! - run["command"].cycles[0]) to the last of 350")
            #expect(latency <= most)
            #expect(list.last! - list[0] <= 350 + 350 / 16 + 40)
        }
    }
}
