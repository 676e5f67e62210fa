import Configuration
import FixedPoint
import GoldenModel
import PerformanceModel
import SeededRandom
import Session

/// A cluster's cycles in RTL by the policy that cuts its launches, against the closed forms and the bound. Every output is
/// compared with the golden model. Cycle counts do not depend on the machine.
struct StreamKCycles: Benchmark {
    /// One launch over dense random keys; all heads read the same ones.
    private struct Point {
        let cluster: ClusterConfiguration
        let name: String
        let heads, rows: Int
        let contexts: [Int]
        let settings: RowSettings

        var tiles: [Int] { contexts.map { ($0 + settings.tileKeys - 1) / settings.tileKeys } }
        var outputs: Int { heads * contexts.count }
    }

    static let policies = [SchedulePolicy.perHead, .fixedSplit, .streamK]
    private static let ragged = [1024, 1024, 2048, 2048, 4096, 4096, 32_768, 65_536]

    /// Keys and values of 4 bits: one beat a key at head size 64, as many cycles of the arrays.
    private static let narrow = RowSettings(
        tileKeys: 128, keyFormat: try! KeyFormat("4+0"), valueFormat: try! ValueFormat(bits: 4))
    private static let wide = RowSettings(
        tileKeys: 128, keyFormat: try! KeyFormat("8+4"), valueFormat: try! ValueFormat(bits: 12))

    private static func cluster(_ lanes: Int) -> ClusterConfiguration {
        var cluster = ClusterConfiguration.advertised[0]
        cluster.lanes = lanes
        return cluster
    }

    /// Heads and contexts that lanes share in each of the ways there are.
    private static let sweep: [Point] = [8, 16].flatMap { lanes in
        [1024, 4096, 16_384, 65_536].flatMap { context in
            [1, 4, 8, 12, 20, 28, 32, 40].map { heads in
                Point(cluster: cluster(lanes), name: "stream-k-\(lanes)x\(heads)x\(context)", heads: heads, rows: 1,
                      contexts: [context], settings: narrow)
            }
        } + [1, 4, 8].map { heads in
            Point(cluster: cluster(lanes), name: "stream-k-\(lanes)x\(heads)xragged", heads: heads, rows: 1, contexts: ragged,
                  settings: narrow)
        }
    }

    /// Decoding one token of one sequence.
    private static let decode: [Point] = [512, 1024, 2048, 4096, 16_384, 65_536].flatMap { context in
        [(0, 12, 1), (1, 32, 1), (1, 8, 4)].map { preset, heads, rows in
            let cluster = ClusterConfiguration.advertised[preset]
            return Point(
                cluster: cluster, name: "stream-k-decode-d\(cluster.lane.lane.headSize)-\(heads)x\(rows)x\(context)", heads: heads,
                rows: rows, contexts: [context], settings: wide)
        }
    }

    private static let tilesOfReduction = 32
    private static func reductionName(_ lanes: Int) -> String { "stream-k-reduction-\(lanes)" }
    private static let stepsName = "stream-k-steps"

    let names = sweep.flatMap { point in policies.map { "\(point.name)-\($0.rawValue)" } } + decode.map(\.name)
        + [8, 16].map(reductionName) + [stepsName]

