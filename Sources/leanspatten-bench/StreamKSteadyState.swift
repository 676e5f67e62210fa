import Configuration
import Session

/// Launches of a cluster behind one another, in RTL: cycles a launch by the policy that cuts it, against the closed forms. What a
/// launch alone takes to begin and to end is hidden there by its neighbours. Every output is compared with the golden model.
struct StreamKSteadyState: Benchmark {
    private static let sweep = StreamKPoint.sweep(
        "stream-k-steady", heads: [1, 2, 4, 8, 12, 16, 20, 24, 28, 32, 36, 40], contexts: [1024, 4096, 16_384], raggedHeads: [1, 4, 8])
        + StreamKPoint.sweep("stream-k-steady", heads: [1, 4, 12, 20], contexts: [65_536], raggedHeads: [])
    private static let closedFormsName = "stream-k-steady-closed-forms", efficiencyName = "stream-k-steady-efficiency",
        policiesName = "stream-k-steady-policies"

    let names = sweep.flatMap { point in StreamKPoint.policies.map(point.figure) } + [closedFormsName, efficiencyName, policiesName]

    func run(_ report: Report) throws {
        var models = ClusterModels()
        var closedForms = Verdict(Self.closedFormsName, aim: "within 3 % of the closed form")
        var efficiency = Verdict(Self.efficiencyName, aim: "0.99 of T / (G ceil(T / G)) under stream-K")
        var policies = PolicyVerdict(Self.policiesName)
        for point in Self.sweep {
            let wanted = StreamKPoint.policies.filter { report.wants(point.figure($0)) }
            guard !wanted.isEmpty else { continue }
            var program = try point.program()
            var seen: [(policy: SchedulePolicy, cycles: Double)] = []
            for policy in wanted {
                let (cycles, closedForm) = try Self.cycles(point, policy, &program, models.model(point.cluster))
                seen.append((policy, cycles))
                report.add(Figure(point.figure(policy), cycles, .cycles, peer: "closed form", peerValue: Double(closedForm)))
                closedForms.judge(point.figure(policy), abs(cycles - Double(closedForm)) <= 0.03 * Double(closedForm))
                if policy == .streamK {
                    let least = (point.tiles + point.cluster.lanes - 1) / point.cluster.lanes * point.settings.tileKeys
                    efficiency.judge(point.figure(policy), Double(least) >= 0.99 * cycles)
                }
            }
            policies.judge(point, seen)
        }
        closedForms.add(to: report)
        efficiency.add(to: report)
        policies.add(to: report)
    }

    /// Cycles a launch among others of its kind, two under way at a time, and by the closed form.
    private static func cycles(
        _ point: StreamKPoint, _ policy: SchedulePolicy, _ program: inout ClusterProgram, _ model: ClusterModel
    ) throws -> (cycles: Double, closedForm: Int) {
        program.launches = []
        program.append(0, point.schedule(policy))
        let closedForm = point.closedForm(policy, try program.schedule(ofLaunch: 0))
        // From the end of the second launch on each has one in front of it and, but for the last, one behind it.
        let launches = closedForm < 20_000 ? 8 : closedForm < 100_000 ? 4 : 3
        for _ in 1..<launches { program.append(0, point.schedule(policy)) }
        let finished = try model.run(program).finished
        return (Double(finished[launches - 1] - finished[1]) / Double(launches - 2), closedForm)
    }
}
