/// The build-time parameters of a cluster of dense lanes behind registers, launch descriptors and AXI4.
public struct LeanSystemConfiguration: Hashable, Codable, Sendable {
    /// Lanes, scheduler and reduction. Each lane has an AXI4 read port of its width.
    public var cluster: ClusterConfiguration
    /// Read bursts that may be outstanding: a power of two, 1 to 256.
    public var readOutstanding: Int
    /// Write bursts that may be outstanding: a power of two, 1 to 256.
    public var writeOutstanding: Int

    public init(cluster: ClusterConfiguration, readOutstanding: Int = 64, writeOutstanding: Int = 16) {
        self.cluster = cluster
        self.readOutstanding = readOutstanding
        self.writeOutstanding = writeOutstanding
    }

    public static let laneCounts = [2, 8, 16]

    /// Throws the first parameter that the generator does not support.
    public func validate() throws(ConfigurationError) {
        guard cluster.spAtten == nil else {
            throw .unsupported(
                parameter: "maximumRowKeys", value: "\(maximumRowKeys)",
                remedy: "a cluster on a bus has dense lanes: leave it out")
        }
        try cluster.validate()
        try LaneConfiguration.require("lanes", lanes, in: Self.laneCounts)
        try LaneConfiguration.require("readOutstanding", readOutstanding, in: SystemConfiguration.outstandingLimits)
        try LaneConfiguration.require("writeOutstanding", writeOutstanding, in: SystemConfiguration.outstandingLimits)
    }
}

extension LeanSystemConfiguration: BusConfiguration {
    public var slots: Int { 1 }
    public var laneGeometry: LaneConfiguration { cluster.lane.lane }
    public var lanes: Int { cluster.lanes }
    public var jobs: JobKind { .launches }
    public var maximumHeads: Int { ClusterConfiguration.maximumHeads }
    public var maximumRowKeys: Int { cluster.spAtten?.maximumRowKeys ?? 0 }
    public var groupRows: Int { cluster.lane.residentRows }
    public var headRecordBytes: Int { RecordLayout.headRecordBytes(headSize: laneGeometry.headSize) }

    public var canonicalText: String {
        "system \(cluster.canonicalText) readOutstanding=\(readOutstanding) writeOutstanding=\(writeOutstanding)"
    }
}
