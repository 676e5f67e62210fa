import Configuration
import FixedPoint
import GoldenModel
import Session
import TestSupport
import Testing
import Verification
import Workloads

/// SpAtten whole: layers of heads over iterations, in which the hardware decides by its own importances which tokens and
/// heads the next layer has, against the golden cascade; outputs, reports, pruned heads, importances, bit for bit.
@Suite struct CascadeLaneTests {
    private static let preset = try! Preset.named("cascade-d64")

    struct Mode: Sendable, CustomStringConvertible {
        var name: String
        var importance: ImportanceMode
        var tokens = RatioRule(average: 26_000, start: 45_000, unprunedPercent: 15)
        var heads: RatioRule? = nil
        var sink = 0, recent = 0
        var pruning = PruningSettings.dense
        var scope = DecisionScope.row
        var description: String { name }

        func sequence(layers: Int) throws -> CascadeProgram.Sequence {
            let keepsAll = RatioRule(average: 1 << 16, start: 1 << 16, unprunedPercent: 100)
            return try CascadeProgram.Sequence(
                layers: layers, heads: 4, tokenRatios: tokens.line(layers: layers), headRatios: (heads ?? keepsAll).line(layers: layers),
                settings: CascadeSettings(importance: importance, sink: sink, recent: recent))
        }
    }

    static let modes = [
        Mode(name: "the paper's", importance: .sum,
             heads: RatioRule(average: 49_152, start: 60_000, unprunedPercent: 30),
             pruning: PruningSettings(refine: .paper, confidence: 1_677_722, values: .fraction(limit: 19_661))),
        Mode(name: "ours", importance: .decay, tokens: RatioRule(average: 52_000, start: 60_000, unprunedPercent: 15), recent: 16,
             pruning: PruningSettings(refine: .perKey, confidence: 167_772, values: .threshold(limit: 5_033))),
        Mode(name: "age, renormalised, by tiles", importance: .age, sink: 4, recent: 8,
             pruning: PruningSettings(refine: .never, values: .threshold(limit: 16_777), renormalise: true), scope: .tile),
    ]

    /// A program over the layers of the real fixture, and what they bring to it.
    private struct FixtureProgram {
        let layers: [QuantizedLayer]
        let preset: Preset
        var program: CascadeProgram
        private let planes: [[MemoryImage.Placement]]
        private let largestScale: Double

        private static let quantized = try! LaneWorkload(
            AttentionWorkload(path: PackageFiles.decodeAttention), name: "fixture", preset: CascadeLaneTests.preset.name,
            configuration: CascadeLaneTests.preset.configuration.lane,
            settings: RowSettings(tileKeys: 256, keyFormat: KeyFormat("8+4"), valueFormat: ValueFormat(bits: 8)))

        init(_ preset: Preset = CascadeLaneTests.preset, pruning: PruningSettings, scope: DecisionScope) throws {
            guard case .cascade(let configuration) = preset.configuration else { preconditionFailure("no cascade") }
            self.preset = preset
            let (settings, layers) = (Self.quantized.settings, Self.quantized.layers)
            var program = try CascadeProgram(configuration, rows: settings, pruning: pruning, scope: scope)
            planes = try layers.map { layer in
                try layer.keyValues.map {
                    program.place(try KeyValuePlanes(
                        keys: $0.keys, values: $0.values, headSize: 64, keyFormat: settings.keyFormat,
                        valueFormat: settings.valueFormat))
                }
            }
            (self.layers, self.program) = (layers, program)
            largestScale = layers.flatMap { $0.keyValues.map(\.scales.valueScale) }.max()!
        }

        /// An iteration with the rows of that number, its layers in the order of the file or in the opposite one.
        mutating func append(_ row: Int, of sequence: inout CascadeProgram.Sequence, backwards: Bool = false) throws {
            let (layers, planes, largest) = (layers, planes, largestScale)
            try program.appendIteration(of: &sequence, context: layers[0].lengths[row]) { layer, head in
                let layer = backwards ? layers.count - 1 - layer : layer
                let keyValues = layers[layer].keyValues[head], query = layers[layer].queries[head * 32 + row]
                return CascadeProgram.HeadRow(
                    query: query.codes, keys: keyValues.keys, values: keyValues.values, scale: query.scoreScale,
                    headScale: Int(keyValues.scales.valueScale / largest * 65_535), planes: planes[layer][head])
            }
        }

