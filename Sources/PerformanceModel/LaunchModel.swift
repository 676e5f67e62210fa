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
    /// Of each lane, so far.
    private var progress: [LaneProgress]

    /// A segment, and what its lane has done when it ends.
    private struct Part: Hashable {
        let lane: Int
        let opens: Bool
        /// Its output has a part in the next lane.
        var continues = false
        let rows: Int
        let progress: LaneProgress
        /// What one row sees of the last tile, in cycles of an array.
        let lastPass: Int
    }

    public init(configuration: PrefillConfiguration, lanes: Int) {
        self.configuration = configuration
        self.lanes = (0..<lanes).map { _ in PrefillBound(configuration: configuration) }
        progress = [LaneProgress](repeating: LaneProgress(), count: lanes)
    }

    /// Adds a segment; all of a launch in the order of its lanes, those of a lane in order.
    ///
    /// - Parameters:
    ///   - keys: Positions; perhaps none.
    ///   - opens: It begins its output.
    ///   - rows: Query rows that share it.
    public mutating func addSegment(lane index: Int, keys: Range<Int>, opens: Bool, rows: Int, settings: RowSettings) {
        lanes[index].addGroup([Range<Int>](repeating: keys, count: rows), settings: settings)
        peers = opens ? 1 : peers + 1
        largestPeers = max(largestPeers, peers)
        let lane = configuration.lane
        func beats(_ keys: Int, _ bits: Int) -> Int { ceilDivide(keys * lane.headSize * bits, 8 * lane.portBytes) }
        let format = settings.keyFormat
        var lastPass = 0
        for read in PrefillBound.reads([keys], settings: settings, configuration) {
            lastPass = read.clamped(to: keys).count * lane.steps
            progress[index].addTile(
                keyBeats: beats(read.count, format.msbBits) + beats(read.count, format.lsbBits),
                valueBeats: beats(read.count, settings.valueFormat.bits), pass: lastPass, rows: rows)
        }
        if !opens, !parts.isEmpty { parts[parts.count - 1].continues = true }
        parts.append(Part(lane: index, opens: opens, rows: rows, progress: progress[index], lastPass: lastPass))
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
        let lane = configuration.lane, starts = starts(sequences, timing)
        guard let first = starts.compactMap({ $0 }).min() else { return 0 }
        // From the last part to the first: when an output's state is there, with what the lanes behind have of it.
        var end = 0, merged = 0
        for part in parts.reversed() {
            let own = (starts[part.lane] ?? first) - first + timing.memoryLatency + part.progress.lastState(timing)
            merged = part.continues ? max(own, merged + timing.reductionHop) : own
            guard part.opens else { continue }
            // Rows leave an element a cycle; a pass that is shorter than that keeps the next row waiting.
            let elements = lane.headSize + (part.rows - 1) * max(0, lane.headSize - part.lastPass)
            end = max(
                end, merged + (part.continues ? timing.reduction : 0) + lane.headSize / lane.mergeElements + elements)
        }
        return end
    }

    /// When each lane with work gets its range, in cycles from when lane 0 does.
    private func starts(_ sequences: Int, _ timing: LaunchTiming) -> [Int?] {
        var starts = [Int?](repeating: nil, count: lanes.count)
        var outputs = 0
        for part in parts {
            if part.opens { outputs += 1 }
            // A cycle for each head that the ranges have passed.
            guard progress[part.lane].beats > 0 else { continue }
            starts[part.lane] = part.lane * timing.search(sequences) + outputs / max(1, sequences)
        }
        return starts
    }
}
