import Configuration
import FixedPoint
import Session
import Workloads

/// Keys that are refined of real tensors, and what the rest costs beside the bound that rows report. In parts of all keys, and of
/// the row's largest |V|; they do not depend on the machine.
struct RefinementErrors: Benchmark {
    let names = Self.cases.flatMap { [$0.name + "-keys", $0.name + "-mean", $0.name + "-largest"] }

    private struct Case {
        let keys: String
        let refine: RefineMode
        let confidence: Double
        var name: String {
            "refinement-\(keys)-\(refine.rawValue)" + (refine == .never ? "" : "\(confidence)")
        }
    }

    private static let cases = ["4+4", "3+5", "6+4"].flatMap { keys in
        [0.001, 0.003, 0.01, 0.03, 0.1].map { Case(keys: keys, refine: .perKey, confidence: $0) }
            + [Case(keys: keys, refine: .paper, confidence: 0.1), Case(keys: keys, refine: .never, confidence: 0)]
    }

    func run(_ report: Report) throws {
        let workload = try AttentionWorkload(path: "Tests/Fixtures/decode-attention.safetensors")
        let configuration = SpAttenConfiguration(lane: try Preset.named("lane-d64").configuration.lane)
        for each in Self.cases where [each.name + "-keys", each.name + "-mean", each.name + "-largest"].contains(where: report.wants) {
            let study = try RefinementStudy(
                workload, name: "decode-attention", configuration: configuration,
                settings: RowSettings(tileKeys: 1024, keyFormat: KeyFormat(each.keys), valueFormat: ValueFormat(bits: 12)),
                refine: each.refine, confidence: each.confidence, scope: .row)
            report.add(Figure(each.name + "-keys", study.refinedKeys, .part))
            report.add(Figure(each.name + "-mean", study.meanError, .part, peer: "bound", peerValue: study.meanBound))
            report.add(Figure(each.name + "-largest", study.largestError, .part, peer: "bound", peerValue: study.largestBound))
        }
    }
}
