import FixedPoint

/// The build-time parameters of a lane for summarization: a lane of one key a vector, whose keys and values are used by
/// several query rows each time they are read.
public struct PrefillConfiguration: Hashable, Codable, Sendable {
    /// Head size, multipliers, port and context; at most one key a cycle (`slots == 1`).
    public var lane: LaneConfiguration
    /// Query rows that are kept while a tile passes.
    public var residentRows: Int
    /// Keys of a tile buffer: the largest tile there is.
    public var bufferTileKeys: Int

    public init(lane: LaneConfiguration, residentRows: Int = 8, bufferTileKeys: Int = 128) {
        self.lane = lane
        self.residentRows = residentRows
        self.bufferTileKeys = bufferTileKeys
    }

    public static let rowCounts = [8, 16]
    public static let bufferSizes = [128, 256]

    /// Throws the first parameter that the generator does not support.
    public func validate() throws(ConfigurationError) { try validate(residentRows: Self.rowCounts) }

    /// The same for another choice of rows.
    func validate(residentRows legal: [Int]) throws(ConfigurationError) {
        try lane.validate()
        guard lane.slots == 1 else {
            throw .unsupported(
                parameter: "multipliers", value: "\(lane.multipliers)",
                remedy: "a lane for prefill takes one key at a time: use at most the head size, \(lane.headSize)")
        }
        try LaneConfiguration.require("residentRows", residentRows, in: legal)
        try LaneConfiguration.require("bufferTileKeys", bufferTileKeys, in: Self.bufferSizes)
    }

    /// Keys of a tile that a group of rows can ask for.
    public var tileSizes: [Int] { RowSettings.tileSizes.filter { $0 <= bufferTileKeys } }

    /// Throws for a tile that does not fit the buffer.
    public func validate(_ settings: RowSettings) throws(ConfigurationError) {
        try LaneConfiguration.require("tileKeys", settings.tileKeys, in: tileSizes)
    }

    /// What the regression runs: every head size with one key a cycle and with fewer, both numbers of rows, both buffers.
    public static let advertised: [PrefillConfiguration] = [
        PrefillConfiguration(lane: LaneConfiguration(headSize: 64, multipliers: 64)),
        PrefillConfiguration(lane: LaneConfiguration(headSize: 32, multipliers: 32)),
        PrefillConfiguration(lane: LaneConfiguration(headSize: 128, multipliers: 64)),
        PrefillConfiguration(lane: LaneConfiguration(headSize: 64, multipliers: 64), residentRows: 16, bufferTileKeys: 256),
        PrefillConfiguration(lane: LaneConfiguration(headSize: 128, multipliers: 32), residentRows: 16),
        PrefillConfiguration(lane: LaneConfiguration(headSize: 64, multipliers: 32), bufferTileKeys: 256),
    ]
}

extension PrefillConfiguration {
    /// Every parameter, one `name=value` a word, in a fixed order: what ``configHash`` is taken of.
    public var canonicalText: String {
        "prefill \(lane.canonicalText) residentRows=\(residentRows) bufferTileKeys=\(bufferTileKeys)"
    }

    /// Identifies the configuration across processes and machines: 64-bit FNV-1a of ``canonicalText``.
    public var configHash: UInt64 { fnv1a64(canonicalText) }
}
