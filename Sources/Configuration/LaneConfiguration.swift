import FixedPoint

/// The build-time parameters of one lane: what is fixed when its Verilog is generated.
public struct LaneConfiguration: Hashable, Codable, Sendable {
    /// Elements of a query, key and value row.
    public var headSize: Int
    /// Multipliers of the query-key array, and as many again of the probability-value array.
    public var multipliers: Int
    /// Width of the memory port, in bytes a cycle.
    public var portBytes: Int
    /// The most keys a row may have.
    public var maximumContext: Int
    /// Output elements the merge unit joins in one cycle.
    public var mergeElements: Int
    /// Beats the fetch buffer holds, so as many reads may be outstanding.
    public var fetchBufferBeats: Int

    public init(
        headSize: Int, multipliers: Int, portBytes: Int = 64, maximumContext: Int = 524_288, mergeElements: Int = 8,
        fetchBufferBeats: Int = 256
    ) {
        self.headSize = headSize
        self.multipliers = multipliers
        self.portBytes = portBytes
        self.maximumContext = maximumContext
        self.mergeElements = mergeElements
        self.fetchBufferBeats = fetchBufferBeats
    }

    /// Keys (or value rows) an array takes in one cycle.
    public var slots: Int { max(1, multipliers / headSize) }
    /// Cycles an array spends on one key (or value row).
    public var steps: Int { max(1, headSize / multipliers) }

    /// What the parameters of a lane may be: what the regression runs, every point of it; more values come with their runs.
    struct Choices {
        var headSizes = LaneConfiguration.headSizes
        var multiplierCounts = LaneConfiguration.multiplierCounts
        var portWidths = LaneConfiguration.portWidths
        var contextLimits = LaneConfiguration.contextLimits
        var mergeWidths = LaneConfiguration.mergeWidths
        var fetchBufferDepths = LaneConfiguration.fetchBufferDepths
    }

    // Of lanes with a port of 64 bytes.
    public static let headSizes = [32, 64, 128]
    public static let multiplierCounts = [32, 64]
    public static let portWidths = [64]
    public static let contextLimits = [524_288]
    public static let mergeWidths = [8]
    public static let fetchBufferDepths = [256]

    /// Throws the first parameter that the generator does not support in a dense lane.
    public func validate() throws(ConfigurationError) { try validate(Choices()) }

    /// The same for other choices.
    func validate(_ legal: Choices) throws(ConfigurationError) {
        try Self.require("headSize", headSize, in: legal.headSizes)
        try Self.require("multipliers", multipliers, in: legal.multiplierCounts)
        try Self.require("portBytes", portBytes, in: legal.portWidths)
        try Self.require("maximumContext", maximumContext, in: legal.contextLimits)
        try Self.require("mergeElements", mergeElements, in: legal.mergeWidths)
        try Self.require("fetchBufferBeats", fetchBufferBeats, in: legal.fetchBufferDepths)
    }

    static func require(_ parameter: String, _ value: Int, in legal: [Int]) throws(ConfigurationError) {
        guard legal.contains(value) else {
            throw .unsupported(
                parameter: parameter, value: "\(value)",
                remedy: "use one of \(legal.map(String.init).joined(separator: ", "))")
        }
    }
}

extension LaneConfiguration {
    /// Every parameter, one `name=value` a word, in a fixed order: what ``configHash`` is taken of.
    public var canonicalText: String {
        "lane headSize=\(headSize) multipliers=\(multipliers) portBytes=\(portBytes) maximumContext=\(maximumContext)"
            + " mergeElements=\(mergeElements) fetchBufferBeats=\(fetchBufferBeats)"
    }

    /// Identifies the configuration across processes and machines: 64-bit FNV-1a of ``canonicalText``.
    public var configHash: UInt64 { fnv1a64(canonicalText) }
}

/// 64-bit FNV-1a of the text's UTF-8 bytes.
func fnv1a64(_ text: String) -> UInt64 {
    text.utf8.reduce(0xcbf2_9ce4_8422_2325) { hash, byte in (hash ^ UInt64(byte)) &* 0x100_0000_01b3 }
}
