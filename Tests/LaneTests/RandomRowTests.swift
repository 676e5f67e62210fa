import Configuration
import FixedPoint
import SeededRandom
import Session
import TestSupport
import Testing

/// Random rows over every advertised point, hardware against golden model, bit for bit.
@Suite struct RandomRowTests {
    /// Rows of each preset in Verilator: every run-time setting two times and more. 2,004 over the six presets.
    static let rowsPerPreset = 334

    @Test("2,004 random rows in Verilator", arguments: Preset.lanes)
    func verilator(_ preset: Preset) throws {
        let model = try LaneModel(preset.configuration.lane, engine: .verilator)
        // Half the rows at full speed, half with every stream hesitating.
        for (part, stalls) in [false, true].enumerated() {
            try check(preset, rows: Self.rowsPerPreset / 2, maximumKeys: 700, part: part, stalls: stalls, model: model)
        }
    }

    @Test("204 random rows in the native engine", arguments: Preset.lanes)
    func native(_ preset: Preset) throws {
        let model = try LaneModel(preset.configuration.lane, engine: .native)
        for (part, stalls) in [false, true].enumerated() {
            try check(preset, rows: 17, maximumKeys: 400, part: part, stalls: stalls, model: model)
        }
    }

    private func check(
        _ preset: Preset, rows: Int, maximumKeys: Int, part: Int, stalls: Bool, model: LaneModel
    ) throws {
        let name = "random-rows/\(preset.name)/\(part)"
        let seed = TestSeed.derived(name)
        var generator = SeededGenerator(seed: seed)
        var checked = CheckedProgram(lane: preset.configuration.lane)
        // Walk all settings in a stride that is coprime to their number, so that few rows meet many of them.
        let all = RowSettings.all
        let settings = (0..<rows).map { all[((part * rows + $0) * 37) % all.count] }
        try checked.appendRandomRows(settings: settings, maximumKeys: maximumKeys, generator: &generator)
        let bench = try LaneTestBench(
            try model.simulator(seed: seed), headSize: preset.configuration.lane.headSize, program: checked.program,
            memoryLatency: 1 + generator.below(200), stallSeed: stalls ? seed : nil)
        let mismatches = checked.mismatches(try bench.run().outputs)
        #expect(mismatches.isEmpty, "\(mismatches.count) of \(rows) rows differ, first \(mismatches[0]); \(TestSeed.rerun)")
    }

    @Test("a context of 65,536 keys in Verilator", arguments: ["lane-d32", "lane-d64", "lane-d128"])
    func longContext(_ name: String) throws {
        let lane = try Preset.named(name).configuration.lane
        let settings = RowSettings(tileKeys: 1024, keyFormat: try KeyFormat("4+4"), valueFormat: try ValueFormat(bits: 4))
        let (checked, _) = try DenseDecode.program(lane: lane, settings: settings, rows: 1, keys: 65_536)
        let bench = try LaneTestBench(
            try LaneModel(lane, engine: .verilator).simulator(seed: 1), headSize: lane.headSize, program: checked.program)
        #expect(checked.mismatches(try bench.run().outputs).isEmpty)
    }
}
