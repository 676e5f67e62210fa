import Accelerator
import Configuration
import FixedPoint
import RTL
import SeededRandom
import Session
import Simulation
import TestSupport
import Testing
import Verification
import Workloads

/// A lane for prefill against the golden model row by row, bit for bit.
@Suite struct PrefillTests {
    static let rowsPerConfiguration = 352

    private func random(_ configuration: PrefillConfiguration, rows: Int, maximumKeys: Int, _ name: String) throws -> CheckedPrefill {
        var generator = TestSeed.generator("prefill \(configuration.canonicalText) \(name)")
        var checked = try CheckedPrefill(configuration)
        try checked.appendRandomGroups(rows: rows, maximumKeys: maximumKeys, generator: &generator)
        return checked
    }

    private func check(
        _ model: PrefillModel, _ checked: CheckedPrefill, _ memory: MemoryTiming, _ stalls: StreamTiming
    ) throws {
        let result = try model.run(checked, memory: memory, stalls: stalls)
        #expect(result.traffic.totalBeats == checked.bound.portBeats)
    }

    @Test("2,112 random rows in Verilator, half of them with every stream hesitating", arguments: PrefillConfiguration.advertised)
    func verilator(_ configuration: PrefillConfiguration) throws {
        let model = try PrefillModel(configuration, engine: .verilator)
        var generator = TestSeed.generator("latency \(configuration.canonicalText)")
        let rows = Self.rowsPerConfiguration / 4
        for part in 0..<4 {
            let timing = part < 2 ? StreamTiming.steady : .random(seed: TestSeed.derived("stalls \(part)"))
            try check(model, random(configuration, rows: rows, maximumKeys: 600, "\(part)"), .fixed(latency: 1 + generator.below(200)), timing)
        }
    }

    @Test("random rows in the native engine", arguments: PrefillConfiguration.advertised)
    func native(_ configuration: PrefillConfiguration) throws {
        let model = try PrefillModel(configuration, engine: .native)
        try check(model, random(configuration, rows: 24, maximumKeys: 300, "native"), .fixed(latency: 30),
                  .random(seed: TestSeed.derived("native")))
    }

    @Test("random rows in Icarus, where undriven state is unknown")
    func icarus() throws {
        let configuration = PrefillConfiguration.advertised[1]
        let model = try PrefillModel(configuration, engine: .icarus)
        try check(model, random(configuration, rows: 20, maximumKeys: 200, "icarus"), .fixed(latency: 20), .steady)
    }

    @Test("a memory that is slow, or HBM2")
    func memories() throws {
        let model = try PrefillModel(.advertised[0], engine: .verilator)
        let checked = try random(.advertised[0], rows: 60, maximumKeys: 500, "memories")
        for memory in [MemoryTiming.bandwidth(latency: 40, bytesPerCycle: 24), .hbm2(HBM2Timing())] {
            try check(model, checked, memory, .steady)
        }
    }

    @Test("every row, head and layer of the fixture, all keys and in a window", arguments: [nil, 200] as [Int?])
    func fixture(window: Int?) throws {
        let configuration = PrefillConfiguration.advertised[0]
        let settings = RowSettings(tileKeys: 128, keyFormat: try KeyFormat("8+4"), valueFormat: try ValueFormat(bits: 12))
        let workload = try LaneWorkload(
            AttentionWorkload(path: PackageFiles.decodeAttention), name: "fixture", preset: "prefill",
            configuration: configuration.lane, settings: settings,
            kind: .prefill(configuration, window.map(PrefillMask.window) ?? .causal))
        var checked = try CheckedPrefill(configuration)
        for layer in workload.layers { try checked.append(layer, settings: settings) }
        #expect(checked.rowCount == 3 * 4 * 32)
        try check(PrefillModel(configuration, engine: .verilator), checked, .fixed(latency: 100), .steady)
    }

    /// Faults in the planner's masks: the comparison is able to fail.
    @Test func aWrongMaskIsSeen() throws {
        let configuration = PrefillConfiguration.advertised[1]
        let design = try Design(PrefillLane(prefill: configuration))
        let settings = RowSettings(tileKeys: 128, keyFormat: try KeyFormat("4+4"), valueFormat: try ValueFormat(bits: 8))
        let checked = try PrefillLoad.program(configuration, settings: settings, rows: 16, context: 140, mask: .window(100))
        let mutants = design.mutants().filter {
            $0.module.hasPrefix("PassPlanner") && $0.change.kind == "stuck" && (try? design.mutated(by: [$0])) != nil
        }
        var seen = 0
        for mutant in mutants.prefix(16) {
            let mutated = try design.mutated(by: [mutant])
            var scenario = try checked.scenario(of: SimulatedPort.layout(of: mutated.top), memory: .fixed(latency: 20))
            try scenario.hold("mutant", at: 1)
            var check = StreamCheck(mutated, scenario)
            check.waveDirectory = nil
            check.patience = 3_000
            check.cycleLimit = 20_000
            do { try check.run() } catch is StreamFailure { seen += 1 }
        }
        #expect(seen >= 8)
    }
}
