import Blocks
import Configuration
import FixedPoint
import RTL

// Payloads of the streams between the units of a `LeanSpAtten`, and the records of memory as hardware reads them.

/// A record as it lies in memory: all words, the first lowest.
protocol RecordBits {
    static var layout: RecordLayout { get }
    var bits: Unsigned { get }
}

extension RecordBits {
    static var width: Int { 8 * layout.bytes }

    /// The whole of a field.
    subscript(name: String) -> Unsigned {
        let field = Self.layout[name]
        return bits[field.firstBit..<field.firstBit + field.width]
    }

    func flag(_ name: String) -> Bit { bits[Self.layout[name].firstBit] }
    /// An address that has been checked.
    func address(_ name: String) -> Unsigned { self[name].truncated(to: MemoryPort.addressBits) }
}

struct JobDescriptorWords: RecordBits {
    static let layout = RecordLayout.jobDescriptor
    let bits: Unsigned
}

/// What comes before a row's query in its record.
protocol RowRecordBits: RecordBits {}

extension RowRecordBits {
    var scale: ScaleSettings {
        ScaleSettings(
            mantissa: self["scale_mantissa"].truncated(to: NumericFormats.scaleMantissaBits),
            shift: self["scale_shift"].truncated(to: NumericFormats.scaleShiftBits))
    }

    /// The query of a whole record.
    static func query(of record: Unsigned, elements: Int) -> [Signed] {
        (0..<elements).map { element in
            let first = width + 16 * element
            return record[first..<first + NumericFormats.queryBits].asSigned
        }
    }
}

struct HeadRecordWords: RowRecordBits {
    static let layout = RecordLayout.headRecord
    let bits: Unsigned
}

/// A read of consecutive beats of what a job names beside keys and values.
struct ControlRead: Bundle {
    /// Byte address, a multiple of 64.
    let address: Unsigned
    /// Beats less one.
    let beats: Unsigned

    static func shape(_ system: some OnBus) -> Shape<ControlRead> {
        Shape { ControlRead(address: $0.make(.unsigned(MemoryPort.addressBits)), beats: $0.make(.unsigned(system.controlBeatBits))) }
    }
}

/// Who reads what a job names.
enum ControlReader: Int, CaseIterable {
    case descriptor, heads, list, state
}

/// What the writer of rows has to know of a job.
struct RowContext: Bundle {
    let isCascade: Bit
    /// Of its sequence.
    let slot: Unsigned
    let heads: Unsigned
    let outputAddress, outputStride: Unsigned
    let regionFirst, regionLast: Unsigned
    /// 0: there is no completion record.
    let completionAddress: Unsigned
    let id: Unsigned
    let interrupts: Bit
    let savesState: Bit
    /// The last job of its chain.
    let endsChain: Bit

    static func shape(_ system: SystemConfiguration) -> Shape<RowContext> {
        Shape { fields in
            func address() -> Unsigned { fields.make(.unsigned(MemoryPort.addressBits)) }
            func bit() -> Bit { fields.make(.bit) }
            return RowContext(
                isCascade: bit(), slot: fields.make(.unsigned(system.slotBits)), heads: fields.make(.unsigned(headCountBits)), outputAddress: address(),
                outputStride: fields.make(.unsigned(32)), regionFirst: address(), regionLast: address(),
                completionAddress: address(), id: fields.make(.unsigned(32)), interrupts: bit(), savesState: bit(), endsChain: bit())
        }
    }
}

/// A packet of bytes for the memory, and where it may lie.
struct PacketCommand: Bundle {
    /// Of its first byte, a multiple of 64.
    let address: Unsigned
    /// Bytes less one.
    let bytes: Unsigned
    /// First and last byte that may be written.
    let regionFirst, regionLast: Unsigned

