import Blocks
import Configuration
import FixedPoint
import RTL

// Payloads of the streams of a lane for prefill. A *pass* is what one query row sees of one tile; for the units that are
// shared with the dense lane it is a row of one tile.

/// Some query rows of one head that are worked on together.
struct GroupJob: Bundle {
    /// Query rows, less one.
    let rows: Unsigned
    /// Which of the tiles that the buffer holds: log2 of its keys, less 7.
    let tileSize: Unsigned
    /// Bits of an element in each plane; one of the advertised formats.
    let msbBits: Unsigned
    let lsbBits: Unsigned
    let valueBits: Unsigned
    /// Byte addresses of the planes, multiples of the port's width.
    let keyMSBAddress: Unsigned
    let keyLSBAddress: Unsigned
    let valueAddress: Unsigned

    static func shape(_ prefill: PrefillConfiguration) -> Shape<GroupJob> {
        Shape { GroupJob(
            rows: $0.make(.unsigned(prefill.slotBits)), tileSize: $0.make(.unsigned(prefill.tileSizeBits)),
            msbBits: $0.make(.unsigned(formatBits)), lsbBits: $0.make(.unsigned(formatBits)),
            valueBits: $0.make(.unsigned(formatBits)),
            keyMSBAddress: $0.make(.unsigned(MemoryPort.addressBits)),
            keyLSBAddress: $0.make(.unsigned(MemoryPort.addressBits)),
            valueAddress: $0.make(.unsigned(MemoryPort.addressBits))) }
    }
}

/// The positions that a query row sees: `first ..< end`; none if they do not ascend.
struct RowRange: Bundle {
    let first: Unsigned
    let end: Unsigned

    static func shape(_ lane: LaneConfiguration) -> Shape<RowRange> {
        Shape { RowRange(first: $0.make(.unsigned(lane.contextBits)), end: $0.make(.unsigned(lane.contextBits))) }
    }
}

/// A row of a group, beside its query.
struct RowSpan: Bundle {
    let range: RowRange
    let scale: ScaleSettings

    static func shape(_ lane: LaneConfiguration) -> Shape<RowSpan> {
        Shape { RowSpan(range: $0.make(RowRange.shape(lane)), scale: $0.make(ScaleSettings.shape)) }
    }
}

/// One row at one tile.
struct TilePass: Bundle {
    /// Which row of the group.
    let slot: Unsigned
    /// The positions it sees, within the tile, both included.
    let first: Unsigned
    let last: Unsigned
    /// It sees any; clear in the one pass of an empty row.
    let occupied: Bit
    /// The first pass of its group, and the first occupied one of its tile.
    let startsGroup: Bit
    let startsTile: Bit
    /// The first and the last pass of its row.
    let opens: Bit
    let closes: Bit
    /// The group's.
    let valueBits: Unsigned

    static func shape(_ prefill: PrefillConfiguration) -> Shape<TilePass> {
        Shape { TilePass(
            slot: $0.make(.unsigned(prefill.slotBits)), first: $0.make(.unsigned(prefill.tileBits)),
            last: $0.make(.unsigned(prefill.tileBits)), occupied: $0.make(.bit), startsGroup: $0.make(.bit),
            startsTile: $0.make(.bit), opens: $0.make(.bit), closes: $0.make(.bit), valueBits: $0.make(.unsigned(formatBits))) }
    }
}

/// What is to be read of a tile.
struct TileJob: Bundle {
    /// Where it goes in the buffer: positions within the tile, both included.
    let first: Unsigned
    let last: Unsigned
    /// As many, counted.
    let keys: Unsigned
    let msbBits: Unsigned
    let lsbBits: Unsigned
    let valueBits: Unsigned
    /// Byte addresses of its first position in the planes.
    let keyMSBAddress: Unsigned
    let keyLSBAddress: Unsigned
    let valueAddress: Unsigned

    static func shape(_ prefill: PrefillConfiguration) -> Shape<TileJob> {
        Shape { TileJob(
            first: $0.make(.unsigned(prefill.tileBits)), last: $0.make(.unsigned(prefill.tileBits)),
            keys: $0.make(.unsigned(prefill.tileBits + 1)), msbBits: $0.make(.unsigned(formatBits)),
            lsbBits: $0.make(.unsigned(formatBits)), valueBits: $0.make(.unsigned(formatBits)),
            keyMSBAddress: $0.make(.unsigned(MemoryPort.addressBits)),
            keyLSBAddress: $0.make(.unsigned(MemoryPort.addressBits)),
            valueAddress: $0.make(.unsigned(MemoryPort.addressBits))) }
    }
}

/// One element of a row's output.
struct PrefillOutputBeat: Bundle {
    /// Signed 16 bits; one LSB is `valueScale * 2^-(16 - valueBits)`.
    let element: Signed
    /// The row's last element.
    let last: Bit
    /// Which row of its group.
    let slot: Unsigned

    static func shape(_ prefill: PrefillConfiguration) -> Shape<PrefillOutputBeat> {
        Shape { PrefillOutputBeat(
            element: $0.make(.signed(NumericFormats.outputBits)), last: $0.make(.bit),
            slot: $0.make(.unsigned(prefill.slotBits))) }
    }
}

extension PrefillConfiguration {
    /// Numbers a row of a group.
    var slotBits: Int { bitsToIndex(residentRows) }
    /// Rows that have a number: two also where only one is resident, as a number has a bit at least.
    var slots: Int { 1 << slotBits }
    /// Numbers a tile's size.
    var tileSizeBits: Int { bitsToIndex(tileSizes.count) }
    /// Numbers a position of a tile.
    var tileBits: Int { bitsToIndex(bufferTileKeys) }
    /// Positions whose elements fill whole beats in a plane of any width: a tile is read from a multiple of it on.
    package var blockKeys: Int { 8 * lane.portBytes / lane.headSize }
    /// Names a unit by all parameters of the lane.
    var suffix: String { "\(lane.laneSuffix)_r\(residentRows)_t\(bufferTileKeys)" }
}
