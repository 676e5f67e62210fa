import Configuration
import GoldenModel
import PerformanceModel
import Session

/// Cycles of launches by the cycle model, which the cluster's RTL has calibrated: where RTL would take hours.
struct StreamKModel: Benchmark {
    private static let sweep = StreamKPoint.sweep(
        "stream-k-model", heads: [1, 2, 4, 8, 12, 16, 20, 24, 28, 32, 36, 40], contexts: [65_536], raggedHeads: [])
    private static let decode = StreamKPoint.decode(
        "stream-k-model-decode", contexts: [512, 1024, 2048, 4096, 16_384, 65_536, 262_144, 524_288])

    let names = sweep.flatMap { point in StreamKPoint.policies.map(point.figure) } + decode.flatMap { [$0.name, $0.portName] }

    func run(_ report: Report) throws {
        for point in Self.sweep {
            for policy in StreamKPoint.policies where report.wants(point.figure(policy)) {
                let schedule = try StreamKScheduler(point.request(policy))
                report.add(Figure(
                    point.figure(policy), Double(model(point, schedule).cycles(sequences: 1)), .cycles, peer: "closed form",
                    peerValue: Double(point.closedForm(policy, schedule))))
            }
        }
        for point in Self.decode where report.wants(point.name) || report.wants(point.portName) {
            let model = model(point, try StreamKScheduler(point.request(.streamK)))
            point.addDecode(
                cycles: model.cycles(sequences: 1), beats: model.lanes.reduce(0) { $0 + $1.portBeats }, model, to: report)
        }
    }

    private func model(_ point: StreamKPoint, _ schedule: StreamKScheduler) -> LaunchModel {
        LaunchModel(schedule, point.cluster.lane, rows: point.rows, settings: point.settings)
    }
}
