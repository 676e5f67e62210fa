import Configuration

/// What the lanes of a cluster could do at best, each over its segments of a launch: the busiest one decides.
public struct ClusterBound: Hashable, Sendable {
    /// Of each lane.
    public private(set) var lanes: [PrefillBound]

    public init(configuration: ClusterConfiguration) {
        lanes = [PrefillBound](repeating: PrefillBound(configuration: configuration.lane), count: configuration.lanes)
    }

    /// Adds a segment of a lane: `rows` query rows that all see the positions `keys`.
    public mutating func addSegment(lane: Int, rows: Int, keys: Range<Int>, settings: RowSettings) {
        lanes[lane].addGroup([Range<Int>](repeating: keys, count: rows), settings: settings)
    }

    /// The lane that has most to do.
    public var busiest: PrefillBound { lanes.max { $0.cycles < $1.cycles }! }

    /// Cycles below which the launch does not get with these segments.
    public var cycles: Int { busiest.cycles }

    /// The resource of the busiest lane that sets `cycles`.
    public var bindingResource: LaneBound.Resource { busiest.bindingResource }

    /// Beats of all lanes' memory ports.
    public var portBeats: Int { lanes.reduce(0) { $0 + $1.portBeats } }
}
