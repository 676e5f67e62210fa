import Configuration
import Session
import Verification
import Workloads

/// The SpAtten authors' recorded schedules on one lane: cycles against the beat bound. Cycle counts do not depend on the
/// machine. The traces are not part of this project: `LEANSPATTEN_TRACES` names the directory that holds them.
struct TraceReplays: Benchmark {
    private static let traces = ["gpt2-small-pruned", "gpt2-small-dense"]
    private static let presets = ["spatten-d64", "spatten-d64-s32"]

    let names = presets.flatMap { preset in traces.map { "trace-\($0)-\(preset)" } }

    func run(_ report: Report) throws {
        guard let directory = Places.traces else {
            print("trace-*: not measured; set LEANSPATTEN_TRACES to the directory of the authors' traces")
            return
        }
        for preset in Self.presets {
            guard case .spAtten(let configuration) = try Preset.named(preset).configuration else { continue }
            let model = try LaneModel(.spAtten(configuration), engine: .verilator)
            for trace in Self.traces where report.wants("trace-\(trace)-\(preset)") {
                let replay = try TraceReplay(
                    DecodeTrace(path: "\(directory)/\(trace).csv"), on: configuration, model: model, memory: .fixed(latency: 100), seed: 1)
                report.add(Figure(
                    "trace-\(trace)-\(preset)", Double(replay.cycles), .cycles, peer: "bound of \(replay.rows) rows",
                    peerValue: Double(replay.boundCycles)))
            }
        }
    }
}
