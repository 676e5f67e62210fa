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

    public init(lane: LaneConfiguration, maximumRowKeys: Int = 1024, sectorBytes: Int = 64, topKParallelism: Int = 4) {
        self.lane = lane
        self.maximumRowKeys = maximumRowKeys
        self.sectorBytes = sectorBytes
        self.topKParallelism = topKParallelism
    }

    /// Sectors with consecutive addresses lie in channels in turn.
    public var channels: Int { lane.portBytes / sectorBytes }

    public static let rowLimits = [1024, 4096]
    public static let sectorSizes = [32, 64]
    public static let topKWidths = [4]

    /// Throws the first parameter that the generator does not support.
    public func validate() throws(ConfigurationError) {
        try lane.validate()
        guard lane.slots == 1 else {
            throw .unsupported(
                parameter: "multipliers", value: "\(lane.multipliers)",
                remedy: "a lane that prunes takes one key at a time: use at most the head size, \(lane.headSize)")
        }
        try LaneConfiguration.require("maximumRowKeys", maximumRowKeys, in: Self.rowLimits)
        try LaneConfiguration.require("sectorBytes", sectorBytes, in: Self.sectorSizes)
        try LaneConfiguration.require("topKParallelism", topKParallelism, in: Self.topKWidths)
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
