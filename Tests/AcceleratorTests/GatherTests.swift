import Accelerator
import Configuration
import Cosimulation
import Foundation
import PerformanceModel
import SeededRandom
import Session
import Simulation
import TestSupport
import Testing
import UnitScenarios
import Verification

/// The configurations of the fetch path of a lane that prunes: every lane of one key a cycle, with both sectors, and narrow ports.
let gatherConfigurations = lanes.filter { $0.slots == 1 }.flatMap { lane in
    SpAttenConfiguration.sectorSizes.map { SpAttenConfiguration(lane: lane, sectorBytes: $0) }
} + narrowConfigurations

/// Narrow ports: vectors of several sectors, of whole and of broken ones.
let narrowConfigurations = [(64, 64, 16), (16, 16, 8), (16, 16, 16), (64, 32, 16)].map {
    SpAttenConfiguration.narrow(headSize: $0.0, multipliers: $0.1, portBytes: $0.2)
}

@Suite struct IndexTests {
    @Test(arguments: SpAttenConfiguration.rowLimits) func listsAndRanges(maximumRowKeys: Int) throws {
        let configuration = SpAttenConfiguration(lane: laneD64, maximumRowKeys: maximumRowKeys)
        try UnitScenario.indexGenerator(configuration, TestSeed.generator(#function)).runAll()
    }

    @Test func rowsThatFollowTheirList() throws {
        let configuration = SpAttenConfiguration(lane: laneD64)
        let unit = try UnitScenario.indexGenerator(configuration, TestSeed.generator(#function), followsList: true)
        let run = try unit.runAll()
        #expect(run["tokens"].cycles[0] < run["list"].cycles[configuration.maximumRowKeys - 1])
    }

    @Test func aPositionACycle() throws {
        let configuration = SpAttenConfiguration(lane: laneD64)
        let run = try UnitScenario.indexGenerator(configuration, TestSeed.generator(#function)).run()
        #expect(run["tokens"].cycles[0] - run["list"].cycles[configuration.maximumRowKeys - 1] == 1 + IndexGenerator.latency)
        // The rows of the first list, all of them ready when the list is: their tokens have no gap.
        let ofFirstList = run["list"].cycles[configuration.maximumRowKeys]
        let tokens = run["tokens"].cycles.prefix { $0 < ofFirstList }
        #expect(tokens.last! - tokens[0] == tokens.count - 1)
    }

    @Test func decisions() throws {
        let unit = try UnitScenario.indexFilter(SpAttenConfiguration(lane: laneD64), TestSeed.generator(#function))
        let run = try unit.runAll()
        #expect(run["tokens"].cycles.last! == run["tokens"].cycles.count - 1)
    }
}

@Suite struct GatherReaderTests {
    @Test(arguments: gatherConfigurations, MemoryPort.Tag.allCases)
    func rowsOfAllKinds(configuration: SpAttenConfiguration, tag: MemoryPort.Tag) throws {
        try UnitScenario.gatherReader(configuration, tag, TestSeed.generator("\(#function) \(tag)")).runAll()
    }
}

extension GatherReaderTests {
    /// Ten thousand rows of the plane, in Verilator.
    @Test(arguments: SpAttenConfiguration.sectorSizes) func manyRowsInVerilator(sectorBytes: Int) throws {
        let configuration = SpAttenConfiguration(lane: laneD64, sectorBytes: sectorBytes)
        var rows = 0, batch = 0, model: VerilatorModel?
        while rows < 10_000 {
            let unit = try UnitScenario.gatherReader(configuration, .value, TestSeed.generator("\(#function) \(batch)"))
            let built = try model ?? VerilatorModel.build(unit.design)
            model = built
            var check = StreamCheck(unit.design, unit.streams)
            check.engine = { VerilatorSimulator(built, seed: $1) }
            let run = try check.run(batch % 4 == 0 ? .steady : .random(seed: TestSeed.derived("timing \(batch)")))
            rows += run["vectors"].beats.count
            batch += 1
        }
    }

    /// Whatever lies behind the port; requests have no beats of their own to wait for then.
    @Test(arguments: [
        MemoryTiming.fixed(latency: 1), .fixed(latency: 300), .bandwidth(latency: 40, bytesPerCycle: 13),
        MemoryTiming(.fixed(latency: 30), outstanding: .requests(2)), .hbm2(),
    ], SpAttenConfiguration.sectorSizes)
    func memories(memory: MemoryTiming, sectorBytes: Int) throws {
        let configuration = SpAttenConfiguration(lane: laneD64, sectorBytes: sectorBytes)
        var random = TestSeed.generator("\(#function)")
        let rows = [0.02, 0.3, 1, 0.6].enumerated().map { index, keep in
            GatheredRow(address: 64 * random.below(500), bits: MemoryPort.Tag.value.widths[index], context: 500, keep: keep, &random)
        }
        let unit = try UnitScenario.gatherReader(configuration, .value, rows, memory: memory)
        for timing in [StreamTiming.steady, .random(seed: TestSeed.derived("timing")), .slow("vectors", seed: TestSeed.derived("slow"))] {
            try unit.run(timing)
        }
    }

    /// Tokens that repeat or go back, as no list should have them: each row is read all the same.
    @Test(arguments: gatherConfigurations) func listsThatDoNotAscend(configuration: SpAttenConfiguration) throws {
        var random = TestSeed.generator(#function)
        let lists = [
            [Int](repeating: 7, count: 400), Array((0..<150).reversed()), (0..<300).map { _ in random.below(3) },
            (0..<150).map { _ in random.below(1_000) }, (0..<150).map { $0 / 2 },
        ]
        for tag in [MemoryPort.Tag.keyMSB, .value] {
            let rows = lists.indices.flatMap { index in
                [tag.widths[index % tag.widths.count], tag.widths.last!].map { bits in
                    GatheredRow(address: 64 * random.below(100), bits: bits, list: lists[index])
                }
            }
            let unit = try UnitScenario.gatherReader(configuration, tag, rows, memory: .fixed(latency: 20))
            for timing in [StreamTiming.steady, .random(seed: TestSeed.derived("timing \(tag)"))] { try unit.run(timing) }
        }
    }

    /// Every part kept of the rows of `lane-d64`, with both sectors; of the others two each in turn, all of them in `make regress`.
    private static let scattered: [(SpAttenConfiguration, Double)] = gatherConfigurations.enumerated().flatMap { index, configuration in
        let keeps = [0.1, 0.3, 0.54, 1]
        let isWhole = configuration.lane == laneD64 || ProcessInfo.processInfo.environment["LEANSPATTEN_ALL_LANES"] != nil
        return keeps.indices.filter { isWhole || $0 % 2 == index / 2 % 2 }.map { (configuration, keeps[$0]) }
    }

    /// The port's rate for dense rows, the beat bound for scattered ones; what is asked for is what the bound counts.
    @Test(arguments: scattered)
    func scatteredRowsAtTheBeatBound(configuration: SpAttenConfiguration, keep: Double) throws {
        let engine: StreamCheck.Engine = { try UnitMutant.current?.simulator($0, seed: $1) ?? NativeSimulator($0, seed: $1) }
        for (index, bits) in GatherMeasurement.widths.enumerated() {
            // About two thousand tokens.
            let context = index % 2 == 0 ? 1024 : 4096, rows = max(1, Int(2048 / (keep * Double(context))))
            let measured = try GatherMeasurement(
                configuration, bits: bits, keep: keep, context: context, rows: rows,
                TestSeed.generator("\(bits) bits, keep \(keep) of \(context)"), engine: engine)
            let cycles = Double(measured.cycles), bound = Double(measured.bound.cycles)
            #expect(cycles >= bound)
            // Behind a narrow port vectors of a sector and a half come in two cycles, a half in each; every other one alone in three.
            let inHalves = configuration.isNarrow && 2 * bits * configuration.lane.multipliers == 3 * 8 * configuration.sectorBytes
            let reached = inHalves ? max(bound, (keep == 1 ? 2 : 2.5) * Double(measured.bound.arrayCycles)) : bound
            #expect(cycles <= 1.03 * reached, "\(bits) bits of \(context): \(measured.cycles) of \(measured.bound.cycles)")
            #expect(measured.requests == measured.bound.totalRequests)
        }
    }
}

@Suite struct SectorFetcherTests {
    /// While nothing leaves the buffer, just as much is asked for as it holds, and never more.
    @Test(arguments: SpAttenConfiguration.sectorSizes, [16, 64, 256])
    func asksForTheWholeBuffer(sectorBytes: Int, buffer: Int) throws {
        let lane = LaneConfiguration(headSize: 64, multipliers: 64, fetchBufferBeats: buffer)
        let configuration = SpAttenConfiguration(lane: lane, sectorBytes: sectorBytes)
        // Bursts that fill it to the last beat, and such that leave some.
        for first in [0, 3] { try asksForTheWholeBuffer(configuration, from: first) }
    }

    /// - Parameter start: The first sector.
    func asksForTheWholeBuffer(_ configuration: SpAttenConfiguration, from start: Int) throws {
        let buffer = configuration.lane.fetchBufferBeats
        let simulator = try simulator(SectorFetcher(configuration))
        let spans = try StreamPort("spans", of: simulator), request = try StreamPort("request", of: simulator)
        let first = try spans.field("first"), count = try spans.field("count"), isLast = try spans.field("is_last")
        let address = try request.field("address"), beats = try request.field("beats"), released = try simulator.handle("released")
        simulator.applyReset()
        (first.value, count.value, isLast.value, spans.isValid, request.isReady) = (start, 2, 0, true, true)
        var next = start, asked = 0, releases = 0
        for cycle in 0..<4 * buffer + 200 {
            released.value = cycle >= 2 * buffer && releases < asked && cycle % 3 == 0 ? 1 : 0
            releases += released.value
            simulator.settle()
            let isTaken = spans.fires
            if request.fires {
                #expect(address.value == (start + asked) * configuration.sectorBytes)
                asked += beats.value + 1
                #expect((start + asked) % 16 == 0 && asked - releases + released.value <= buffer)
            }
            simulator.clockEdge()
            if isTaken { next += 2 }
            first.value = next
            if cycle == 2 * buffer - 1 { #expect(asked == (start + buffer) / 16 * 16 - start) }
        }
        #expect(asked > buffer)
    }
}

@Suite struct GatherBoundTests {
    private static func bound(
        headSize: Int = 64, multipliers: Int = 64, sectorBytes: Int, bits: Int, tokens: [Int], positions: [Int]? = nil, address: Int = 0
    ) -> GatherBound {
        var bound = GatherBound(configuration: SpAttenConfiguration(
            lane: LaneConfiguration(headSize: headSize, multipliers: multipliers), sectorBytes: sectorBytes))
        bound.addRow(tokens: tokens, positions: positions, address: address, bits: bits)
        return bound
    }

    @Test func rowsOfASectorAndAHalf() {
        // 96 bytes: tokens 0 and 1 are bytes 0...191, sectors 0, 1 and 2; token 3 is bytes 288...383, sectors 4 and 5.
        let whole = Self.bound(sectorBytes: 64, bits: 12, tokens: [0, 1, 3])
        #expect(whole.beats == [5] && whole.requests == [2] && whole.cycles == 5 && whole.arrayCycles == 3)
        // Sectors 0...5 and 9...11 of 32 bytes: 0, 2, 4 and 10 are 0, 1, 2 and 5 of channel 0; 1, 3, 5, 9, 11 are 0, 1, 2, 4, 5.
        let halves = Self.bound(sectorBytes: 32, bits: 12, tokens: [0, 1, 3])
        #expect(halves.beats == [4, 5] && halves.requests == [2, 2] && halves.cycles == 5)
    }

    @Test func smallRowsShareSectors() {
        // 24 bytes: tokens 0, 1, 2 are bytes 0...71, sectors 0 and 1; 5 is bytes 120...143, sectors 1 and 2.
        let bound = Self.bound(sectorBytes: 64, bits: 3, tokens: [0, 1, 2, 5])
        #expect(bound.beats == [3] && bound.requests == [1] && bound.cycles == 4)
        // Sectors 0, 1, 2; 3, 4.
        #expect(Self.bound(sectorBytes: 32, bits: 3, tokens: [0, 1, 2, 5]).beats == [3, 2])
    }

    @Test func burstsEndAtBoundariesAndBlocks() {
        // 64 bytes a row and sector: 14...40 are 14 15, 16...31, 32...40.
        #expect(Self.bound(sectorBytes: 64, bits: 8, tokens: Array(14...40)).requests == [3])
        #expect(Self.bound(sectorBytes: 64, bits: 8, tokens: Array(14...40), address: 1024).requests == [3])
        #expect(Self.bound(sectorBytes: 64, bits: 8, tokens: Array(14...40), address: 128).requests == [2])
        // Position 128 begins a block, within bytes 1024...1087.
        #expect(Self.bound(sectorBytes: 64, bits: 8, tokens: [17, 18, 19], positions: [126, 127, 128]).requests == [2])
        #expect(Self.bound(sectorBytes: 64, bits: 8, tokens: [17, 18, 19], positions: [125, 126, 127]).requests == [1])
    }

    @Test func arraysCanBeTheLimit() {
        let bound = Self.bound(headSize: 128, multipliers: 32, sectorBytes: 64, bits: 4, tokens: [0, 9])
        #expect(bound.beats == [2] && bound.arrayCycles == 8 && bound.cycles == 8)
        let none = Self.bound(sectorBytes: 32, bits: 0, tokens: [4, 5])
        #expect(none.beats == [0, 0] && none.totalRequests == 0 && none.cycles == 2)
    }
}
