import Blocks
import Configuration
import FixedPoint
import RTL

// Payloads of the streams between the units that carry out launches, and the records of memory as hardware reads them.

struct LaunchDescriptorWords: RecordBits {
    static let layout = RecordLayout.launchDescriptor
    let bits: Unsigned
}

struct SequenceRecordWords: RecordBits {
    static let layout = RecordLayout.sequenceRecord
    let bits: Unsigned
}

struct QueryRecordWords: RowRecordBits {
    static let layout = RecordLayout.queryRecord
    let bits: Unsigned
}

/// Who reads what launches name.
enum LaunchReader: Int, CaseIterable {
    case descriptor, sequences, queries
}

/// Places of a group's rows: multiples of 64 bytes from head to head and from row to row.
struct GroupStrides: Bundle {
    let head, row: Unsigned

    /// Of a stride in memory, in units of 64 bytes.
    static let bits = 32 - bitsToIndex(RecordLayout.alignment)

    static var shape: Shape<GroupStrides> {
        Shape { GroupStrides(head: $0.make(.unsigned(bits)), row: $0.make(.unsigned(bits))) }
    }
}

/// What those who read queries and write rows have to know of a launch.
struct LaunchContext: Bundle {
    /// Which of two launches in turn.
    let epoch: Bit
    /// Rows of a group, less one.
    let groupRows: Unsigned
    /// Of all groups together.
    let rows: Unsigned
    let queries, outputs: GroupStrides
    let regionFirst, regionLast: Unsigned
    /// 0: there is no completion record.
    let completionAddress: Unsigned
    let id: Unsigned
    let interrupts: Bit
    /// The last of its chain.
    let endsChain: Bit
    let descriptorAddress: Unsigned

    static func shape(_ system: LeanSystemConfiguration) -> Shape<LaunchContext> {
        Shape { fields in
            func address() -> Unsigned { fields.make(.unsigned(MemoryPort.addressBits)) }
            func bit() -> Bit { fields.make(.bit) }
            return LaunchContext(
                epoch: bit(), groupRows: fields.make(.unsigned(system.cluster.lane.slotBits)), rows: fields.make(.unsigned(system.rowBits)),
                queries: fields.make(GroupStrides.shape), outputs: fields.make(GroupStrides.shape), regionFirst: address(),
                regionLast: address(), completionAddress: address(), id: fields.make(.unsigned(32)), interrupts: bit(),
                endsChain: bit(), descriptorAddress: address())
        }
    }
}

/// Where a sequence's queries and outputs begin, in units of 64 bytes.
struct SequencePlace: Bundle {
    let epoch: Bit
    let sequence: Unsigned
    let queries, outputs: Unsigned

    /// Of such an address.
    static let addressBits = MemoryPort.addressBits - bitsToIndex(RecordLayout.alignment)

    static var shape: Shape<SequencePlace> {
        Shape { SequencePlace(
            epoch: $0.make(.bit), sequence: $0.make(.unsigned(OutputID.sequenceBits)), queries: $0.make(.unsigned(addressBits)),
            outputs: $0.make(.unsigned(addressBits))) }
    }
}

/// A row of a launch, and the lane that it is for or from.
struct LaunchRow: Bundle {
    let lane: Unsigned
    /// Within its group.
    let row: Unsigned
    let output: OutputID
    let epoch: Bit

    static func shape(_ system: LeanSystemConfiguration) -> Shape<LaunchRow> {
        Shape { LaunchRow(
            lane: $0.make(.unsigned(system.laneBits)), row: $0.make(.unsigned(system.cluster.lane.slotBits)),
            output: $0.make(OutputID.shape), epoch: $0.make(.bit)) }
    }
}

/// The same with its place in memory.
struct PlacedRow: Bundle {
    let lane: Unsigned
    let epoch: Bit
    /// Of the first byte, in units of 64 bytes.
    let address: Unsigned

    static func shape(_ system: LeanSystemConfiguration) -> Shape<PlacedRow> {
        Shape { PlacedRow(
            lane: $0.make(.unsigned(system.laneBits)), epoch: $0.make(.bit), address: $0.make(.unsigned(SequencePlace.addressBits))) }
    }
}

extension Bit {
    /// The epoch of the launch numbered so, of two in turn.
    func `is`(_ number: Int) -> Bit { number == 1 ? self : !self }
}

extension LeanSystemConfiguration {
    /// Of a lane that is built.
    var laneBits: Int { bitsToIndex(lanes) }
    /// Counts the rows of a launch.
    var rowBits: Int {
        bitsToCount(ClusterConfiguration.maximumHeads * ClusterConfiguration.maximumSequences * groupRows)
    }
    /// Beats of the part of a row's record that is read.
    var recordBeats: Int { (8 * RecordLayout.queryRecord.bytes + 16 * laneGeometry.headSize + dataBits - 1) / dataBits }
    /// Beats of a row's output.
    var rowBeats: Int { NumericFormats.outputBits * laneGeometry.headSize / dataBits }
}
