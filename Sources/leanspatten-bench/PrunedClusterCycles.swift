import Configuration
import FixedPoint
import Foundation
import GoldenModel
import SeededRandom
import Session
import Workloads

/// Cycles in RTL of lanes that prune and share their work: of one layer by what is left out, the number of lanes and the policy,
/// and of kept lists of unequal length by where they are cut. Outputs and reports are compared with the golden model. Cycle
/// counts do not depend on the machine.
struct PrunedClusterCycles: Benchmark {
    private static let cluster = ClusterConfiguration.advertisedPruning[0]
    private static let laneCounts = [1, 2, 4, 8]
    private static let settings = RowSettings(
        tileKeys: 128, keyFormat: try! KeyFormat("8+4"), valueFormat: try! ValueFormat(bits: 12))

    /// What is left out, by a name.
    private static let rules: [(name: String, pruning: PruningSettings)] = [
        ("all", .dense),
        ("paper", PruningSettings(refine: .paper, confidence: ValueRule.fixedProbability(0.1), values: .fraction(0.3))),
        ("per-key", PruningSettings(refine: .perKey, confidence: ValueRule.fixedProbability(0.01), values: .fraction(0.3))),
        ("threshold", PruningSettings(refine: .perKey, confidence: ValueRule.fixedProbability(0.01), values: .threshold(0.003))),
    ]
    private static let policies: [SchedulePolicy] = [.perHead, .streamK]
    private static func layerName(_ rule: String, _ lanes: Int, _ policy: SchedulePolicy) -> String {
        "pruned-cluster-\(rule)-\(lanes)-\(policy.rawValue)"
    }

    /// Where lists are cut.
    private static let cuts: [(name: String, schedule: ClusterSchedule)] = [
        ("per-head", ClusterSchedule(lanes: 8, policy: .perHead)), ("tiles", ClusterSchedule(lanes: 8)),
        ("keys", ClusterSchedule(lanes: 8, byKeys: true)),
    ]
    private static let tilesOfLists = [128, 1024]
    private static func listsName(_ tile: Int, _ cut: String) -> String { "pruned-cluster-lists-\(tile)-\(cut)" }

    let names = rules.flatMap { rule in laneCounts.flatMap { lanes in policies.map { layerName(rule.name, lanes, $0) } } }
        + tilesOfLists.flatMap { tile in cuts.map { listsName(tile, $0.name) } }

    func run(_ report: Report) throws {
        let model = try ClusterModel(Self.cluster, engine: .verilator)
        for rule in Self.rules {
            try measure(Self.laneCounts.flatMap { lanes in
                Self.policies.map { (Self.layerName(rule.name, lanes, $0), ClusterSchedule(lanes: lanes, policy: $0)) }
            }, of: { try Self.layer(rule.pruning) }, model, report)
        }
        for tile in Self.tilesOfLists {
            try measure(
                Self.cuts.map { (Self.listsName(tile, $0.name), $0.schedule) }, of: { try Self.lists(tile) }, model, report)
        }
    }

    /// One layer under each of the schedules that are wanted; it is made once, if any is.
    private func measure(
        _ schedules: [(name: String, schedule: ClusterSchedule)], of layer: () throws -> ClusterProgram, _ model: ClusterModel,
        _ report: Report
    ) throws {
        let wanted = schedules.filter { report.wants($0.name) }
        guard !wanted.isEmpty else { return }
        var program = try layer()
        for (name, schedule) in wanted {
            program.launches = []
            program.append(0, schedule)
            report.add(try Self.figure(name, program, model))
        }
    }

    private static func figure(_ name: String, _ program: ClusterProgram, _ model: ClusterModel) throws -> Figure {
        let busiest = try program.laneBounds(ofLaunch: 0).max { $0.cycles < $1.cycles }!
        return Figure(
            name, Double(try model.run(program).cycles), .cycles, peer: "bound (\(busiest.bindingResource.rawValue))",
            peerValue: Double(busiest.cycles))
    }

    /// A decode step of a trained layer: four heads of three sequences, each row over some 1,000 keys.
    private static func layer(_ pruning: PruningSettings) throws -> ClusterProgram {
        let tensors = try AttentionWorkload(path: "Tests/Fixtures/decode-attention.safetensors")
        let workload = try LaneWorkload(
            tensors, name: "fixture", preset: "spatten-8", configuration: cluster.lane.lane, settings: settings,
            kind: .cluster(ClusterRun(cluster)))
        guard let layer = workload.layers.first(where: { $0.index == 5 }) else { throw BenchError("the fixture has no layer 5") }
        let rows = 3
        var program = try ClusterProgram(cluster)
        _ = try program.place(
            settings: settings, rows: 1, heads: layer.heads,
            codes: (0..<rows).map { row in
                let elements = layer.lengths[row] * layer.headSize
                return layer.keyValues.map { HeadCodes(keys: Array($0.keys[..<elements]), values: Array($0.values[..<elements])) }
            },
            queries: (0..<layer.heads).flatMap { head in
                (0..<rows).map { row in
                    let query = layer.queries[head * layer.rows + row]
                    return ClusterQuery(codes: query.codes, scale: query.scoreScale, pruning: pruning)
                }
            })
        return program
    }

    /// Four heads of ten sequences of 1,024 tokens, of which kept lists leave from 40 to 1,000.
    private static func lists(_ tile: Int) throws -> ClusterProgram {
        let lengths = [1000, 40, 330, 520, 90, 700, 200, 150, 430, 60]
        let headSize = cluster.lane.lane.headSize
        var settings = settings, random = SeededGenerator(seed: 1, name: "kept lists")
        settings.tileKeys = tile
        let tokens = 1024
        let shared = HeadCodes(
            keys: random.uniformCodes(tokens * headSize, bits: settings.keyFormat.bits),
            values: random.uniformCodes(tokens * headSize, bits: settings.valueFormat.bits))
        let lists = lengths.map { length in
            Array((0..<tokens).map { (rank: random.next(), token: $0) }.sorted { $0.rank < $1.rank }.prefix(length).map(\.token)).sorted()
        }
        let scale = try ScoreScale(real: 12 / (Double(headSize).squareRoot() * Double(1 << (NumericFormats.queryBits + settings.keyFormat.bits))))
        let queries = (0..<4 * lengths.count).map { row in
            ClusterQuery(
                codes: random.uniformCodes(headSize, bits: NumericFormats.queryBits), scale: scale, pruning: rules[2].pruning,
                list: lists[row % lengths.count])
        }
        var program = try ClusterProgram(cluster)
        _ = try program.place(settings: settings, rows: 1, heads: 4, codes: lengths.map { _ in [shared] }, queries: queries)
        return program
    }
}
