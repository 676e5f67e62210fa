import Configuration
import FixedPoint
import PerformanceModel
import Session

/// Prefill with resident rows: cycles against the arrays' bound, by mask, rows and context. Cycle counts do not depend on
/// the machine.
struct PrefillCycles: Benchmark {
    private struct Point {
        let mask: PrefillMask
        let rows, context: Int
        var name: String { "prefill-\(mask)-\(rows)x\(context)" }
    }

    private static let points =
        [(128, 128), (384, 384), (1024, 1024), (128, 384), (128, 1024), (384, 1024)].flatMap { rows, context in
            [PrefillMask.full, .causal].map { Point(mask: $0, rows: rows, context: context) }
        } + [Point(mask: .window(128), rows: 1024, context: 1024), Point(mask: .window(256), rows: 1024, context: 1024)]

    /// More resident rows: fewer reads, as many cycles.
    private static let wide = Point(mask: .causal, rows: 384, context: 384)
    private static let wideName = wide.name + "-r16"

    let names = Self.points.map(\.name) + [Self.wideName]

    func run(_ report: Report) throws {
        let lane = LaneConfiguration(headSize: 64, multipliers: 64)
        try run(report, PrefillConfiguration(lane: lane), Self.points.map { ($0, $0.name) })
        try run(report, PrefillConfiguration(lane: lane, residentRows: 16), [(Self.wide, Self.wideName)])
    }

    private func run(_ report: Report, _ configuration: PrefillConfiguration, _ points: [(point: Point, name: String)]) throws {
        let wanted = points.filter { report.wants($0.name) }
        guard !wanted.isEmpty else { return }
        let model = try PrefillModel(configuration, engine: .verilator)
        let settings = RowSettings(tileKeys: 128, keyFormat: try KeyFormat("8+4"), valueFormat: try ValueFormat(bits: 12))
        for (point, name) in wanted {
            let checked = try PrefillLoad.program(
                configuration, settings: settings, rows: point.rows, context: point.context, mask: point.mask)
            // Every output is compared.
            let result = try model.run(checked)
            report.add(Figure(
                name, Double(result.cycles), .cycles, peer: "bound (\(checked.bound.bindingResource.rawValue))",
                peerValue: Double(checked.bound.cycles)))
        }
    }
}
