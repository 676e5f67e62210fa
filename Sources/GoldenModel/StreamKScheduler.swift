import Configuration

/// One attention layer of some sequences, and the lanes that share it.
public struct ScheduleRequest: Hashable, Codable, Sendable {
    /// Keys of each sequence; 0 is allowed.
    public var contexts: [Int]
    /// Key-value heads, the same for all sequences.
    public var heads: Int
    public var lanes: Int
    /// Keys of a tile; the last of a sequence may be shorter.
    public var tileKeys: Int
    public var policy: SchedulePolicy
    /// Chunks of the longest sequence under `fixedSplit`.
    public var splits: Int
    /// `streamK` cuts after equal numbers of keys instead of tiles.
    public var byKeys: Bool

    public init(
        contexts: [Int], heads: Int, lanes: Int, tileKeys: Int, policy: SchedulePolicy = .streamK, splits: Int = 1,
        byKeys: Bool = false
    ) {
        self.contexts = contexts
        self.heads = heads
        self.lanes = lanes
        self.tileKeys = tileKeys
        self.policy = policy
        self.splits = splits
        self.byKeys = byKeys
    }
}

/// A tile of a launch, or the end of all (`heads`, 0, 0). Ordered as the work is: by head, sequence, tile.
public struct TilePointer: Hashable, Codable, Comparable, Sendable {
    public let head, sequence, tile: Int

    public init(head: Int, sequence: Int, tile: Int) {
        self.head = head
        self.sequence = sequence
        self.tile = tile
    }

    public static func < (a: TilePointer, b: TilePointer) -> Bool {
        (a.head, a.sequence, a.tile) < (b.head, b.sequence, b.tile)
    }
}

/// The tiles that one lane works on.
public struct TileRange: Hashable, Sendable {
    public let first, end: TilePointer
    /// The same in tiles from the beginning of the launch.
    public let tiles: Range<Int>
}

/// What a lane does of one output: some tiles of one head of one sequence, one behind another.
public struct LeanSegment: Hashable, Sendable {
    /// By what a lane has to do with the partial state of its tiles.
    public enum Role: String, CaseIterable, Sendable {
        /// All tiles of the output: its state never leaves the lane.
        case complete
        /// The first tiles: the lane gets the states of the others and finishes the output.
        case host
        case middle
        /// The last tiles.
        case finishing
    }

    public let head, sequence: Int
    public let tiles: Range<Int>
    /// Positions; none in an output without keys, and where a range is empty inside an output.
    public let keys: Range<Int>
    /// It begins and it ends its output.
    public let opens, closes: Bool

    public var role: Role { opens ? (closes ? .complete : .host) : (closes ? .finishing : .middle) }
}

/// Which lane works on which tiles (Docs/schedule.md): each lane on tiles that follow each other in the order head, sequence,
/// tile; the policies differ in where a range may end.
public struct StreamKScheduler: Sendable {
    public let request: ScheduleRequest
    /// Tiles of each sequence.
    public let sequenceTiles: [Int]
    /// Ranges end after equal numbers of keys, rounded up to whole tiles.
    public let cutsByKeys: Bool
    /// Tiles of a chunk under `fixedSplit`, 0 if there is no tile.
    public let chunkTiles: Int
    /// One a lane.
    public let ranges: [TileRange]

    /// Outputs (heads times sequences) that a schedule may have.
    static let maximumOutputs = 1 << 22
    static let maximumContext = 1 << 32

    /// - Throws: `ScheduleError` for numbers that make no launch.
    public init(_ request: ScheduleRequest) throws(ScheduleError) {
        try request.check()
        self.request = request
        let tiles = request.contexts.map { ceilDivide($0, request.tileKeys) }
        sequenceTiles = tiles
        cutsByKeys = switch request.policy {
        case .auto: request.contexts.contains { $0 % request.tileKeys != 0 }
        case .streamK: request.byKeys
        case .perHead, .fixedSplit: false
        }
        chunkTiles = request.policy == .fixedSplit ? ceilDivide(tiles.max()!, request.splits) : 0
        let pointers = Self.pointers(request, tiles, cutsByKeys: cutsByKeys, chunkTiles: chunkTiles)
        var tilesBefore = [0]
        for count in tiles { tilesBefore.append(tilesBefore.last! + count) }
        func place(_ pointer: TilePointer) -> Int {
            pointer.head * tilesBefore.last! + tilesBefore[pointer.sequence] + pointer.tile
        }
        ranges = (0..<request.lanes).map { lane in
            let (first, end) = (pointers[lane], pointers[lane + 1])
            return TileRange(first: first, end: end, tiles: place(first)..<place(end))
        }
    }

