import FixedPoint

/// The build-time parameters of several lanes that share the tiles of a launch.
public struct ClusterConfiguration: Hashable, Codable, Sendable {
    /// Each lane: head size, multipliers, port, query rows that share a fetch, tile buffer. Of lanes that prune, what the
    /// scheduler and the reduction see of them.
    public var lane: PrefillConfiguration
    /// Each lane, if it prunes.
    public let spAtten: SpAttenConfiguration?
    public var lanes: Int
    public var reduction: ReductionTopology

    /// Dense lanes.
    public init(lane: PrefillConfiguration, lanes: Int, reduction: ReductionTopology = .chain) {
        self.lane = lane
        spAtten = nil
        self.lanes = lanes
        self.reduction = reduction
    }

    /// Lanes that prune.
    public init(spAtten lane: SpAttenConfiguration, lanes: Int, reduction: ReductionTopology = .chain) {
        self.lane = lane.segments
        spAtten = lane
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

    /// The same of lanes that prune: eight of `spatten-d64`.
    public static let advertisedPruning: [ClusterConfiguration] = [
        ClusterConfiguration(spAtten: SpAttenConfiguration(lane: LaneConfiguration(headSize: 64, multipliers: 64)), lanes: 8),
    ]

    /// Throws the first parameter that the generator does not support.
    public func validate() throws(ConfigurationError) {
        if let spAtten {
            try LaneConfiguration.require("portBytes", spAtten.lane.portBytes, in: LaneConfiguration.portWidths)
            try spAtten.validate()
            // A launch names a tile's size by its place among these.
            try LaneConfiguration.require("maximumRowKeys", spAtten.maximumRowKeys, in: Array(RowSettings.tileSizes.suffix(1)))
        } else {
            try lane.validate(residentRows: Self.rowCounts)
        }
        guard (1...Self.maximumLanes).contains(lanes) else {
            throw .unsupported(
                parameter: "lanes", value: "\(lanes)", remedy: "a cluster has 1 ... \(Self.maximumLanes)")
        }
    }
}

extension ClusterConfiguration {
    /// Every parameter, one `name=value` a word, in a fixed order: what ``configHash`` is taken of.
    public var canonicalText: String {
        "cluster \(spAtten?.canonicalText ?? lane.canonicalText) lanes=\(lanes) reduction=\(reduction.rawValue)"
    }

    /// Identifies the configuration across processes and machines: 64-bit FNV-1a of ``canonicalText``.
    public var configHash: UInt64 { fnv1a64(canonicalText) }
}
