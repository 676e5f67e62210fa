import Configuration
import FixedPoint
import GoldenModel
import PerformanceModel
import SeededRandom
import Session

/// A launch over dense random keys, which policies are compared on; all heads read the same keys.
struct StreamKPoint {
    let cluster: ClusterConfiguration
    let name: String
    let heads: Int
    /// Query rows of a group.
    var rows = 1
    let contexts: [Int]
    let settings: RowSettings

    static let policies = [SchedulePolicy.perHead, .fixedSplit, .streamK]
    static let ragged = [1024, 1024, 2048, 2048, 4096, 4096, 32_768, 65_536]

    /// Keys and values of 4 bits: one beat a key at head size 64, as many cycles of the arrays.
    static let narrow = RowSettings(
        tileKeys: 128, keyFormat: try! KeyFormat("4+0"), valueFormat: try! ValueFormat(bits: 4))
    static let wide = RowSettings(
        tileKeys: 128, keyFormat: try! KeyFormat("8+4"), valueFormat: try! ValueFormat(bits: 12))

    /// `lean-8`, or with other lanes.
    static func cluster(_ lanes: Int) -> ClusterConfiguration {
        var cluster = ClusterConfiguration.advertised[0]
        cluster.lanes = lanes
        return cluster
    }

    /// 8 and 16 lanes with every number of heads, one sequence or the ragged batch.
    static func sweep(_ name: String, heads: [Int], contexts: [Int], raggedHeads: [Int]) -> [StreamKPoint] {
        [8, 16].flatMap { lanes in
            contexts.flatMap { context in
                heads.map { heads in
                    StreamKPoint(
                        cluster: cluster(lanes), name: "\(name)-\(lanes)x\(heads)x\(context)", heads: heads, contexts: [context],
                        settings: narrow)
                }
            } + raggedHeads.map { heads in
                StreamKPoint(
                    cluster: cluster(lanes), name: "\(name)-\(lanes)x\(heads)xragged", heads: heads, contexts: ragged,
                    settings: narrow)
            }
        }
    }

    func figure(_ policy: SchedulePolicy) -> String { "\(name)-\(policy.rawValue)" }

    private var sequenceTiles: [Int] { contexts.map { ($0 + settings.tileKeys - 1) / settings.tileKeys } }
    var tiles: Int { heads * sequenceTiles.reduce(0, +) }

    /// A program with the point's layer and no launch yet.
    func program() throws -> ClusterProgram {
        var generator = SeededGenerator(seed: 1)
        var program = try ClusterProgram(cluster)
        _ = try program.placeRandom(
            settings: settings, rows: rows, heads: heads, contexts: contexts, shares: true, generator: &generator)
        return program
    }

    /// On all lanes; under a fixed split with as many splits as FlashDecoding takes.
    func schedule(_ policy: SchedulePolicy) -> ClusterSchedule {
        ClusterSchedule(lanes: cluster.lanes, policy: policy, splits: splits)
    }

    private var splits: Int {
        SchedulePolicy.flashDecodingSplits(
            outputs: heads * contexts.count, lanes: cluster.lanes, tiles: sequenceTiles.max() ?? 0)
    }

    /// The same for the golden model.
    func request(_ policy: SchedulePolicy) -> ScheduleRequest {
        ScheduleRequest(
            contexts: contexts, heads: heads, lanes: cluster.lanes, tileKeys: settings.tileKeys, policy: policy, splits: splits)
    }

    /// Cycles by counting tiles of the busiest lane, one cycle a key.
    ///
    /// - Parameter schedule: The point's under the policy.
    func closedForm(_ policy: SchedulePolicy, _ schedule: StreamKScheduler) -> Int {
        let forms = UniformForms(outputs: heads * contexts.count, tiles: sequenceTiles.max() ?? 0, lanes: cluster.lanes)
        // A ragged batch has no closed form but stream-K's: the schedule's longest range.
        let tiles = switch (policy, contexts.count) {
        case (.perHead, 1): forms.perHead
        case (.fixedSplit, 1): forms.fixedSplit(splits)
        case (.streamK, 1): forms.streamK
        default: ScheduleSummary(schedule).makespanTiles
        }
        return tiles * settings.tileKeys
    }

    /// One token of one sequence: 12 heads on `lean-8`, 32 heads and 8 key-value heads of 4 rows on `lean-16-cluster`.
    static func decode(_ name: String, contexts: [Int]) -> [StreamKPoint] {
        contexts.flatMap { context in
            [(0, 12, 1), (1, 32, 1), (1, 8, 4)].map { preset, heads, rows in
                let cluster = ClusterConfiguration.advertised[preset]
                return StreamKPoint(
                    cluster: cluster, name: "\(name)-d\(cluster.lane.lane.headSize)-\(heads)x\(rows)x\(context)", heads: heads,
                    rows: rows, contexts: [context], settings: wide)
            }
        }
    }

    /// What fused decode kernels draw of the bandwidth of one H200, 12 heads, by the context.
    private static let fusedKernels = [1024: 0.09, 4096: 0.28, 16_384: 0.61, 262_144: 0.92]

    var portName: String { "\(name)-port" }

    /// A token's cycles against the bound, and the share of them in which a port brings a beat, over all ports.
    func addDecode(cycles: Int, beats: Int, _ work: LaunchModel, to report: Report) {
        report.add(Figure(
            name, Double(cycles), .cycles, peer: "bound (\(work.bindingResource.rawValue))", peerValue: Double(work.bound)))
        let peer = heads == 12 ? Self.fusedKernels[contexts[0]] : nil
        report.add(Figure(
            portName, Double(beats) / Double(cluster.lanes * cycles), .part, peer: peer.map { _ in "fused kernels on one H200" },
            peerValue: peer))
    }
}

/// Clusters built so far.
struct ClusterModels {
    private var models: [ClusterConfiguration: ClusterModel] = [:]

    mutating func model(_ cluster: ClusterConfiguration) throws -> ClusterModel {
        if let model = models[cluster] { return model }
        let model = try ClusterModel(cluster, engine: .verilator)
        models[cluster] = model
        return model
    }
}
