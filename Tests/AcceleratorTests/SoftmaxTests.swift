import Accelerator
import Configuration
import FixedPoint
import GoldenModel
import RTL
import Simulation
import TestSupport
import Testing
import UnitScenarios

@Suite struct SoftmaxTests {
    /// Every distance below the reference that a score can have, and those that only an empty slot has.
    @Test func exponentialOfEveryDelta() throws {
        let simulator = try simulator(ExponentialUnit())
        let delta = try simulator.handle("delta"), weight = try simulator.handle("weight")
        try simulator.handle("advance").value = 1
        simulator.applyReset()
        let latency = ExponentialUnit.latency, one = 1 << NumericFormats.scaledScoreFractionBits
        // All fractions for every shift that leaves a weight and the first that does not; beyond, each shift's ends.
        let reference = 1 << (ExponentialUnit.deltaBits - NumericFormats.scaledScoreFractionBits)
        var deltas = Array(0..<(NumericFormats.weightFractionBits + 4) * one)
        for whole in NumericFormats.weightFractionBits + 4..<reference { deltas += [whole * one, whole * one + 31, (whole + 1) * one - 1] }
        var mismatches: [Int] = []
        for index in 0..<deltas.count + latency {
            delta.value = index < deltas.count ? deltas[index] : 0
            simulator.settle()
            if index >= latency {
                let asked = deltas[index - latency]
                let golden = SoftmaxUnit.weight(scaledScore: Int32(reference * one - asked), reference: reference)
                if weight.value != Int(golden) { mismatches.append(asked) }
            }
            simulator.clockEdge()
        }
        #expect(mismatches == [])
    }

    /// A stopped pipeline keeps what it holds.
    @Test func exponentialStalls() throws {
        let simulator = try simulator(ExponentialUnit())
        let delta = try simulator.handle("delta"), weight = try simulator.handle("weight")
        let advance = try simulator.handle("advance")
        simulator.applyReset()
        var random = TestSeed.generator(#function)
        var entered: [Int] = []
        for _ in 0..<5_000 {
            delta.value = random.below(24 << 12)
            advance.value = random.below(2)
            simulator.settle()
            if entered.count >= ExponentialUnit.latency {
                let asked = entered[entered.count - ExponentialUnit.latency]
                #expect(weight.value == Int(SoftmaxUnit.weight(scaledScore: Int32(-asked), reference: 0)))
            }
            if advance.value == 1 { entered.append(delta.value) }
            simulator.clockEdge()
        }
    }

    @Test(arguments: lanes) func weightsOfRowsBackToBack(lane: LaneConfiguration) throws {
        let unit = try UnitScenario.softmaxUnit(lane, TestSeed.generator(#function))
        let run = try unit.runAll()
        let lastOfTile = try run["scores"].beats.map { try $0.value("tile_last") }.firstIndex(of: 1)!
        #expect(run["weights"].cycles[0] - run["scores"].cycles[lastOfTile] == Accelerator.SoftmaxUnit.latency)
    }

    /// Two full tiles wait while nothing is taken: the queue holds what it promises.
    @Test func fullTilesDoNotBlockEachOther() throws {
        let run = try UnitScenario.softmaxUnitFullTiles(laneD64, TestSeed.generator(#function)).run()
        for stream in ["scores", "weights"] {
            let cycles = run[stream].cycles
            #expect(cycles.last! - cycles[0] == cycles.count - 1)
        }
    }
}
