import FixedPoint

/// What a launch costs beside the work of its lanes, in cycles: calibrated on the cluster's RTL (Docs/cluster.md, "Model").
public struct LaunchTiming: Hashable, Sendable {
    /// From a request for memory to its first beat, from one for queries to the first row.
    public var memoryLatency = 100, queryLatency = 20
    /// From a launch to a lane's request for queries and from the last of them to its first request for memory, beside a cycle a
    /// sequence, some a query, and the search of the lane's range; under a fixed split so much, and a cycle a sequence, more.
    public var schedule = 43, query = 2, fixedSplit = 43
    /// From the range of a lane to that of the next one, beside the steps of the search.
    public var scheduleLane = 3
    /// From the last beat of values to the last state, and from that of keys, beside a pass of the second array.
    public var valueToState = 46, keyToState = 58
    /// Of a state that comes together from several lanes: once, and from lane to lane.
    public var reduction = 4, reductionHop = 2

    public init() {}

    /// From the range of a lane to that of the next one.
    func search(_ sequences: Int) -> Int { scheduleLane + ceilLog2(sequences) }
}
