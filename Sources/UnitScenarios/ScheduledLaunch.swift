import Configuration
import FixedPoint
import GoldenModel
import SeededRandom
import Verification

/// A launch with all that a scheduler is told of it, and its golden schedule.
package struct ScheduledLaunch {
    package let schedule: GoldenModel.StreamKScheduler
    /// Query rows of a group.
    package let rows: Int
    /// Bits of an element, bytes from head to head, in each plane.
    package let planeBits, strides: [Int]
    /// Byte addresses of the planes of head 0, by sequence.
    package let addresses: [[Int]]
    /// Lanes that are built.
    package let builtLanes: Int
    /// What it asks for beyond what there is; the schedule is that of what is carried out instead.
    package let excesses: [Excess]
    /// Fields of the launch, or `keys` of the last sequence, as they are asked for.
    private let asked: [(field: String, value: Int)]

    package enum Excess: String, CaseIterable, Sendable {
        case lanes, tileSize = "tile_size", splits, context
    }

    /// As carried out.
    package var request: ScheduleRequest { schedule.request }

    static let planes = ["key_msb", "key_lsb", "value"]
    private static let addressMask = 1 << PlaneLayout.addressBits - 1

    /// A launch of any numbers where they only pass through.
    package init(
        _ request: ScheduleRequest, on cluster: ClusterConfiguration, asking excesses: [Excess] = [],
        _ random: inout SeededGenerator
    ) throws {
        var request = request, asked: [(field: String, value: Int)] = [], possible: [Excess] = []
        for excess in excesses {
            let field: String, value: Int
            switch excess {
            case .lanes where cluster.lanes < ClusterConfiguration.maximumLanes:
                request.lanes = cluster.lanes
                (field, value) = ("lanes", random.number(in: cluster.lanes...ClusterConfiguration.maximumLanes - 1))
            case .tileSize where cluster.lane.tileSizes.count < RowSettings.tileSizes.count:
                request.tileKeys = cluster.lane.tileSizes.last!
                (field, value) = (
                    "settings_tile_size", random.number(in: cluster.lane.tileSizes.count...RowSettings.tileSizes.count - 1))
            case .splits:
                request.splits = 1
                (field, value) = ("splits", 0)
            case .context:
                request.contexts[request.contexts.count - 1] = cluster.lane.lane.maximumContext
                (field, value) = ("keys", cluster.lane.lane.maximumContext + (random.flip() ? 1 : random.number(in: 1...400_000)))
            default: continue
            }
            asked.append((field, value))
            possible.append(excess)
        }
        // The number of splits means nothing under other policies.
        self.excesses = possible.filter { $0 != .splits || request.policy == .fixedSplit }
        self.asked = asked
        schedule = try GoldenModel.StreamKScheduler(request)
        rows = 1 + random.below(cluster.lane.residentRows)
        func address() -> Int { Int(random.next() & UInt64(Self.addressMask)) }
        planeBits = (0..<3).map { _ in random.below(16) }
        strides = (0..<3).map { _ in address() }
        addresses = request.contexts.map { _ in (0..<3).map { _ in address() } }
        builtLanes = cluster.lanes
    }

    /// Random launches; some ask for more than there is.
    package static func random(
        _ requests: [ScheduleRequest], on cluster: ClusterConfiguration, _ random: inout SeededGenerator
    ) throws -> [ScheduledLaunch] {
        try requests.map { request in
            let excesses = random.below(8) == 0 ? Excess.allCases.filter { _ in random.flip() } : []
            return try ScheduledLaunch(request, on: cluster, asking: excesses, &random)
        }
    }

    /// What is said of its excesses: once of the launch, once of a sequence.
    var faults: [[Excess]] { [excesses.filter { $0 != .context }, excesses.filter { $0 == .context }].filter { !$0.isEmpty } }

    /// The range of every lane that is built: nothing for those that take no part.
    var ranges: [(first: TilePointer, end: TilePointer)] {
        let end = TilePointer(head: request.heads, sequence: 0, tile: 0)
        return (0..<builtLanes).map { lane in
            lane < request.lanes ? (schedule.ranges[lane].first, schedule.ranges[lane].end) : (end, end)
        }
    }

    private func tileSize() -> Int { RowSettings.tileSizes.firstIndex(of: request.tileKeys)! }

    /// Offset of a head's plane from that of head 0.
    private func offset(_ plane: Int, head: Int) -> Int { (strides[plane] &* head) & Self.addressMask }

    private func encodeSettings(into beat: Beat) throws {
        try beat.set("settings_rows", rows - 1)
        try beat.set("settings_sequences", request.contexts.count - 1)
        try beat.set("settings_tile_size", tileSize())
        for (name, bits) in zip(["msb", "lsb", "value"], planeBits) { try beat.set("settings_\(name)_bits", bits) }
        for (name, stride) in zip(Self.planes, strides) { try beat.set("settings_\(name)_stride", stride) }
    }

    func encode(into beat: Beat) throws {
        try encodeSettings(into: beat)
        try beat.set("lanes", request.lanes - 1)
        try beat.set("heads", request.heads - 1)
        try beat.set("policy", SchedulePolicy.allCases.firstIndex(of: request.policy)!)
        try beat.set("splits", request.splits)
        try beat.set("by_keys", request.byKeys)
        for other in asked where other.field != "keys" { try beat.set(other.field, other.value) }
    }

    func encodeEntry(sequence: Int, into beat: Beat) throws {
        try encode(sequence: sequence, "", into: beat)
        guard sequence == request.contexts.count - 1 else { return }
        for other in asked where other.field == "keys" { try beat.set("keys", other.value) }
    }

    /// `prefix`: of the fields' names.
    private func encode(sequence: Int, _ prefix: String, into beat: Beat) throws {
        try beat.set(prefix + "keys", request.contexts[sequence])
        for (name, address) in zip(Self.planes, addresses[sequence]) { try beat.set("\(prefix)\(name)_address", address) }
    }

    func encodeWrite(sequence: Int, bank: Int, into beat: Beat) throws {
        try beat.set("bank", bank)
        try beat.set("sequence", sequence)
        try encode(sequence: sequence, "entry_", into: beat)
    }

    func encode(_ range: (first: TilePointer, end: TilePointer), epoch: Int, into beat: Beat) throws {
        for (name, pointer) in [("first", range.first), ("end", range.end)] {
            try beat.set("\(name)_head", pointer.head)
            try beat.set("\(name)_sequence", pointer.sequence)
            try beat.set("\(name)_tile", pointer.tile)
        }
        // Behind the last head there is no plane.
        if range.first.head < request.heads {
            for (plane, name) in Self.planes.enumerated() {
                try beat.set("\(name)_offset", offset(plane, head: range.first.head))
            }
        }
        try beat.set("epoch", epoch)
        try encodeSettings(into: beat)
    }

    func encode(_ segment: GoldenModel.LeanSegment, epoch: Int, into beat: Beat) throws {
        try beat.set("output_head", segment.head)
        try beat.set("output_sequence", segment.sequence)
        try beat.set("first", segment.keys.lowerBound)
        try beat.set("end", segment.keys.upperBound)
        try beat.set("opens", segment.opens)
        try beat.set("closes", segment.closes)
        try beat.set("epoch", epoch)
        for (plane, name) in Self.planes.enumerated() {
            let address = addresses[segment.sequence][plane] + offset(plane, head: segment.head)
            try beat.set("\(name)_address", address & Self.addressMask)
        }
        try encodeSettings(into: beat)
    }
}

