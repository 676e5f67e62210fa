import ArgumentParser
import Configuration
import Session
import Workloads

extension RefineMode: ExpressibleByArgument {}
extension DecisionScope: ExpressibleByArgument {}

/// What a lane that prunes leaves out.
struct PruningOptions: ParsableArguments {
    @Option(help: "Which keys' LSBs are read: all, none, all of a tile under the confidence (paper), or each key over it.")
    var refine = RefineMode.always

    @Option(help: ArgumentHelp(
        "Probability that decides on refinement: of a tile's largest (paper, 0.1), of a key itself (per-key, 0.01).",
        valueName: "P"))
    var confidence: Double?

    @Option(help: "What decides together: a tile of --tile keys, or the whole row.")
    var scope = DecisionScope.tile

    @Option(help: ArgumentHelp("Part of a tile's values that is read, those of largest weight (the paper's rule).", valueName: "RATIO"))
    var valueKeep: Double?

    @Option(help: ArgumentHelp("Probability from which on a value is read.", valueName: "P"))
    var valueThreshold: Double?

    @Flag(help: "Weights of values that are not read leave the sum too.")
    var renormalise = false

    func validate() throws {
        for (name, value) in [("--confidence", confidence), ("--value-keep", valueKeep), ("--value-threshold", valueThreshold)] {
            if let value, !(0...1).contains(value) { throw ValidationError("\(name) must be in 0...1.") }
        }
        if valueKeep != nil, valueThreshold != nil { throw ValidationError("Give one of --value-keep and --value-threshold.") }
    }

    var settings: PruningSettings {
        var values = ValueRule.all
        if let valueKeep { values = .fraction(valueKeep) }
        if let valueThreshold { values = .threshold(valueThreshold) }
        let usual = refine == .paper ? 0.1 : 0.01
        return PruningSettings(
            refine: refine, confidence: ValueRule.fixedProbability(confidence ?? usual), values: values,
            renormalise: renormalise)
    }

    /// Nothing was asked for that a dense lane does not do.
    var isDense: Bool {
        refine == .always && valueKeep == nil && valueThreshold == nil && scope == .tile && confidence == nil && !renormalise
    }
}

extension ImportanceMode: ExpressibleByArgument {}

/// What a lane with the cascade prunes from layer to layer.
struct CascadeOptions: ParsableArguments {
    @Option(help: ArgumentHelp(
        "Part of the tokens that layers keep: one for all, or one for each. From the first below 1 on, they lie on a line.",
        valueName: "RATIO,..."), transform: ratios)
    var tokenKeep: [Double]?

    @Option(help: ArgumentHelp("Part of the heads that layers keep, likewise.", valueName: "RATIO,..."), transform: ratios)
    var headKeep: [Double]?

    @Option(help: ArgumentHelp("First tokens that are never pruned; 0 unless given.", valueName: "S"))
    var sink: Int?

    @Option(help: ArgumentHelp("Last tokens that are never pruned; 0 unless given.", valueName: "R"))
    var recent: Int?

    @Option(help: "What ranks tokens: probabilities in sum, divided by the token's age, or decaying; sum unless given.")
    var importance: ImportanceMode?

    @Option(help: "The engine that selects tokens: lanes have radix.")
    var topkEngine: TopKConfiguration.Algorithm?

    func validate() throws {
        for (name, count) in [("--sink", sink), ("--recent", recent)] {
            if let count, !(0...Self.mostTokens).contains(count) {
                throw ValidationError("\(name) \(count): it must be in 0...\(Self.mostTokens).")
            }
        }
    }

    /// Of any lane.
    private static let mostTokens = 524_288

    /// The first of these options that was given.
    var given: String? {
        let options = [
            ("--token-keep", tokenKeep != nil), ("--head-keep", headKeep != nil), ("--sink", sink != nil),
            ("--recent", recent != nil), ("--importance", importance != nil), ("--topk-engine", topkEngine != nil),
        ]
        return options.first { $0.1 }?.0
    }

    func plan(
        _ workload: AttentionWorkload, name: String, _ configuration: SpAttenConfiguration, maximumHeads: Int? = nil
    ) throws -> CascadePlan {
        if let topkEngine, topkEngine != .radix {
            throw SessionError.badArgument(
                argument: "--topk-engine", value: topkEngine.rawValue,
                reason: "this lane selects tokens with the radix engine; what is kept does not depend on the engine, and "
                    + "`leanspatten topk --engine \(topkEngine.rawValue)` runs the other one by itself")
        }
        return try CascadePlan(
            workload, name: name, configuration: configuration,
            settings: CascadeSettings(importance: importance ?? .sum, sink: sink ?? 0, recent: recent ?? 0),
            tokenKeep: tokenKeep ?? [1], headKeep: headKeep ?? [1], maximumHeads: maximumHeads)
    }
}

/// `1,0.7,0.4`.
private func ratios(_ text: String) throws -> [Double] {
    try text.split(separator: ",", omittingEmptySubsequences: false).map { part in
        guard let ratio = Double(part), (0...1).contains(ratio) else {
            throw ValidationError("'\(part)' is not a ratio in 0...1: write one for all layers, or one for each as 1,0.7,0.4.")
        }
        return ratio
    }
}

/// Which keys the rows of a prompt see.
struct PrefillOptions: ParsableArguments {
    enum Mask: String, CaseIterable, ExpressibleByArgument {
        case causal, full, window
    }

    @Option(help: "Keys that a row of a prompt sees: as many as the workload says, all, or the last --window of those.")
    var mask: Mask?

    @Option(help: ArgumentHelp("Keys of the window.", valueName: "N"))
    var window: Int?

    func validate() throws {
        if (mask == .window) != (window != nil) { throw ValidationError("Give --mask window and --window together.") }
        if let window, window < 1 { throw ValidationError("--window \(window): it must be at least 1.") }
    }

    var isGiven: Bool { mask != nil }

    var value: PrefillMask {
        switch mask ?? .causal {
        case .causal: .causal
        case .full: .full
        case .window: .window(window!)
        }
    }
}

/// How a launch is cut into the ranges of a cluster's lanes.
struct ClusterOptions: ParsableArguments {
    @Option(help: ArgumentHelp("Lanes of a cluster that take part; all unless given.", valueName: "N"))
    var lanes: Int?

    @Option(help: "Where the work of a cluster's lanes may be cut: between outputs, chunks or tiles, or as suits the contexts.")
    var policy: SchedulePolicy?

    @Option(help: ArgumentHelp("With fixed-split: chunks of the longest context.", valueName: "N"))
    var splits: Int?

    func validate() throws {
        if splits != nil, policy != .fixedSplit { throw ValidationError("--splits belongs to --policy fixed-split.") }
    }

    var isGiven: Bool { lanes != nil || policy != nil || splits != nil }

    /// - Parameter pruning: What lanes that prune leave out.
    func run(on configuration: ClusterConfiguration, _ pruning: PruningOptions) throws -> ClusterRun {
        try ClusterRun(
            configuration, lanes: lanes, policy: policy, splits: splits ?? 1, pruning: pruning.settings, scope: pruning.scope)
    }
}