        @discardableResult
        func run(_ timing: StreamTiming = .steady, waves: Bool = true) throws -> StreamRun {
            let design = try preset.configuration.design()
            let model = try LaneModel(preset.configuration, engine: .verilator)
            var check = StreamCheck(design, try program.scenario(of: design, memory: .fixed(latency: 100)))
            check.engine = { _, seed in try model.simulator(seed: seed) }
            if !waves { check.waveDirectory = nil }
            let run = try check.run(timing)
            #expect(try program.readsKeptKeys(run))
            return run
        }
    }

    /// The presets of the fixture's head size.
    private static let presets = Preset.cascadeLanes.filter { $0.configuration.lane.headSize == 64 }

    @Test("three layers of the real fixture as one model, 32 iterations", arguments: modes, presets)
    func fixture(_ mode: Mode, preset: Preset) throws {
        var fixture = try FixtureProgram(preset, pruning: mode.pruning, scope: mode.scope)
        var sequence = try mode.sequence(layers: fixture.layers.count)
        for row in 0..<32 { try fixture.append(row, of: &sequence) }
        fixture.program.save(sequence)
        #expect(fixture.program.keptTokens.contains { $0 < 900 })
        #expect(mode.heads == nil || !fixture.program.skipped.isEmpty)
        try fixture.run(mode.importance == .age ? .random(seed: TestSeed.derived(mode.name)) : .steady)
    }

    /// Iterations of two sequences of unlike ratios in turn.
    private struct Turns {
        var fixture: FixtureProgram
        var sequences: [CascadeProgram.Sequence]
        /// Rows of either sequence.
        var expected: [[SpAttenResult]] = [[], []]

        init(_ importance: ImportanceMode) throws {
            fixture = try FixtureProgram(
                pruning: PruningSettings(refine: .perKey, confidence: 167_772, values: .threshold(limit: 5_033)), scope: .row)
            let layers = fixture.layers.count
            let first = Mode(name: "", importance: importance, heads: RatioRule(average: 49_152, start: 60_000, unprunedPercent: 30), recent: 4)
            let second = Mode(name: "", importance: importance, tokens: RatioRule(average: 40_000, start: 50_000, unprunedPercent: 15), sink: 2)
            sequences = [try first.sequence(layers: layers), try second.sequence(layers: layers)]
        }

        mutating func append(_ row: Int, of index: Int) throws {
            let before = fixture.program.expected.count
            try fixture.append(row, of: &sequences[index], backwards: index == 1)
            expected[index] += fixture.program.expected[before...]
        }
    }

    private static let rowsOfTurns = 3

    @Test("two sequences take turns, their states saved and restored between", arguments: ImportanceMode.allCases)
    func turns(_ importance: ImportanceMode) throws {
        var alone: [[SpAttenResult]] = []
        for index in 0..<2 {
            var turns = try Turns(importance)
            for row in 0..<Self.rowsOfTurns { try turns.append(row, of: index) }
            turns.fixture.program.save(turns.sequences[index])
            try turns.fixture.run()
            alone.append(turns.expected[index])
        }
        var turns = try Turns(importance)
        for row in 0..<Self.rowsOfTurns {
            for index in 0..<2 {
                if row > 0 { turns.fixture.program.restore(turns.sequences[index]) }
                try turns.append(row, of: index)
                turns.fixture.program.save(turns.sequences[index])
            }
        }
        #expect(turns.expected == alone)
        #expect(alone[0] != alone[1] && !turns.fixture.program.skipped.isEmpty)
        try turns.fixture.run(importance == .sum ? .steady : .random(seed: TestSeed.derived(importance.rawValue)))
    }

    /// The check of `turns` can fail: the lane then prunes by what the other sequence has accumulated.
    @Test("a sequence that is not restored has other bits")
    func notRestored() throws {
        var turns = try Turns(.sum)
        for row in 0..<2 {
            for index in 0..<2 {
                if row > 0, index == 0 { turns.fixture.program.restore(turns.sequences[index]) }
                try turns.append(row, of: index)
            }
        }
        turns.fixture.program.save(turns.sequences[1])
        let failure = #expect(throws: StreamFailure.self) { try turns.fixture.run(waves: false) }
        // Not refused, but computed with other tokens.
        let cause = failure?.cause ?? "none"
        #expect(cause.contains("`output_payload_element`") || cause.contains("`report_payload"), "\(cause)")

        let configuration = Self.preset.configuration, program = turns.fixture.program
        let outcome = try program.run(
            on: LaneModel(configuration, engine: .verilator).simulator(seed: 1), of: configuration.design(), memory: .fixed(latency: 100))
        #expect(outcome.outputs != program.expected.map(\.outputs) && outcome.differentDecisions > 1 && !outcome.readsKeptKeys)
    }
}
