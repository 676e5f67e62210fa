import Configuration
import FixedPoint
import Foundation
import GoldenModel
import Testing
import TestSupport
import Workloads

@Suite("Pruning on rows of a trained decoder")
struct RealRowTests {
    /// Rows of every head of a layer, quantized.
    private func rows(layer index: Int, settings: RowSettings) throws -> [SpAttenRow] {
        let workload = try AttentionWorkload(path: PackageFiles.decodeAttention, layers: [index])
        let layer = workload.layers[0]
        let quantizer = HostQuantizer(keyFormat: settings.keyFormat, valueFormat: settings.valueFormat)
        return try (0..<layer.heads).flatMap { head -> [SpAttenRow] in
            let range = layer.keyRange(kvHead: layer.kvHead(ofHead: head), key: 0).lowerBound
            let elements = range..<range + layer.keys * layer.headSize
            let quantized = try quantizer.quantize(
                keys: Array(layer.key[elements]), values: Array(layer.value[elements]), headSize: layer.headSize)
            return try (0..<layer.rows).map { row in
                let query = try quantized.scales.encodeQuery(
                    Array(layer.query[layer.queryRange(head: head, row: row)]), softmaxScale: workload.softmaxScale)
                return SpAttenRow(
                    query: query.codes, keys: quantized.keys, values: quantized.values, end: layer.lengths[row],
                    scale: query.scoreScale)
            }
        }
    }

    private struct Figures {
        var keys = 0, refined = 0, values = 0
        var unrefinedMass = 0.0, bound = 0.0, error = 0.0, misses = 0
        var refinedShare: Double { Double(refined) / Double(keys) }
    }

    private func measure(_ rows: [SpAttenRow], _ lane: SpAttenLane, against dense: SpAttenLane) throws -> Figures {
        var figures = Figures()
        for row in rows {
            let result = try lane.run(row)
            let exact = try dense.run(row).unrounded
            let error = zip(result.unrounded, exact).reduce(0) { max($0, abs($1.0 - $1.1)) }
            let bound = try #require(result.errorBound)
            let largest = Double(row.values.reduce(0) { max($0, Int($1.magnitude)) })
            figures.keys += result.counts.keys
            figures.refined += result.counts.refined
            figures.values += result.counts.keptValues
            figures.unrefinedMass += Double(result.report.unrefinedMass) / 16384 / Double(rows.count)
            figures.bound = max(figures.bound, bound / largest)
            figures.error = max(figures.error, error / largest)
            if error > bound { figures.misses += 1 }
        }
        return figures
    }

    @Test("refinement rates: the paper's rule at 0.1, per key at 0.01, by tile and by row", arguments: [0, 5, 11])
    func rates(layer: Int) throws {
        for format in ["8+4", "4+4"] {
            let settings = RowSettings(tileKeys: 128, keyFormat: try KeyFormat(format), valueFormat: try ValueFormat(bits: 8))
            let rows = try rows(layer: layer, settings: settings)
            for scope in DecisionScope.allCases {
                func lane(_ mode: RefineMode, _ probability: Double) throws -> SpAttenLane {
                    try SpAttenLane(
                        configuration: SpAttenConfiguration(lane: LaneConfiguration(headSize: 64, multipliers: 64)),
                        settings: settings,
                        pruning: PruningSettings(refine: mode, confidence: Int(probability * 0x1p24)), scope: scope)
                }
                let dense = try lane(.always, 0)
                let paper = try measure(rows, lane(.paper, 0.1), against: dense)
                let perKey = try measure(rows, lane(.perKey, 0.01), against: dense)
                for (name, figures) in [("paper 0.1", paper), ("per key 0.01", perKey)] {
                    print(String(
                        format: "layer %d, %@, scope %@, %@: %.2f %% of keys refined, mean unrefined mass %.3f, "
                            + "largest error %.2e, largest bound %.2e of max|V|",
                        layer, format, scope.rawValue, name, 100 * figures.refinedShare, figures.unrefinedMass, figures.error,
                        figures.bound))
                    #expect(figures.misses == 0)
                }
                // In a tile of 128 keys an average key has 0.8 % of the weight.
                #expect((0.005...(scope == .row ? 0.02 : 0.3)).contains(perKey.refinedShare))
                #expect(scope == .tile || perKey.refinedShare < paper.refinedShare)
            }
        }
    }

    @Test("values kept of real rows, and the time of a row")
    func values() throws {
        let settings = RowSettings(tileKeys: 1024, keyFormat: try KeyFormat("4+4"), valueFormat: try ValueFormat(bits: 6))
        let rows = try rows(layer: 5, settings: settings)
        for (name, values, limits) in [
            ("p >= 3e-4", ValueRule.threshold(limit: Int(3e-4 * 0x1p24)), 0.02...0.6), ("top 30 %", .fraction(limit: 19661), 0.30...0.302),
            ("all", .all, 1...1),
        ] {
            let lane = try SpAttenLane(
                configuration: SpAttenConfiguration(lane: LaneConfiguration(headSize: 64, multipliers: 64)), settings: settings,
                pruning: PruningSettings(refine: .perKey, confidence: Int(0.01 * 0x1p24), values: values), scope: .row)
            var (kept, keys) = (0, 0)
            let time = try ContinuousClock().measure {
                for row in rows {
                    let counts = try lane.run(row).counts
                    kept += counts.keptValues
                    keys += counts.keys
                }
            }
            let share = Double(kept) / Double(keys)
            print(String(format: "layer 5, values %@: %.1f %% kept", name, 100 * share), "\(time / rows.count) a row")
            #expect(limits.contains(share))
        }
    }
}
