import Configuration
import GoldenModel

/// Which lane runs a workload, and what it leaves out.
public enum LaneKind: Sendable {
    /// Reads all keys and values of every row.
    case dense
    /// Rows by themselves.
    case prunes(RowReduction)
    /// Rows as the iterations of a sequence: what a layer keeps depends on all rows before it.
    case cascade(RowReduction, CascadePlan)
    /// The same on a whole accelerator, by jobs of its driver.
    case system(SystemConfiguration, RowReduction, CascadePlan)
    /// Rows in groups.
    case prefill(PrefillConfiguration, PrefillMask)
    /// Rows of groups, on several lanes that may prune.
    case cluster(ClusterRun)
    /// The same of dense lanes on a whole accelerator, by launches of its driver.
    case leanSystem(LeanSystemConfiguration, ClusterRun)

    /// What is left out within a row; nil: nothing.
    public var reduction: RowReduction? {
        switch self {
        case .prunes(let reduction), .cascade(let reduction, _), .system(_, let reduction, _): reduction
        case .cluster(let run): run.reduction
        case .dense, .prefill, .leanSystem: nil
        }
    }

    public var cluster: ClusterRun? {
        switch self {
        case .cluster(let run), .leanSystem(_, let run): run
        case .dense, .prunes, .cascade, .system, .prefill: nil
        }
    }

    var cascade: CascadePlan? {
        switch self {
        case .cascade(_, let plan), .system(_, _, let plan): plan
        case .dense, .prunes, .prefill, .cluster, .leanSystem: nil
        }
    }

    /// Lanes that share the work.
    var lanes: Int {
        switch self {
        case .cluster(let run), .leanSystem(_, let run): run.configuration.lanes
        case .system(let system, _, _): system.lanes
        case .dense, .prunes, .cascade, .prefill: 1
        }
    }

    var mask: PrefillMask? {
        if case .prefill(_, let mask) = self { mask } else { nil }
    }
}

/// What a lane that prunes leaves out of every row of a workload.
public struct RowReduction: Hashable, Sendable {
    public let configuration: SpAttenConfiguration
    public let pruning: PruningSettings
    public let scope: DecisionScope

    public init(configuration: SpAttenConfiguration, pruning: PruningSettings, scope: DecisionScope) {
        self.configuration = configuration
        self.pruning = pruning
        self.scope = scope
    }
}
