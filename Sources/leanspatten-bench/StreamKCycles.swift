import Configuration
import PerformanceModel
import Session

/// Cycles of a launch alone on a cluster in RTL by the policy that cuts it, against the closed forms and the bound. Every output is
/// compared with the golden model. Cycle counts do not depend on the machine.
struct StreamKCycles: Benchmark {
    /// Heads and contexts that lanes share in each of the ways there are.
    private static let sweep = StreamKPoint.sweep(
        "stream-k", heads: [1, 4, 8, 12, 20, 28, 32, 40], contexts: [1024, 4096, 16_384, 65_536], raggedHeads: [1, 4, 8])

    private static let decode = StreamKPoint.decode("stream-k-decode", contexts: [512, 1024, 2048, 4096, 16_384, 65_536])

    private static let tilesOfReduction = 32
    private static func reductionName(_ lanes: Int) -> String { "stream-k-reduction-\(lanes)" }
    private static let stepsName = "stream-k-steps", policiesName = "stream-k-policies", residualName = "stream-k-residual"

    let names = sweep.flatMap { point in StreamKPoint.policies.map(point.figure) } + [policiesName]
        + decode.flatMap { [$0.name, $0.portName] } + [residualName] + [8, 16].map(reductionName) + [stepsName]

    func run(_ report: Report) throws {
        var models = ClusterModels(), policies = PolicyVerdict(Self.policiesName)
        // The cycle model's error that is farthest from 0.
        var residual: Int?
        func compare(_ cycles: Int, _ work: LaunchModel, _ point: StreamKPoint) {
            let error = cycles - work.cycles(sequences: point.contexts.count)
            if abs(error) >= abs(residual ?? 0) { residual = error }
        }
        for point in Self.sweep {
            let wanted = StreamKPoint.policies.filter { report.wants(point.figure($0)) }
            guard !wanted.isEmpty else { continue }
            var program = try point.program()
            var seen: [(policy: SchedulePolicy, cycles: Double)] = []
            for policy in wanted {
                let (cycles, closedForm) = try Self.run(point, policy, &program, models.model(point.cluster))
                seen.append((policy, Double(cycles)))
                compare(cycles, try program.model(ofLaunch: 0), point)
                report.add(Figure(
                    point.figure(policy), Double(cycles), .cycles, peer: "closed form", peerValue: Double(closedForm)))
            }
            policies.judge(point, seen)
        }
        policies.add(to: report)
        for point in Self.decode where report.wants(point.name) || report.wants(point.portName) {
            var program = try point.program()
            program.append(0, point.schedule(.streamK))
            let work = try program.model(ofLaunch: 0), result = try models.model(point.cluster).run(program)
            point.addDecode(cycles: result.cycles, beats: result.traffic.reduce(0) { $0 + $1.totalBeats }, work, to: report)
            compare(result.cycles, work, point)
        }
        if let residual { report.add(Figure(Self.residualName, Double(residual), .cycles)) }
        for lanes in [8, 16] where report.wants(Self.reductionName(lanes)) {
            report.add(try Self.reduction(models.model(StreamKPoint.cluster(lanes))))
        }
        if report.wants(Self.stepsName) { report.add(try Self.steps(models.model(StreamKPoint.cluster(8)))) }
    }

    /// Cycles from the first request to the last element, and by counting tiles of the busiest lane.
    private static func run(
        _ point: StreamKPoint, _ policy: SchedulePolicy, _ program: inout ClusterProgram, _ model: ClusterModel
    ) throws -> (cycles: Int, closedForm: Int) {
        program.launches = []
        program.append(0, point.schedule(policy))
        return (try model.run(program).cycles, point.closedForm(policy, try program.schedule(ofLaunch: 0)))
    }

    /// What the reduction adds: one output over all lanes, against as many tiles a lane of an output each.
    private static func reduction(_ model: ClusterModel) throws -> Figure {
        let lanes = model.configuration.lanes, settings = StreamKPoint.narrow
        func cycles(heads: Int, tiles: Int) throws -> Int {
            let point = StreamKPoint(
                cluster: model.configuration, name: "", heads: heads, contexts: [tiles * settings.tileKeys], settings: settings)
            var program = try point.program()
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
        let point = StreamKPoint(
            cluster: model.configuration, name: stepsName, heads: 12, contexts: [1024], settings: StreamKPoint.wide)
        var program = try point.program()
        for _ in 0..<10 { program.append(0, point.schedule(.streamK)) }
        let work = try program.model(ofLaunch: 0)
        // Neither the first launch nor the last: others are under way at both ends.
        let finished = try model.run(program).finished
        return Figure(
            stepsName, Double(finished[8] - finished[1]) / 7, .cycles, peer: "bound (\(work.bindingResource.rawValue))",
            peerValue: Double(work.bound))
    }
}
