import FixedPoint

/// The build-time parameters of a lane that prunes and refines: a lane of one key a vector, and what SpAtten adds.
public struct SpAttenConfiguration: Hashable, Codable, Sendable {
    /// Head size, multipliers, port and context; at most one key a cycle (`slots == 1`).
    public var lane: LaneConfiguration
    /// The most keys that decide together (scope `row`), and the most entries of a kept list.
    public var maximumRowKeys: Int
    /// Smallest read of the memory in bytes; the port has `portBytes / sectorBytes` channels of that width.
    public var sectorBytes: Int
    /// Weights that the value selector's top-k ranks in one cycle.
    public var topKParallelism: Int

    /// - Parameter sectorBytes: 64, or the whole of a narrower port, unless given.
    public init(lane: LaneConfiguration, maximumRowKeys: Int = 1024, sectorBytes: Int? = nil, topKParallelism: Int? = nil) {
        self.lane = lane
        self.maximumRowKeys = maximumRowKeys
        self.sectorBytes = sectorBytes ?? min(64, lane.portBytes)
        self.topKParallelism = topKParallelism ?? (Self.narrowPorts.contains(lane.portBytes) ? 1 : 4)
    }

    /// A lane of one key a cycle behind a narrow port, as small as its rate allows: what works once a tile, or once a row, takes
    /// more cycles than it does behind 64 bytes.
    public static func narrow(headSize: Int, multipliers: Int, portBytes: Int) -> SpAttenConfiguration {
        SpAttenConfiguration(lane: LaneConfiguration(
            headSize: headSize, multipliers: multipliers, portBytes: portBytes, maximumContext: narrowContextLimit,
            mergeElements: narrowMergeWidth))
    }

    /// Sectors with consecutive addresses lie in channels in turn.
    public var channels: Int { lane.portBytes / sectorBytes }

    /// The port is narrower than a sector of 32 bytes: it is one channel, and its beat the sector.
    public var isNarrow: Bool { Self.narrowPorts.contains(lane.portBytes) }

    /// Tokens, or heads, whose importance is swept in one cycle: those of a word.
    public var importanceLanes: Int { isNarrow ? 4 : 16 }

    public static let rowLimits = [1024, 4096]
    public static let sectorSizes = [32, 64]
    public static let topKWidths = [4]

    // Of lanes with a narrow port, which have rows of up to `rowLimits[0]` keys.
    public static let narrowPorts = [8, 16]
    public static let narrowContextLimit = 4096
    public static let narrowMergeWidth = 2
    public static let narrowTopKWidth = 1

    /// Throws the first parameter that the generator does not support.
    public func validate() throws(ConfigurationError) {
        try lane.validate(choices)
        guard lane.slots == 1 else {
            throw .unsupported(
                parameter: "multipliers", value: "\(lane.multipliers)",
                remedy: "a lane that prunes takes one key at a time: use at most the head size, \(lane.headSize)")
        }
        try LaneConfiguration.require("maximumRowKeys", maximumRowKeys, in: isNarrow ? [Self.rowLimits[0]] : Self.rowLimits)
        try LaneConfiguration.require("sectorBytes", sectorBytes, in: isNarrow ? [lane.portBytes] : Self.sectorSizes)
        try LaneConfiguration.require("topKParallelism", topKParallelism, in: isNarrow ? [Self.narrowTopKWidth] : Self.topKWidths)
    }

    /// What the lane may be, by the width of its port.
    private var choices: LaneConfiguration.Choices {
        var choices = LaneConfiguration.Choices()
        choices.portWidths = Self.narrowPorts + LaneConfiguration.portWidths
        guard isNarrow else { return choices }
        choices.headSizes = lane.portBytes == 8 ? [16] : [16, 32, 64]
        choices.multiplierCounts = lane.portBytes == 8 ? [16] : [16, 32, 64]
        choices.contextLimits = [Self.narrowContextLimit]
        choices.mergeWidths = [Self.narrowMergeWidth]
        return choices
    }

    /// Its rows as several lanes share them: one a group, in tiles of up to a whole row.
    public var segments: PrefillConfiguration {
        PrefillConfiguration(lane: lane, residentRows: 1, bufferTileKeys: maximumRowKeys)
    }

    /// Keys of a tile that a row can ask for; the last one is scope `row`.
    public var tileSizes: [Int] {
        RowSettings.tileSizes + (maximumRowKeys > NumericFormats.maximumTileKeys ? [maximumRowKeys] : [])
    }
}

extension SpAttenConfiguration {
    /// Every parameter, one `name=value` a word, in a fixed order: what ``configHash`` is taken of.
    public var canonicalText: String {
        "spatten \(lane.canonicalText) maximumRowKeys=\(maximumRowKeys) sectorBytes=\(sectorBytes)"
            + " topKParallelism=\(topKParallelism)"
    }

    /// Identifies the configuration across processes and machines: 64-bit FNV-1a of ``canonicalText``.
    public var configHash: UInt64 { fnv1a64(canonicalText) }
}
