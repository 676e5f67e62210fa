import Accelerator
import Configuration
import Simulation
import TestSupport
import Testing
import UnitScenarios
import Verification

@Suite struct BitwidthConverterTests {
    @Test(arguments: lanes, MemoryPort.Tag.allCases) func everyWidth(lane: LaneConfiguration, tag: MemoryPort.Tag) throws {
        let run = try UnitScenario.bitwidthConverter(lane, tag, TestSeed.generator("\(#function) \(tag)")).runAll()
        if tag == .value { #expect(run["vectors"].cycles[0] - run["beats"].cycles[0] == BitwidthConverter.latency) }
    }
}

@Suite struct PlaneFetcherTests {
    /// Whatever leaves the buffer when: never more is asked for than it holds.
    @Test(arguments: [16, 32, 256]) func bursts(buffer: Int) throws {
        let lane = LaneConfiguration(headSize: 64, multipliers: 64, fetchBufferBeats: buffer)
        let unit = try UnitScenario.planeFetcher(lane, TestSeed.generator(#function))
        for timing in unit.timings {
            let run = try unit.run(timing)
            let asked = try run["request"].beats.map { try $0.value("beats") + 1 }
            let events = zip(run["request"].cycles, asked).map { ($0, $1) } + run["released"].cycles.map { ($0, -1) }
            var outstanding = 0, most = 0
            for (_, change) in events.sorted(by: { $0.0 < $1.0 }) {
                outstanding += change
                most = max(most, outstanding)
            }
            #expect(most <= buffer)
        }
    }

    /// While nothing leaves the buffer, just as much is asked for as it holds.
    @Test(arguments: [16, 64, 256]) func asksForTheWholeBuffer(buffer: Int) throws {
        let lane = LaneConfiguration(headSize: 64, multipliers: 64, fetchBufferBeats: buffer)
        let simulator = try simulator(PlaneFetcher(lane: lane))
        let command = try StreamPort("command", of: simulator), request = try StreamPort("request", of: simulator)
        let address = try command.field("address"), beats = try command.field("beats"), asked = try request.field("beats")
        let released = try simulator.handle("released")
        simulator.applyReset()
        (address.value, beats.value, command.isValid, request.isReady) = (64 * 16, buffer + 16, true, true)
        var total = 0
        for cycle in 0..<200 + buffer {
            released.value = cycle >= 100 && cycle < 100 + buffer ? 1 : 0
            simulator.settle()
            let isTaken = command.fires
            if request.fires { total += asked.value + 1 }
            simulator.clockEdge()
            if isTaken { command.isValid = false }
            if cycle == 99 { #expect(total == buffer) }
        }
        #expect(total == buffer + 16)
    }
}

@Suite struct PlaneReaderTests {
    @Test(arguments: MemoryPort.Tag.allCases) func rowsBackToBack(tag: MemoryPort.Tag) throws {
        try UnitScenario.planeReader(laneD64, tag, TestSeed.generator(#function)).runAll()
    }
}

@Suite struct KeyAssemblerTests {
    @Test(arguments: lanes) func tileAndRowEnds(lane: LaneConfiguration) throws {
        let unit = try UnitScenario.keyAssembler(lane, TestSeed.generator(#function))
        // Long rows: all timings for one lane only.
        for timing in lane == laneD64 ? Array(unit.timings.dropFirst()) : [unit.timings[1]] { try unit.run(timing) }
        let cycles = try unit.run()["keys"].cycles
        #expect(cycles.last! - cycles[0] == cycles.count - 1)
    }
}
