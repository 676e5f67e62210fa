import Configuration
import FixedPoint

/// What a launch costs beside the work of its lanes, in cycles.
public struct LaunchTiming: Hashable, Sendable {
    /// Of the memory, from a request to its first beat.
    public var memoryLatency = 100
    /// From the last vector of a segment to its state, and from a merged state to the first element of its output.
    public var pipeline = 110
    /// Beside a cycle a sequence, until the share of a lane is known; then each lane until its range is (Docs/schedule.md).
    public var schedule = 30
    public var scheduleLane = 4
    /// A state's way through the reduction: so much, and so much for each lane that has a part in it.
    public var reduction = 8
    public var reductionPeer = 3

    public init() {}
}

/// The cycles of a launch on several lanes from what each lane has to do: `max(port beats, Q.K cycles, P.V cycles)` of the lane that
/// is done last, and the constants of a `LaunchTiming`.
///
/// Keys and values of a segment are read once for the rows of a group.
public struct LaunchModel: Hashable, Sendable {
    public let configuration: PrefillConfiguration
    public private(set) var lanes: [PrefillBound]
    /// Segments of lanes, and the most lanes that have a part in one output.
    public private(set) var segments = 0, largestPeers = 0
    /// Segments of the output at hand so far.
    private var peers = 0

    public init(configuration: PrefillConfiguration, lanes: Int) {
        self.configuration = configuration
        self.lanes = (0..<lanes).map { _ in PrefillBound(configuration: configuration) }
    }

    /// Adds a segment; those of an output in order.
    ///
    /// - Parameters:
    ///   - keys: Positions; perhaps none.
    ///   - opens: It begins its output.
    ///   - rows: Query rows that share it.
    public mutating func addSegment(lane: Int, keys: Range<Int>, opens: Bool, rows: Int, settings: RowSettings) {
        lanes[lane].addGroup([Range<Int>](repeating: keys, count: rows), settings: settings)
        segments += 1
        peers = opens ? 1 : peers + 1
        largestPeers = max(largestPeers, peers)
    }

    /// Cycles below which no launch with these segments gets.
    public var bound: Int { lanes.map(\.cycles).max() ?? 0 }

    /// What sets `bound`.
    public var bindingResource: LaneBound.Resource {
        lanes.max { $0.cycles < $1.cycles }?.bindingResource ?? .memoryPort
    }

    /// From the launch's first beat to its last output.
    public func cycles(sequences: Int, timing: LaunchTiming = LaunchTiming()) -> Int {
        let perLane = timing.scheduleLane + (Int.bitWidth - (sequences - 1).leadingZeroBitCount)
        let ends = lanes.enumerated().map { lane, work in
            sequences + timing.schedule + (lane + 1) * perLane + timing.memoryLatency + work.cycles
        }
        let reduction = largestPeers > 1 ? timing.reduction + timing.reductionPeer * largestPeers : 0
        return (ends.max() ?? 0) + timing.pipeline + reduction + configuration.lane.headSize
    }
}
