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
    /// Query rows of a group, which share a fetch: one row in decoding without groups.
    public static let rowCounts = [1, 2, 4, 8, 16]

    /// What the regression runs: eight lanes for decoding without groups, sixteen for groups of four rows.
    public static let advertised: [ClusterConfiguration] = [
        ClusterConfiguration(
            lane: PrefillConfiguration(lane: LaneConfiguration(headSize: 64, multipliers: 64), residentRows: 1), lanes: 8),
        ClusterConfiguration(
            lane: PrefillConfiguration(lane: LaneConfiguration(headSize: 128, multipliers: 64), residentRows: 4), lanes: 16),
    ]

    /// Throws the first parameter that the generator does not support.
    public func validate() throws(ConfigurationError) {
        try lane.validate(residentRows: Self.rowCounts)
        guard (1...Self.maximumLanes).contains(lanes) else {
            throw .unsupported(
                parameter: "lanes", value: "\(lanes)", remedy: "a cluster has 1 ... \(Self.maximumLanes)")
        }
    }
}

extension ClusterConfiguration {
    /// Every parameter, one `name=value` a word, in a fixed order: what ``configHash`` is taken of.
    public var canonicalText: String {
        "cluster \(lane.canonicalText) lanes=\(lanes) reduction=\(reduction.rawValue)"
    }

    /// Identifies the configuration across processes and machines: 64-bit FNV-1a of ``canonicalText``.
    public var configHash: UInt64 { fnv1a64(canonicalText) }
}