    func run(_ report: Report) throws {
        var models: [ClusterConfiguration: ClusterModel] = [:]
        func model(_ cluster: ClusterConfiguration) throws -> ClusterModel {
            if let model = models[cluster] { return model }
            let model = try ClusterModel(cluster, engine: .verilator)
            models[cluster] = model
            return model
        }
        for point in Self.sweep {
            let wanted = Self.policies.filter { report.wants("\(point.name)-\($0.rawValue)") }
            guard !wanted.isEmpty else { continue }
            var program = try Self.program(point)
            for policy in wanted {
                let (cycles, closedForm) = try Self.run(point, policy, &program, model(point.cluster))
                report.add(Figure(
                    "\(point.name)-\(policy.rawValue)", Double(cycles), .cycles, peer: "closed form", peerValue: Double(closedForm)))
            }
        }
        for point in Self.decode where report.wants(point.name) {
            var program = try Self.program(point)
            program.append(0, ClusterSchedule(lanes: point.cluster.lanes))
            let work = try program.model(ofLaunch: 0)
            report.add(Figure(
                point.name, Double(try model(point.cluster).run(program).cycles), .cycles,
                peer: "bound (\(work.bindingResource.rawValue))", peerValue: Double(work.bound)))
        }
        for lanes in [8, 16] where report.wants(Self.reductionName(lanes)) {
            report.add(try Self.reduction(model(Self.cluster(lanes))))
        }
        if report.wants(Self.stepsName) { report.add(try Self.steps(model(Self.cluster(8)))) }
    }

    private static func program(_ point: Point) throws -> ClusterProgram {
        var generator = SeededGenerator(seed: 1)
        var program = try ClusterProgram(point.cluster)
        _ = try program.placeRandom(
            settings: point.settings, rows: point.rows, heads: point.heads, contexts: point.contexts, shares: true,
            generator: &generator)
        return program
    }

    /// Cycles from the first request to the last element, and by counting tiles of the busiest lane.
    private static func run(
        _ point: Point, _ policy: SchedulePolicy, _ program: inout ClusterProgram, _ model: ClusterModel
    ) throws -> (cycles: Int, closedForm: Int) {
        let lanes = point.cluster.lanes, most = point.tiles.max()!
        let splits = SchedulePolicy.flashDecodingSplits(outputs: point.outputs, lanes: lanes, tiles: most)
        program.launches = []
        program.append(0, ClusterSchedule(lanes: lanes, policy: policy, splits: splits))
        // A ragged batch has no closed form but stream-K's: the schedule's longest range.
        let forms = UniformForms(outputs: point.outputs, tiles: most, lanes: lanes)
        let tiles = switch (policy, point.contexts.count) {
        case (.perHead, 1): forms.perHead
        case (.fixedSplit, 1): forms.fixedSplit(splits)
        case (.streamK, 1): forms.streamK
        default: ScheduleSummary(try program.schedule(ofLaunch: 0)).makespanTiles
        }
        return (try model.run(program).cycles, tiles * point.settings.tileKeys)
    }

    /// What the reduction adds: one output over all lanes, against as many tiles a lane of an output each.
    private static func reduction(_ model: ClusterModel) throws -> Figure {
        let lanes = model.configuration.lanes
        func cycles(heads: Int, tiles: Int) throws -> Int {
            let point = Point(
                cluster: model.configuration, name: "", heads: heads, rows: 1, contexts: [tiles * narrow.tileKeys], settings: narrow)
            var program = try program(point)
            return try run(point, .streamK, &program, model).cycles
        }
        let together = try cycles(heads: 1, tiles: lanes * tilesOfReduction)
        let alone = try cycles(heads: lanes, tiles: tilesOfReduction)
        return Figure(
            reductionName(lanes), Double(together - alone), .cycles, peer: "aim",
            peerValue: Double(2 * ((model.configuration.lane.lane.headSize + 8) / 8) + 40))
    }

    /// Launches behind one another, a token of a short context each: cycles a launch, against the bound.
    private static func steps(_ model: ClusterModel) throws -> Figure {
        let point = Point(
            cluster: model.configuration, name: stepsName, heads: 12, rows: 1, contexts: [1024], settings: wide)
        var program = try program(point)
        for _ in 0..<10 { program.append(0, ClusterSchedule(lanes: model.configuration.lanes)) }
        let work = try program.model(ofLaunch: 0)
        // Neither the first launch nor the last: others are under way at both ends.
        let finished = try model.run(program).finished
        return Figure(
            stepsName, Double(finished[8] - finished[1]) / 7, .cycles, peer: "bound (\(work.bindingResource.rawValue))",
            peerValue: Double(work.bound))
    }
}
