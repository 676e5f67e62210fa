import Configuration
import FixedPoint
import GoldenModel
import SeededRandom

/// How a launch is cut into ranges.
public struct ClusterSchedule: Hashable, Sendable {
    /// Lanes that take part.
    public var lanes: Int
    public var policy: SchedulePolicy
    /// Chunks of the longest sequence under `fixedSplit`.
    public var splits: Int
    /// `streamK` cuts by keys instead of tiles.
    public var byKeys: Bool

    public init(lanes: Int, policy: SchedulePolicy = .streamK, splits: Int = 1, byKeys: Bool = false) {
        self.lanes = lanes
        self.policy = policy
        self.splits = splits
        self.byKeys = byKeys
    }
}

/// How a workload runs on a cluster.
public struct ClusterRun: Hashable, Sendable {
    public let configuration: ClusterConfiguration
    public let schedule: ClusterSchedule
    /// What lanes that prune leave out; nil: they do not prune.
    public let reduction: RowReduction?

    /// - Parameters:
    ///   - lanes: That take part; nil: all.
    ///   - policy: Nil: `auto`; in scope `row`, `perHead`.
    ///   - pruning, scope: Of lanes that prune.
    /// - Throws: `SessionError` for more lanes than there are, or none, and for a policy that cuts rows that are decided as one.
    public init(
        _ configuration: ClusterConfiguration, lanes: Int? = nil, policy: SchedulePolicy? = nil, splits: Int = 1,
        pruning: PruningSettings = .dense, scope: DecisionScope = .tile
    ) throws(SessionError) {
        let lanes = lanes ?? configuration.lanes
        guard (1...configuration.lanes).contains(lanes) else {
            throw .badArgument(
                argument: "--lanes", value: "\(lanes)", reason: "the preset has \(configuration.lanes): give 1 to \(configuration.lanes)")
        }
        guard (1...255).contains(splits) else {
            throw .badArgument(argument: "--splits", value: "\(splits)", reason: "give 1 to 255")
        }
        if scope == .row, let policy, policy != .perHead {
            throw .badArgument(
                argument: "--policy", value: policy.rawValue,
                reason: "in scope row all keys of a row decide together, so rows are not cut: use --policy per-head, or --scope tile")
        }
        self.configuration = configuration
        schedule = ClusterSchedule(lanes: lanes, policy: policy ?? (scope == .row ? .perHead : .auto), splits: splits)
        reduction = configuration.spAtten.map { RowReduction(configuration: $0, pruning: pruning, scope: scope) }
    }

    /// - Throws: For a layer that its launches cannot take, and for tiles that its lanes have no room for.
    func validate(heads: Int, kvHeads: Int, layer: Int, settings: RowSettings) throws {
        if reduction?.scope != .row { try configuration.lane.validate(settings) }
        let group = heads / kvHeads
        guard configuration.residentGroup(group) <= configuration.lane.residentRows, kvHeads <= ClusterConfiguration.maximumHeads else {
            throw SessionError.badArgument(
                argument: "--workload", value: "layer \(layer)",
                reason: "\(group) query heads share a key-value head, of which there are \(kvHeads): the preset's lanes take groups of up "
                    + "to \(configuration.lane.residentRows), a launch up to \(ClusterConfiguration.maximumHeads) heads")
        }
    }
}

/// Launches for a cluster, one behind another, and the memory they read.
public struct ClusterProgram: Sendable {
    /// A layer and how it is cut.
    public struct Launch: Sendable {
        public let layer: Int
        public let schedule: ClusterSchedule
    }

    public let configuration: ClusterConfiguration
    public private(set) var layers: [ClusterLayer] = []
    public var launches: [Launch] = []
    /// From byte address 0 on, whole port beats.
    public var memory: [UInt8] { image.bytes }
    private var image = MemoryImage()

    /// Throws if the configuration is not supported.
    public init(_ configuration: ClusterConfiguration) throws {
        try configuration.validate()
        self.configuration = configuration
    }