    static func shape(_ system: some OnBus) -> Shape<PacketCommand> {
        Shape { fields in
            func address() -> Unsigned { fields.make(.unsigned(MemoryPort.addressBits)) }
            return PacketCommand(
                address: address(), bytes: fields.make(.unsigned(system.packetLengthBits)), regionFirst: address(),
                regionLast: address())
        }
    }
}

/// Some of a packet's bytes.
struct PacketBeat: Bundle {
    let data: Unsigned
    /// Of the packet.
    let last: Bit

    static func shape(_ system: some OnBus) -> Shape<PacketBeat> {
        Shape { PacketBeat(data: $0.make(.unsigned(system.bus.dataBits)), last: $0.make(.bit)) }
    }
}

/// One end of a unit that writes packets.
struct PacketPort {
    let command: Stream<PacketCommand>
    let data: Stream<PacketBeat>

    static func source(_ io: Interface, _ system: some OnBus) -> PacketPort {
        PacketPort(command: io.source(PacketCommand.shape(system)), data: io.source(PacketBeat.shape(system)))
    }

    static func sink(_ io: Interface, _ system: some OnBus) -> PacketPort {
        PacketPort(command: io.sink(PacketCommand.shape(system)), data: io.sink(PacketBeat.shape(system)))
    }
}

/// Where a sequence's state lies.
struct StateMove: Bundle {
    let address: Unsigned
    /// Words of it, less one.
    let words: Unsigned

    static func shape(_ system: SystemConfiguration) -> Shape<StateMove> {
        Shape { StateMove(address: $0.make(.unsigned(MemoryPort.addressBits)), words: $0.make(.unsigned(system.stateWordBits))) }
    }
}

/// Why and where the accelerator stops.
struct FaultReport: Bundle {
    /// Place among `SystemFault`.
    let code: Unsigned
    let address: Unsigned

    static var shape: Shape<FaultReport> {
        Shape { FaultReport(code: $0.make(.unsigned(codeBits)), address: $0.make(.unsigned(MemoryPort.addressBits))) }
    }

    static let codeBits = bitsToIndex(SystemFault.allCases.count)
}

extension SystemFault {
    var code: Unsigned { Unsigned(rawValue) }
}

extension SystemConfiguration {
    var slotBits: Int { bitsToIndex(slots) }
    /// Beats of the part of a head's record that is read.
    var recordBeats: Int { (8 * RecordLayout.headRecord.bytes + 16 * lane.lane.headSize + dataBits - 1) / dataBits }
    /// A word of a state: numbers of 32 bits, then as many births.
    var stateWordBytes: Int { 8 * lane.importanceLanes }
    var stateWordBeats: Int { stateWordBytes / axi.bytes }
    /// Of the words of a state, less one: its first, its tokens, its heads.
    var stateWordBits: Int { bitsToIndex(1 + (lane.maximumRowKeys + maximumHeads) / lane.importanceLanes) }
}

extension RecordLayout {
    /// The whole record, with 0 in what no field has.
    func packed(_ c: Circuit, _ values: KeyValuePairs<String, Unsigned>) -> Unsigned {
        var parts: [Unsigned] = [], next = 0
        for field in fields {
            guard let value = values.first(where: { $0.key == field.name })?.value else { preconditionFailure("no \(field.name)") }
            if field.firstBit > next { parts.append(c.constant(0, .unsigned(field.firstBit - next))) }
            parts.append(value.resized(to: field.width))
            next = field.firstBit + field.width
        }
        if 8 * bytes > next { parts.append(c.constant(0, .unsigned(8 * bytes - next))) }
        return concatenate(parts.reversed())
    }
}

extension Circuit {
    /// The `index`-th of the parts of `bits` bits that make up `whole`, the lowest first.
    func part(_ index: Unsigned, of whole: Unsigned, bits: Int) -> Unsigned {
        let parts = stride(from: 0, to: whole.width, by: bits).map { whole[$0..<$0 + bits] }
        return parts.count == 1 ? parts[0] : select(index, parts)
    }
}
