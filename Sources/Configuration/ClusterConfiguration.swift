import FixedPoint

/// The build-time parameters of several lanes that share the tiles of a launch.
public struct ClusterConfiguration: Hashable, Codable, Sendable {
    /// Each lane: head size, multipliers, port, query rows that share a fetch, tile buffer.
    public var lane: PrefillConfiguration
    public var lanes: Int
    public var reduction: ReductionTopology

    public init(lane: PrefillConfiguration, lanes: Int, reduction: ReductionTopology = .chain) {
        self.lane = lane
        self.lanes = lanes
        self.reduction = reduction
    }

    /// Sequences of a launch.
    public static let maximumSequences = 256
    /// Key-value heads of a launch.
    public static let maximumHeads = 256
    /// Lanes that a scheduler serves.
    public static let maximumLanes = 64
}

extension ClusterConfiguration {
    /// Every parameter, one `name=value` a word, in a fixed order: what ``configHash`` is taken of.
    public var canonicalText: String {
        "cluster \(lane.canonicalText) lanes=\(lanes) reduction=\(reduction.rawValue)"
    }

    /// Identifies the configuration across processes and machines: 64-bit FNV-1a of ``canonicalText``.
    public var configHash: UInt64 { fnv1a64(canonicalText) }
}
