import Configuration
import GoldenModel

/// What a cascade kept of a workload, in reports.
public struct CascadeSummary: Codable, Hashable, Sendable {
    public let importance: ImportanceMode
    public let sink, recent: Int
    /// Parts that each layer keeps, as the controller takes them.
    public let tokenKeep, headKeep: [Double]
    /// Parts of the tokens and heads that each layer computed, over all iterations.
    public let tokensKept, headsKept: [Double]
    /// Pruned rows that are others than the golden model's, words of the final importances that differ, and one if other keys
    /// than those of the kept lists were read; of a whole accelerator jobs whose numbers of rows and kept tokens differ, and one if
    /// anything in memory but outputs and completion records is not as it should be.
    public let differentDecisions: Int?

    /// Nil without a cascade.
    init?(_ golden: GoldenRun, differentDecisions: Int? = nil) {
        guard let plan = golden.workload.kind.cascade, let program = golden.cascade?.program else { return nil }
        let layers = golden.workload.layers
        func ratios(_ line: RatioLine) -> [Double] { layers.indices.map { Double(line.ratio(layer: $0)) / 65536 } }
        importance = plan.settings.importance
        (sink, recent) = (plan.settings.sink, plan.settings.recent)
        (tokenKeep, headKeep) = (ratios(plan.tokenRatios), ratios(plan.headRatios))
        let contexts = layers[0].lengths.reduce(0, +)
        tokensKept = layers.indices.map { layer in
            let kept = stride(from: layer, to: program.decisions.count, by: layers.count).reduce(0) { $0 + program.keptTokens($1) }
            return Double(kept) / Double(contexts)
        }
        headsKept = layers.indices.map { layer in
            Double(program.computed.count { $0.layer == layer }) / Double(layers[layer].queries.count)
        }
        self.differentDecisions = differentDecisions
    }

    /// For the report for people.
    var lines: [(String, String)] {
        func shares(_ shares: [Double]) -> String { shares.map(percent).joined(separator: ", ") }
        return [("cascade", "importance \(importance.rawValue), the first \(sink) and last \(recent) tokens kept\n"
            + "tokens kept by layer: \(shares(tokensKept))\nheads kept by layer: \(shares(headsKept))")]
    }
}

/// How a lane for prefill was used, in reports.
public struct PrefillSummary: Codable, Hashable, Sendable {
    public let mask: String
    /// Keys that a row sees at most; absent without a window.
    public let window: Int?
    /// Rows of a group.
    public let residentRows: Int

    /// Nil for another lane.
    init?(_ workload: LaneWorkload) {
        guard case .prefill(let configuration, let mask) = workload.kind else { return nil }
        (self.mask, window) = switch mask {
        case .full: ("full", nil)
        case .causal: ("causal", nil)
        case .window(let width): ("window", width)
        }
        residentRows = configuration.residentRows
    }

    /// For the report for people.
    var lines: [(String, String)] {
        [("prefill", "mask \(mask)\(window.map { " of \(plural($0, "key"))" } ?? ""), groups of up to \(residentRows) rows")]
    }
}