/// The most that random launches have.
package struct LaunchLimits {
    package var sequences = ClusterConfiguration.maximumSequences
    package var heads = 40
    package var context = 65_536

    package init(sequences: Int = ClusterConfiguration.maximumSequences, heads: Int = 40, context: Int = 65_536) {
        self.sequences = sequences
        self.heads = heads
        self.context = context
    }
}

extension ScheduleRequest {
    /// A launch on 1 to all lanes, under any policy: contexts alike, ragged, short, of whole tiles, or mostly none.
    package static func random(
        _ cluster: ClusterConfiguration, _ limits: LaunchLimits = LaunchLimits(), _ random: inout SeededGenerator
    ) -> ScheduleRequest {
        let tileKeys = cluster.lane.tileSizes[random.below(cluster.lane.tileSizes.count)]
        let sequences = switch random.below(8) {
        case 0: 1
        case 1...3: random.number(in: 1...min(8, limits.sequences))
        case 4...6: random.number(in: 1...limits.sequences)
        default: limits.sequences
        }
        let same = random.below(limits.context + 1), kind = random.below(5)
        let contexts = (0..<sequences).map { _ in
            switch kind {
            case 0: same
            case 1: random.below(same / tileKeys + 1) * tileKeys
            case 2: random.below(min(limits.context, 3 * tileKeys) + 1)
            case 3: random.below(6) == 0 ? random.below(same + 1) : 0
            default: random.below(limits.context + 1)
            }
        }
        return ScheduleRequest(
            contexts: contexts, heads: random.number(in: 1...limits.heads), lanes: random.number(in: 1...cluster.lanes),
            tileKeys: tileKeys, policy: SchedulePolicy.allCases[random.below(4)],
            splits: random.below(4) == 0 ? random.number(in: 1...255) : random.number(in: 1...12), byKeys: random.flip())
    }

