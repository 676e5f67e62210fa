import Accelerator
import Configuration
import SeededRandom
import TestSupport
import Testing
import UnitScenarios

/// The units that only a lane for prefill has.
@Suite struct PrefillUnitTests {
    @Test(arguments: PrefillConfiguration.advertised) func passesOfEveryMask(prefill: PrefillConfiguration) throws {
        try UnitScenario.passPlanner(prefill, TestSeed.generator(#function)).runAll()
    }

    @Test(arguments: PrefillConfiguration.advertised) func tilesReadOverAndOver(prefill: PrefillConfiguration) throws {
        let unit = try UnitScenario.tileBuffer(prefill, TestSeed.generator(#function))
        // Long tiles: all timings for one configuration only.
        for timing in prefill == .advertised[0] ? unit.timings : [unit.timings[1]] { try unit.run(timing) }
        let run = try unit.run()
        #expect(run["output"].cycles[0] - run["replay"].cycles[0] == TileBuffer.latency)
    }

    @Test func aBankIsReadWhileItIsFilled() throws {
        let unit = try UnitScenario.trailingRead(words: 16, bits: 40, TestSeed.generator(#function))
        let run = try unit.runAll()
        #expect(zip(run["words"].cycles, run["output"].cycles).allSatisfy { $1 - $0 == TileBuffer.latency })
    }

    @Test(arguments: [8, 16]) func queriesReadOverAndOver(rows: Int) throws {
        let run = try UnitScenario.tileBuffer(words: rows, bits: 792, tiles: 40, longest: rows, TestSeed.generator(#function)).runAll()
        let cycles = run["output"].cycles, asked = run["replay"].cycles
        let isLast = try run["output"].beats.map { try $0.value("last") == 1 }
        let switches = try run["replay"].beats.map { try $0.value("next_bank") == 1 }
        var words = 0
        let filled = try run["fill"].beats.map { fill in
            words += try fill.value("last") - fill.value("first") + 1
            return run["words"].cycles[words - 1]
        }
        // From a bank that is full and in use, commands follow each other without a gap, of one word or more.
        var bank = 0, followers = 0
        for (command, previous) in isLast.indices.filter({ isLast[$0] }).dropLast().enumerated() {
            if switches[command + 1] { bank += 1 }
            guard !switches[command + 1], asked[command + 1] > filled[bank] else { continue }
            followers += 1
            #expect(cycles[previous + 1] - cycles[previous] == 1)
        }
        #expect(followers >= 10)
    }

    /// Both banks are filled before one is asked for.
    @Test func twoBanksFillAhead() throws {
        let unit = try UnitScenario.tileBuffer(words: 8, bits: 792, tiles: 6, longest: 8, TestSeed.generator(#function))
        // From any power-up state.
        for seed in 0..<4 {
            let run = try unit.run(.stalls(["replay": [0..<200]], seed: UInt64(seed)))
            #expect(run["fill"].cycles[1] < 100 && run["fill"].cycles[2] >= 200)
        }
    }

    @Test(arguments: PrefillConfiguration.advertised) func leavesInTurns(prefill: PrefillConfiguration) throws {
        let run = try UnitScenario.slotAccumulator(prefill, TestSeed.generator(#function)).runAll()
        let leaves = run["leaf"].cycles, beats = prefill.lane.stateBeatCount
        #expect(leaves[beats] - leaves[0] == SlotAccumulator(prefill: prefill).cyclesPerLeaf)
    }

    @Test(arguments: PrefillConfiguration.advertised) func anElementACycle(prefill: PrefillConfiguration) throws {
        let run = try UnitScenario.normalizerPair(prefill, TestSeed.generator(#function)).runAll()
        let outputs = run["output"].cycles
        #expect(outputs[0] - run["state"].cycles[prefill.lane.stateBeatCount - 1] == NormalizerPair.latency)
        // Rows follow each other without a gap where a row is longer than what must happen before it.
        let gap = 2 * prefill.lane.headSize >= NormalizerPair.latency + prefill.lane.headSize ? 0 : 10
        #expect(outputs.last! - outputs[0] <= outputs.count - 1 + gap * outputs.count / prefill.lane.headSize)
    }
}
