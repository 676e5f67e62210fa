/// The build-time parameters of a whole accelerator: lanes with one cascade behind registers, descriptors and AXI4.
public struct SystemConfiguration: Hashable, Codable, Sendable {
    /// Each lane. Its port is the AXI4 masters' data width.
    public var lane: SpAttenConfiguration
    /// One shares the AXI4 master with all else; each of several has one of its own.
    public var lanes: Int
    /// Sequences whose importances are held on chip, so that their layers may take turns.
    public var slots: Int
    /// The most heads of a layer: a multiple of 16.
    public var maximumHeads: Int
    /// Read bursts that may be outstanding: a power of two, 1 to 256.
    public var readOutstanding: Int
    /// Write bursts that may be outstanding: a power of two, 1 to 256.
    public var writeOutstanding: Int

    public init(
        lane: SpAttenConfiguration, lanes: Int = 1, slots: Int = 1, maximumHeads: Int = 64, readOutstanding: Int = 64,
        writeOutstanding: Int = 16
    ) {
        self.lane = lane
        self.lanes = lanes
        self.slots = slots
        self.maximumHeads = maximumHeads
        self.readOutstanding = readOutstanding
        self.writeOutstanding = writeOutstanding
    }

    public static let laneCounts = [1, 8]
    public static let slotCounts = [1, 2]
    public static let headLimits = [16, 64]
    public static let outstandingLimits = [1, 16, 64, 256]

    /// Bytes from a head's record in memory to the next, at least.
    public var headRecordBytes: Int { RecordLayout.headRecordBytes(headSize: lane.lane.headSize) }

    /// Throws the first parameter that the generator does not support.
    public func validate() throws(ConfigurationError) {
        try lane.validate()
        guard lane.channels == 1 else {
            throw .unsupported(
                parameter: "sectorBytes", value: "\(lane.sectorBytes)",
                remedy: "a system has one memory channel: use the port's \(lane.lane.portBytes)")
        }
        try LaneConfiguration.require("lanes", lanes, in: Self.laneCounts)
        try LaneConfiguration.require("slots", slots, in: Self.slotCounts)
        try LaneConfiguration.require("maximumHeads", maximumHeads, in: Self.headLimits)
        try LaneConfiguration.require("readOutstanding", readOutstanding, in: Self.outstandingLimits)
        try LaneConfiguration.require("writeOutstanding", writeOutstanding, in: Self.outstandingLimits)
    }
}

extension SystemConfiguration {
    /// Every parameter, one `name=value` a word, in a fixed order: what ``configHash`` is taken of.
    public var canonicalText: String {
        "system \(lane.canonicalText) lanes=\(lanes) slots=\(slots) maximumHeads=\(maximumHeads) readOutstanding=\(readOutstanding)"
            + " writeOutstanding=\(writeOutstanding)"
    }
}