    /// Launches at the edges of what there is.
    package static func edges(_ cluster: ClusterConfiguration) -> [ScheduleRequest] {
        let tile = cluster.lane.tileSizes[0], most = cluster.lane.lane.maximumContext
        let sequences = ClusterConfiguration.maximumSequences
        let contexts: [[Int]] = [
            [0], [1], [tile], [most], [0, 0, 0], [0, tile, 0, 2 * tile, 0], [tile + 1, tile - 1], [most - 1, 1, most],
            [Int](repeating: 0, count: sequences), [Int](repeating: most, count: sequences),
            [Int](repeating: 0, count: sequences - 1) + [1], [1] + [Int](repeating: 0, count: sequences - 1),
            (0..<sequences).map { $0 % 3 == 0 ? 0 : $0 }, [tile + 1], [2 * tile, 3 * tile],
        ]
        let shapes = [(1, 1), (1, cluster.lanes), (3, cluster.lanes), (ClusterConfiguration.maximumHeads, max(1, cluster.lanes - 1))]
        let all = [Int](repeating: most, count: sequences)
        // The largest sums there are; a cut inside the last tile of the longest sequence; one chunk of it.
        var largest: [ScheduleRequest] = [1, cluster.lanes].flatMap { lanes in
            [true, false].map { byKeys in
                ScheduleRequest(
                    contexts: all, heads: ClusterConfiguration.maximumHeads, lanes: lanes, tileKeys: tile, byKeys: byKeys)
            }
        }
        largest += [
            ScheduleRequest(contexts: all, heads: 2, lanes: cluster.lanes, tileKeys: tile, policy: .fixedSplit, splits: 7),
            ScheduleRequest(contexts: [most - 1, most - 61], heads: 3, lanes: min(2, cluster.lanes), tileKeys: tile, byKeys: true),
            ScheduleRequest(contexts: [most], heads: 5, lanes: cluster.lanes, tileKeys: tile, policy: .fixedSplit),
        ]
        largest += cluster.lane.tileSizes.flatMap { tileKeys in
            // Little more than whole tiles, and whole tiles of half the size.
            [1, tileKeys / 2].map { keys in
                ScheduleRequest(contexts: [2 * tileKeys + keys], heads: 3, lanes: cluster.lanes, tileKeys: tileKeys, policy: .auto)
            }
        }
        return largest + contexts.enumerated().flatMap { index, contexts in
            SchedulePolicy.allCases.flatMap { policy in
                [false, true].filter { policy == .streamK || !$0 }.map { byKeys in
                    let (heads, lanes) = shapes[(index + (byKeys ? 1 : 0) + SchedulePolicy.allCases.firstIndex(of: policy)!) % 4]
                    return ScheduleRequest(
                        contexts: contexts, heads: heads, lanes: lanes, tileKeys: tile, policy: policy,
                        splits: [1, 2, 7, 255][index % 4], byKeys: byKeys)
                }
            }
        }
    }
}