    /// Where the ranges begin, and the end of the last.
    private static func pointers(
        _ request: ScheduleRequest, _ tiles: [Int], cutsByKeys: Bool, chunkTiles: Int
    ) -> [TilePointer] {
        let weights = tiles.indices.map { index -> Int in
            switch request.policy {
            case .perHead: min(1, tiles[index])
            case .fixedSplit: tiles[index] == 0 ? 0 : ceilDivide(tiles[index], chunkTiles)
            case .streamK, .auto: cutsByKeys ? request.contexts[index] : tiles[index]
            }
        }
        let headWeight = weights.reduce(0, +)
        let total = request.heads * headWeight
        // Where each sequence's weight ends.
        let ends = weights.reduce(into: []) { $0.append(($0.last ?? 0) + $1) }
        let end = TilePointer(head: request.heads, sequence: 0, tile: 0)

        func pointer(_ place: Int) -> TilePointer {
            guard place < total else { return end }
            let (head, offset) = place.quotientAndRemainder(dividingBy: headWeight)
            let sequence = ends.partitioningIndex { $0 > offset }
            let own = offset - (ends[sequence] - weights[sequence])
            let tile = switch request.policy {
            case .perHead: 0
            case .fixedSplit: own * chunkTiles
            case .streamK, .auto: cutsByKeys ? ceilDivide(own, request.tileKeys) : own
            }
            if tile < tiles[sequence] { return TilePointer(head: head, sequence: sequence, tile: tile) }
            // Inside the last tile, which may not be cut.
            return sequence + 1 < tiles.count
                ? TilePointer(head: head, sequence: sequence + 1, tile: 0) : TilePointer(head: head + 1, sequence: 0, tile: 0)
        }
        let larger = ceilDivide(total, request.lanes), lanesOfLarger = total - (larger - 1) * request.lanes
        return (0...request.lanes).map { lane in
            // What has no weight comes with what lies before it; what lies before all, with the first lane.
            if lane == 0 { return TilePointer(head: 0, sequence: 0, tile: 0) }
            return pointer(lane * larger - max(0, lane - lanesOfLarger))
        }
    }

    /// The segments of a lane, in the order of its range.
    public func segments(lane: Int) -> [LeanSegment] {
        let range = ranges[lane]
        guard range.first != range.end || range.first.tile > 0 else { return [] }
        var segments: [LeanSegment] = []
        var head = range.first.head, sequence = range.first.sequence, tile = range.first.tile
        func isBeforeEnd() -> Bool {
            TilePointer(head: head, sequence: sequence, tile: tile) < range.end
        }
        repeat {
            let isLast = (head, sequence) == (range.end.head, range.end.sequence)
            let tiles = tile..<(isLast ? range.end.tile : sequenceTiles[sequence])
            let context = request.contexts[sequence]
            func position(_ tile: Int) -> Int { min(tile * request.tileKeys, context) }
            segments.append(LeanSegment(
                head: head, sequence: sequence, tiles: tiles, keys: position(tiles.lowerBound)..<position(tiles.upperBound),
                opens: tile == 0, closes: !isLast))
            if isLast { break }
            (head, sequence, tile) = sequence + 1 < sequenceTiles.count ? (head, sequence + 1, 0) : (head + 1, 0, 0)
        } while isBeforeEnd()
        return segments
    }

    /// The segments of all lanes.
    public var segments: [[LeanSegment]] { ranges.indices.map(segments(lane:)) }
}

extension ScheduleRequest {
    func check() throws(ScheduleError) {
        guard lanes > 0 else { throw .notPositive("lanes", lanes) }
        guard heads > 0 else { throw .notPositive("heads", heads) }
        guard tileKeys > 0 else { throw .notPositive("keys of a tile", tileKeys) }
        guard splits > 0 else { throw .notPositive("splits", splits) }
        guard tileKeys <= StreamKScheduler.maximumContext else { throw .tileTooLarge(limit: StreamKScheduler.maximumContext) }
        guard !contexts.isEmpty else { throw .noSequence }
        guard let largest = [lanes, heads, contexts.count].max(), largest <= StreamKScheduler.maximumOutputs,
              heads * contexts.count <= StreamKScheduler.maximumOutputs
        else { throw .tooLarge(limit: StreamKScheduler.maximumOutputs) }
        for (sequence, context) in contexts.enumerated() where !(0...StreamKScheduler.maximumContext).contains(context) {
            throw .contextOutOfRange(sequence: sequence, context: context, limit: StreamKScheduler.maximumContext)
        }
    }
}

/// A launch that cannot be scheduled.
public enum ScheduleError: Error, Hashable, CustomStringConvertible {
    case notPositive(String, Int)
    case tileTooLarge(limit: Int)
    case noSequence
    case tooLarge(limit: Int)
    case contextOutOfRange(sequence: Int, context: Int, limit: Int)

    public var description: String {
        switch self {
        case .notPositive(let what, let number):
            "the number of \(what) is \(number): give at least 1"
        case .tileTooLarge(let limit):
            "a tile has more than \(limit) keys: give fewer"
        case .noSequence:
            "there is no sequence: give the context of at least one"
        case .tooLarge(let limit):
            "the launch has more than \(limit) lanes or outputs (heads times sequences): give fewer"
        case .contextOutOfRange(let sequence, let context, let limit):
            "sequence \(sequence) has \(context) keys: give 0 to \(limit)"
        }
    }
}

/// `ceil(a / b)` of numbers that are not negative.
func ceilDivide(_ a: Int, _ b: Int) -> Int { a / b + (a % b > 0 ? 1 : 0) }

extension Array {
    /// The first index whose element satisfies a predicate that holds for all elements behind it too.
    fileprivate func partitioningIndex(_ predicate: (Element) -> Bool) -> Int {
        var low = 0, high = count
        while low < high {
            let middle = (low + high) / 2
            if predicate(self[middle]) { high = middle } else { low = middle + 1 }
        }
        return low
    }
}
