import Accelerator
import Configuration
import FixedPoint
import GoldenModel
import RTL
import SeededRandom
import Session
import Simulation
import TestSupport
import Testing
import Verification

/// A lane with its memory as a scenario, and what faults of the memory do to it.
@Suite struct LaneScenarioTests {
    private static let lane = LaneConfiguration(headSize: 32, multipliers: 32)
    private let design: Design
    private let checked: CheckedProgram

    init() throws {
        design = try Design(Lane(lane: Self.lane))
        var checked = CheckedProgram(lane: Self.lane)
        var generator = TestSeed.generator("rows")
        let settings = RowSettings(tileKeys: 128, keyFormat: try KeyFormat("8+4"), valueFormat: try ValueFormat(bits: 8))
        try checked.appendRandomRows(settings: [RowSettings](repeating: settings, count: 5), maximumKeys: 200, generator: &generator)
        // Something to fetch, whatever the seed.
        try checked.appendFullRow(settings, keys: 150, &generator)
        self.checked = checked
    }

    private func check(_ memory: MemoryTiming, _ faults: [MemoryFault] = []) throws -> StreamCheck {
        var check = StreamCheck(design, try checked.scenario(of: design, memory: memory, faults: faults))
        check.waveDirectory = nil
        check.patience = 2_000
        return check
    }

    private static let timings: [MemoryTiming] = {
        var hbm2 = HBM2Timing()
        hbm2.tREFI = 1000
        return [
            .fixed(latency: 100), .fixed(latency: 1), .bandwidth(latency: 40, bytesPerCycle: 24),
            .bandwidth(latency: 40, bytesPerCycle: 64, outstanding: .requests(1)),
            .hbm2(hbm2), .hbm2(hbm2, outstanding: .beats(20)),
        ]
    }()

    @Test("every memory gives the golden outputs, and both benches the same cycles", arguments: timings.indices)
    func memories(_ index: Int) throws {
        let memory = Self.timings[index]
        let run = try check(memory).run()
        let bench = try LaneTestBench(
            NativeSimulator(design, seed: 1), headSize: Self.lane.headSize, program: checked.program, memory: memory)
        let result = try bench.run()
        #expect(checked.mismatches(result.outputs).isEmpty)
        let traffic = run.traffic(of: "request")
        #expect(result.traffic.beats == traffic.beats && result.traffic.bytesMoved == traffic.bytesMoved)
        let cycles = try #require(run["output"].cycles.last) - (try #require(traffic.firstRequestCycle)) + 1
        #expect(result.cycles == cycles)
        // Under stalls too.
        try check(memory).run(.random(seed: TestSeed.derived("stalls")))
    }

    @Test func faultsOfTheMemoryAreSeen() throws {
        let clean = try check(.fixed(latency: 20)).run()
        let beats = clean.traffic(of: "request").totalBeats, middle = beats / 2
        func cause(_ kind: MemoryFault.Kind) throws -> String {
            try #require(throws: StreamFailure.self) {
                try check(.fixed(latency: 20), [MemoryFault(kind, at: .beat(middle))]).run()
            }.cause
        }
        // All sign bits of a beat of keys or values.
        let wrong = (0..<64).map { MemoryFault(.corrupt(bit: 8 * $0 + 7), at: .beat(middle)) }
        let corrupt = try #require(throws: StreamFailure.self) { try check(.fixed(latency: 20), wrong).run() }
        #expect(corrupt.cause.contains("`output_payload_element`, beat "), "\(corrupt.cause)")
        #expect(!corrupt.origins.isEmpty && corrupt.wave != nil)
        let dropped = try cause(.drop)
        #expect(dropped.contains("nothing has moved for 2000 cycles; done so far: job ")
            || dropped.contains("`output_payload_element`"), "\(dropped)")
        let last = try #require(throws: StreamFailure.self) {
            try check(.fixed(latency: 20), [MemoryFault(.drop, at: .beat(beats - 1))]).run()
        }
        #expect(last.cause.contains("nothing has moved for 2000 cycles"), "\(last.cause)")
        #expect(last.cause.hasSuffix("response \(beats - 1)"), "\(last.cause)")
        _ = try cause(.wrongTag)
        // A delay changes nothing but the cycles.
        let late = try check(.fixed(latency: 20), [MemoryFault(.delay(cycles: 5_000), at: .beat(middle))]).run()
        #expect(late["output"].cycles.last! > clean["output"].cycles.last! + 4_000)
        #expect(throws: MemoryConfigurationError.self) {
            try check(.fixed(latency: 20), [MemoryFault(.error, at: .beat(0))])
        }
    }

    @Test func theLaneBenchTakesFaultsToo() throws {
        let bench = try LaneTestBench(
            NativeSimulator(design, seed: 1), headSize: Self.lane.headSize, program: checked.program, memory: .fixed(latency: 20),
            faults: [MemoryFault(.drop, at: .beat(0))], patience: 1_000)
        #expect(throws: LaneRunError.self) { try bench.run() }
    }
}

extension CheckedProgram {
    fileprivate mutating func appendFullRow(_ settings: RowSettings, keys: Int, _ generator: inout SeededGenerator) throws {
        let headSize = 32
        try append(
            LaneRow(
                query: generator.codes(headSize, bits: NumericFormats.queryBits),
                keys: generator.codes(keys * headSize, bits: settings.keyFormat.bits),
                values: generator.codes(keys * headSize, bits: settings.valueFormat.bits), keyCount: keys,
                scale: try ScoreScale(mantissa: 1 << 17, shift: 31)),
            settings: settings)
    }
}