    /// All rows of a layer of a workload, in as many launches as they take.
    ///
    /// - Parameter pruned: Of lanes that prune.
    init(
        _ workload: QuantizedLayer, on cluster: ClusterRun, settings: RowSettings, expecting results: [LaneResult],
        pruned: [SpAttenResult] = []
    ) throws {
        try self.init(cluster.configuration)
        var settings = settings
        // A row that is decided as one is a tile.
        if let reduction = cluster.reduction, reduction.scope == .row {
            settings.tileKeys = reduction.configuration.maximumRowKeys
        }
        layers = try ClusterLayer.parts(
            of: workload, on: configuration, settings: settings, expected: results, pruned: pruned,
            pruning: cluster.reduction?.pruning ?? .dense, in: &image)
        for index in layers.indices { append(index, cluster.schedule) }
    }

    public mutating func append(_ layer: Int, _ schedule: ClusterSchedule) {
        launches.append(Launch(layer: layer, schedule: schedule))
    }

    /// Rows that come out of all launches.
    public var rowCount: Int { launches.reduce(0) { $0 + layers[$1.layer].rowCount } }

    /// The rows that come out of all launches, as the workload's layer has them.
    ///
    /// - Parameter outputs: Of each launch the rows, as they are numbered.
    func workloadRows(_ outputs: [[[Int16]]]) -> [[Int16]] {
        var rows = [[Int16]](repeating: [], count: rowCount)
        for (launch, outputs) in zip(launches, outputs) {
            for (number, row) in zip(layers[launch.layer].workloadRows, outputs) { rows[number] = row }
        }
        return rows
    }

    /// Lays out a layer behind what is there and computes what must come out of it.
    ///
    /// - Returns: Its number.
    public mutating func place(
        settings: RowSettings, rows: Int, heads: Int, codes: [[HeadCodes]], queries: [ClusterQuery]
    ) throws -> Int {
        layers.append(try ClusterLayer(
            configuration, settings: settings, rows: rows, heads: heads, codes: codes, queries: queries, in: &image))
        return layers.count - 1
    }

    /// Ends a row's kept list one entry early: its lane is asked for a position that is not there.
    package mutating func shortenList(layer: Int, row: Int) { layers[layer].queries[row].list?.removeLast() }

    /// A layer drawn from all codes its formats have, from flat rows to single winners; if lanes prune, by any of their rules,
    /// and some sequences with kept lists.
    ///
    /// - Parameters:
    ///   - contexts: Tokens of each sequence.
    ///   - shares: All heads of a sequence have the same keys and values; the memory is that of one.
    ///   - sinks: Some rows have an attention sink.
    public mutating func placeRandom(
        settings: RowSettings, rows: Int, heads: Int, contexts: [Int], shares: Bool = false, sinks: Bool = false,
        generator: inout SeededGenerator
    ) throws -> Int {
        let headSize = configuration.lane.lane.headSize
        var random = generator
        let headCodes = contexts.map { keys in
            (0..<(shares ? 1 : heads)).map { _ in
                HeadCodes(
                    keys: random.uniformCodes(keys * headSize, bits: settings.keyFormat.bits),
                    values: random.uniformCodes(keys * headSize, bits: settings.valueFormat.bits))
            }
        }
        // Standard deviation of a sum of products of two uniform codes.
        let deviation = Double(headSize).squareRoot() * Double(1 << (NumericFormats.queryBits + settings.keyFormat.bits)) / 12
        let spreads = [0.05, 0.5, 1, 2, 4, 8, 16, 64]
        let prunes = configuration.spAtten != nil
        let lists = prunes ? contexts.map { SpAttenProgram.randomLists(heads: heads, tokens: $0, configuration.lane, &random) } : []
        let queries = try (0..<heads * contexts.count * rows).map { row in
            let spread = spreads[random.below(spreads.count)]
            let sink = sinks && random.below(2) == 0 ? AttentionSink(logit: (random.unit() * 8 - 3) * spread) : nil
            return ClusterQuery(
                codes: random.uniformCodes(headSize, bits: NumericFormats.queryBits), scale: try ScoreScale(real: spread / deviation),
                sink: sink, pruning: prunes ? SpAttenProgram.randomPruning(&random) : .dense,
                list: prunes ? lists[row / rows % contexts.count]?[row / rows / contexts.count] : nil)
        }
        generator = random
        return try place(settings: settings, rows: rows, heads: heads, codes: headCodes, queries: queries)
    }
}
