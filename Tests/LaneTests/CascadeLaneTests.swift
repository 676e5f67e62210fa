import Configuration
import FixedPoint
import Foundation
import GoldenModel
import SeededRandom
import Session
import Simulation
import TestSupport
import Testing
import Verification
import Workloads

/// SpAtten whole: layers of heads over iterations, in which the hardware decides by its own importances which tokens and
/// heads the next layer has, against the golden cascade; outputs, reports, pruned heads, bit for bit.
@Suite struct CascadeLaneTests {
    private static let preset = try! Preset.named("cascade-d64")

    private var configuration: SpAttenConfiguration {
        guard case .cascade(let configuration) = Self.preset.configuration else { preconditionFailure("no cascade") }
        return configuration
    }

    struct Mode: Sendable, CustomStringConvertible {
        var name: String
        var importance: ImportanceMode
        var tokens = RatioRule(average: 26_000, start: 45_000, unprunedPercent: 15)
        var heads: RatioRule? = nil
        var sink = 0, recent = 0
        var pruning = PruningSettings.dense
        var scope = DecisionScope.row
        var description: String { name }
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

    @Test("three layers of the real fixture as one model, 32 iterations", arguments: modes)
    func fixture(_ mode: Mode) throws {
        let workload = try AttentionWorkload(path: RealAndSyntheticTests.fixture)
        let settings = RowSettings(tileKeys: 256, keyFormat: try KeyFormat("8+4"), valueFormat: try ValueFormat(bits: 8))
        let quantized = try LaneWorkload(
            workload, name: "fixture", preset: Self.preset.name, configuration: configuration.lane, settings: settings)
        let layers = quantized.layers
        let keepsAll = RatioRule(average: 1 << 16, start: 1 << 16, unprunedPercent: 100)
        var program = try CascadeProgram(
            configuration, layers: layers.count, heads: 4, tokenRatios: mode.tokens.line(layers: layers.count),
            headRatios: (mode.heads ?? keepsAll).line(layers: layers.count),
            cascade: CascadeSettings(importance: mode.importance, sink: mode.sink, recent: mode.recent), rows: settings,
            pruning: mode.pruning, scope: mode.scope)
        let planes = try layers.map { layer in
            try layer.keyValues.map {
                program.place(try KeyValuePlanes(
                    keys: $0.keys, values: $0.values, headSize: 64, keyFormat: settings.keyFormat, valueFormat: settings.valueFormat))
            }
        }
        let largestScale = layers.flatMap { $0.keyValues.map(\.scales.valueScale) }.max()!
        for iteration in 0..<32 {
            try program.appendIteration(context: layers[0].lengths[iteration]) { layer, head in
                let keyValues = layers[layer].keyValues[head], query = layers[layer].queries[head * 32 + iteration]
                return CascadeProgram.HeadRow(
                    query: query.codes, keys: keyValues.keys, values: keyValues.values, scale: query.scoreScale,
                    headScale: Int(keyValues.scales.valueScale / largestScale * 65_535), planes: planes[layer][head])
            }
        }
        #expect(program.keptTokens.contains { $0 < 900 })
        #expect(mode.heads == nil || !program.skipped.isEmpty)
        let design = try Self.preset.configuration.design()
        let model = try LaneModel(Self.preset.configuration, engine: .verilator)
        var check = StreamCheck(design, try program.scenario(of: design, memory: .fixed(latency: 100)))
        check.engine = { _, seed in try model.simulator(seed: seed) }
        let seed = TestSeed.derived(mode.name)
        try check.run(mode.importance == .age ? .random(seed: seed) : .steady)
    }
}
