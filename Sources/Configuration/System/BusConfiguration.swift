/// The build-time parameters that every whole accelerator has, whatever its lanes compute: what its registers say of it.
public protocol BusConfiguration: Hashable, Sendable {
    /// Head size, multipliers, port and context of each lane.
    var laneGeometry: LaneConfiguration { get }
    var lanes: Int { get }
    /// What its descriptors are.
    var jobs: JobKind { get }
    /// Sequences whose importances are held on chip; 1 where there are none.
    var slots: Int { get }
    /// The most heads of a layer; of a launch, key-value heads.
    var maximumHeads: Int { get }
    /// The most tokens of a sequence with importance, and entries of a list; 0: there are neither.
    var maximumRowKeys: Int { get }
    /// The most query rows that share keys and values.
    var groupRows: Int { get }
    /// Bytes from a row's record in memory to the next, at least.
    var headRecordBytes: Int { get }
    /// Bursts that may be outstanding, of each read port and of the write port: powers of two, 1 to 256.
    var readOutstanding: Int { get }
    var writeOutstanding: Int { get }
    /// Every parameter, one `name=value` a word, in a fixed order: what ``configHash`` is taken of.
    var canonicalText: String { get }
}

/// What the descriptors of a whole accelerator are.
public enum JobKind: String, Hashable, Sendable {
    /// A layer of one sequence: `job_descriptor`.
    case layers
    /// A layer of many sequences, cut into ranges of tiles: `launch_descriptor`.
    case launches
}

extension BusConfiguration {
    /// Identifies the configuration across processes and machines: 64-bit FNV-1a of ``canonicalText``.
    public var configHash: UInt64 { fnv1a64(canonicalText) }
    /// Bits of an AXI4 master's data.
    public var dataBits: Int { 8 * laneGeometry.portBytes }
}

extension SystemConfiguration: BusConfiguration {
    public var laneGeometry: LaneConfiguration { lane.lane }
    public var jobs: JobKind { .layers }
    public var maximumRowKeys: Int { lane.maximumRowKeys }
    public var groupRows: Int { 1 }
}
