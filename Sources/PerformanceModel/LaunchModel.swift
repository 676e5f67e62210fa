import Configuration
import FixedPoint

/// The cycles of a launch on several lanes from what each lane has to do, and the constants of a `LaunchTiming`.
///
/// A lane reads ahead, and its arrays do not stop between segments. So but for its first and its last tile nothing counts but the
/// sums: of beats, of passes of either array. Docs/cluster.md, "Model", says how, and how far off it is.
public struct LaunchModel: Hashable, Sendable {
    public let configuration: PrefillConfiguration
    public private(set) var lanes: [PrefillBound]
    /// The most lanes that have a part in one output.
    public private(set) var largestPeers = 0
    /// Segments of lanes.
    public var segments: Int { parts.count }
    private var parts: [Part] = []
    /// Segments of the output at hand so far.
    private var peers = 0
    /// Of each lane, so far: keys, the longest pass.
    private var keys, longestPasses: [Int]

    /// A segment, and what its lane has done when it ends.
    private struct Part: Hashable {
        let lane: Int
        let opens: Bool
        /// Its output has a part in the next lane.
        var continues = false
        let rows: Int
        let settings: RowSettings
        let portBeats, queryKeyCycles, keys: Int
        /// What one row sees of a tile, in cycles of an array: of the first tile, of the last one, and the most that the lane has had.
        let firstPass, lastPass, longestPass: Int
    }

    public init(configuration: PrefillConfiguration, lanes: Int) {
        self.configuration = configuration
        self.lanes = (0..<lanes).map { _ in PrefillBound(configuration: configuration) }
        keys = [Int](repeating: 0, count: lanes)
        longestPasses = keys
    }

    /// Adds a segment; all of a launch in the order of its lanes, those of a lane in order.
    ///
    /// - Parameters:
    ///   - keys: Positions; perhaps none.
    ///   - opens: It begins its output.
    ///   - rows: Query rows that share it.
    public mutating func addSegment(lane: Int, keys: Range<Int>, opens: Bool, rows: Int, settings: RowSettings) {
        lanes[lane].addGroup([Range<Int>](repeating: keys, count: rows), settings: settings)
        peers = opens ? 1 : peers + 1
        largestPeers = max(largestPeers, peers)
        let tile = settings.tileKeys, steps = configuration.lane.steps
        let firstPass = min(keys.count, tile) * steps
        let lastPass = keys.isEmpty ? 0 : (keys.upperBound - max(keys.lowerBound, (keys.upperBound - 1) / tile * tile)) * steps
        self.keys[lane] += keys.count
        longestPasses[lane] = max(longestPasses[lane], firstPass)
        if !opens, !parts.isEmpty { parts[parts.count - 1].continues = true }
        parts.append(Part(
            lane: lane, opens: opens, rows: rows, settings: settings, portBeats: lanes[lane].portBeats,
            queryKeyCycles: lanes[lane].queryKeyCycles, keys: self.keys[lane], firstPass: firstPass, lastPass: lastPass,
            longestPass: longestPasses[lane]))
    }

    /// Cycles below which no launch with these segments gets.
    public var bound: Int { lanes.map(\.cycles).max() ?? 0 }

    /// What sets `bound`.
    public var bindingResource: LaneBound.Resource {
        lanes.max { $0.cycles < $1.cycles }?.bindingResource ?? .memoryPort
    }

    /// From the launch to the first request of a lane.
    public func preparation(
        sequences: Int, policy: SchedulePolicy = .streamK, timing: LaunchTiming = LaunchTiming()
    ) -> Int {
        let rows = parts.first?.rows ?? 1
        return sequences + timing.schedule + timing.search(sequences) + (starts(sequences, timing).compactMap { $0 }.min() ?? 0)
            + timing.queryLatency + timing.query * rows + (policy == .fixedSplit ? sequences + timing.fixedSplit : 0)
    }

    /// From the first request of a lane to the last element of the last output.
    public func cycles(sequences: Int, timing: LaunchTiming = LaunchTiming()) -> Int {
        let lane = configuration.lane, starts = starts(sequences, timing), waits = keyWaits
        guard let first = starts.compactMap({ $0 }).min() else { return 0 }
        // From the last part to the first: when an output's state is there, with what the lanes behind have of it.
        var end = 0, merged = 0
        for part in parts.reversed() {
            let own = (starts[part.lane] ?? first) - first + timing.memoryLatency
                + state(of: part, keyWait: waits[part.lane], timing)
            merged = part.continues ? max(own, merged + timing.reductionHop) : own
            guard part.opens else { continue }
            // Rows leave an element a cycle; a pass that is shorter than that keeps the next row waiting.
            let elements = lane.headSize + (part.rows - 1) * max(0, lane.headSize - part.lastPass)
            end = max(
                end, merged + (part.continues ? timing.reduction : 0) + lane.headSize / lane.mergeElements + elements)
        }
        return end
    }

    /// When the last state of a part is there, in cycles from the first beat of its lane.
    private func state(of part: Part, keyWait: Int, _ timing: LaunchTiming) -> Int {
        let lane = configuration.lane, settings = part.settings
        // A plane with less to read is ahead, as planes share the port equally. What keys are ahead of values waits as weights.
        let valueBits = settings.valueFormat.bits, keyBits = max(settings.keyFormat.msbBits, settings.keyFormat.lsbBits)
        let lead = min(
            part.keys * max(0, valueBits - keyBits) / valueBits, timing.waitingWeights / part.rows)
        let lastKeys = part.portBeats - lead * valueBits * lane.headSize / (8 * lane.portBytes)
        return max(
            part.portBeats + timing.valueToState,
            lastKeys + max(part.lastPass, lead * part.rows * lane.steps) + timing.keyToState,
            keyWait + part.queryKeyCycles + part.longestPass + timing.keyToState)
    }

    /// Of each lane: cycles that its first pass waits for keys.
    private var keyWaits: [Int] {
        var waits = [Int](repeating: 0, count: lanes.count), seen = [Bool](repeating: false, count: lanes.count)
        let lane = configuration.lane
        for part in parts where part.firstPass > 0 && !seen[part.lane] {
            seen[part.lane] = true
            let format = part.settings.keyFormat
            func beats(_ keys: Int, _ bits: Int) -> Int { ceilDivide(keys * lane.headSize * bits, 8 * lane.portBytes) }
            let planes = [format.msbBits, format.lsbBits, part.settings.valueFormat.bits].map { beats(keys[part.lane], $0) }
            let first = [format.msbBits, format.lsbBits].map { beats(part.firstPass / lane.steps, $0) }.max()!
            // When one plane has brought so much, so has each other one, as far as it has it.
            waits[part.lane] = max(0, planes.reduce(0) { $0 + min($1, first) } - part.firstPass)
        }
        return waits
    }

    /// When each lane with work gets its range, in cycles from when lane 0 does.
    private func starts(_ sequences: Int, _ timing: LaunchTiming) -> [Int?] {
        var starts = [Int?](repeating: nil, count: lanes.count)
        var outputs = 0
        for part in parts {
            if part.opens { outputs += 1 }
            // A cycle for each head that the ranges have passed.
            if keys[part.lane] > 0 { starts[part.lane] = part.lane * timing.search(sequences) + outputs / max(1, sequences) }
        }
        return starts
    }
}
