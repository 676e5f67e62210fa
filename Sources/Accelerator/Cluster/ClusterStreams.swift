import Configuration
import FixedPoint
import RTL

// Payloads of the streams between the units of a cluster. An *output* is what one key-value head of one sequence gives: a
// group of query rows that share its keys and values.

/// Which output.
struct OutputID: Bundle {
    let head: Unsigned
    let sequence: Unsigned

    static var shape: Shape<OutputID> {
        Shape { OutputID(head: $0.make(.unsigned(headBits)), sequence: $0.make(.unsigned(sequenceBits))) }
    }

    static let headBits = bitsToIndex(ClusterConfiguration.maximumHeads)
    static let sequenceBits = bitsToIndex(ClusterConfiguration.maximumSequences)
}

/// What is the same for all outputs of a launch, as a lane needs it.
struct LaunchSettings: Bundle {
    /// Query rows of a group, less one.
    let rows: Unsigned
    /// Sequences, less one.
    let sequences: Unsigned
    /// log2 of the tile's keys, less 7.
    let tileSize: Unsigned
    /// Bits of an element in each plane; one of the advertised formats.
    let msbBits: Unsigned
    let lsbBits: Unsigned
    let valueBits: Unsigned
    /// Bytes from a head's plane to that of the next.
    let keyMSBStride: Unsigned
    let keyLSBStride: Unsigned
    let valueStride: Unsigned

    static func shape(_ lane: PrefillConfiguration) -> Shape<LaunchSettings> {
        Shape { fields in
            func unsigned(_ bits: Int) -> Unsigned { fields.make(.unsigned(bits)) }
            return LaunchSettings(
                rows: unsigned(lane.slotBits), sequences: unsigned(OutputID.sequenceBits), tileSize: unsigned(2),
                msbBits: unsigned(formatBits), lsbBits: unsigned(formatBits), valueBits: unsigned(formatBits),
                keyMSBStride: unsigned(MemoryPort.addressBits), keyLSBStride: unsigned(MemoryPort.addressBits),
                valueStride: unsigned(MemoryPort.addressBits))
        }
    }
}

/// One attention layer of some sequences: as many `SequenceEntry` beats follow.
struct ClusterLaunch: Bundle {
    let settings: LaunchSettings
    /// Lanes that take part, less one.
    let lanes: Unsigned
    /// Key-value heads, less one.
    let heads: Unsigned
    /// Place among `SchedulePolicy.allCases`.
    let policy: Unsigned
    /// Chunks of the longest sequence under `fixedSplit`, at least 1.
    let splits: Unsigned
    /// `streamK` cuts after equal numbers of keys instead of tiles.
    let byKeys: Bit

    static func shape(_ lane: PrefillConfiguration) -> Shape<ClusterLaunch> {
        Shape { fields in
            func unsigned(_ bits: Int) -> Unsigned { fields.make(.unsigned(bits)) }
            return ClusterLaunch(
                settings: fields.make(LaunchSettings.shape(lane)), lanes: unsigned(LaneRange.laneBits),
                heads: unsigned(OutputID.headBits), policy: unsigned(2), splits: unsigned(OutputID.sequenceBits),
                byKeys: fields.make(.bit))
        }
    }
}

/// What a launch asked for beyond what there is; it is carried out with the most that there is.
struct LaunchFault: Bundle {
    /// More lanes than are built, rows than a group may have, keys of a tile than its buffer holds.
    let lanes: Bit
    let rows: Bit
    let tileSize: Bit
    /// No splits, under a fixed split: there is one.
    let splits: Bit
    /// A sequence beyond the maximum; said for each.
    let context: Bit

    static var shape: Shape<LaunchFault> {
        Shape { LaunchFault(
            lanes: $0.make(.bit), rows: $0.make(.bit), tileSize: $0.make(.bit), splits: $0.make(.bit), context: $0.make(.bit)) }
    }
}

/// One sequence of a launch.
struct SequenceEntry: Bundle {
    /// Its context, 0 ... maximumContext.
    let keys: Unsigned
    /// Byte addresses of the planes of head 0.
    let keyMSBAddress: Unsigned
    let keyLSBAddress: Unsigned
    let valueAddress: Unsigned

    static func shape(_ lane: LaneConfiguration) -> Shape<SequenceEntry> {
        Shape { fields in
            func unsigned(_ bits: Int) -> Unsigned { fields.make(.unsigned(bits)) }
            return SequenceEntry(
                keys: unsigned(lane.contextBits), keyMSBAddress: unsigned(MemoryPort.addressBits),
                keyLSBAddress: unsigned(MemoryPort.addressBits), valueAddress: unsigned(MemoryPort.addressBits))
        }
    }
}

/// An entry of the table of sequences, which every lane has a copy of: two banks, for launches in turn.
struct SequenceWrite: Bundle {
    let bank: Bit
    let sequence: Unsigned
    let entry: SequenceEntry

    static func shape(_ lane: LaneConfiguration) -> Shape<SequenceWrite> {
        Shape { SequenceWrite(
            bank: $0.make(.bit), sequence: $0.make(.unsigned(OutputID.sequenceBits)),
            entry: $0.make(SequenceEntry.shape(lane))) }
    }
}

/// A tile of a launch, or the end of all: tiles are ordered by head, then by sequence, then by position.
struct TilePointer: Bundle {
    /// One behind the last head at the end of all.
    let head: Unsigned
    let sequence: Unsigned
    let tile: Unsigned

    static func shape(_ lane: LaneConfiguration) -> Shape<TilePointer> {
        Shape { TilePointer(
            head: $0.make(.unsigned(OutputID.headBits + 1)), sequence: $0.make(.unsigned(OutputID.sequenceBits)),
            tile: $0.make(.unsigned(LaneRange.tileBits(lane)))) }
    }
}

/// What a lane does in a launch: the tiles from `first` up to `end`.
struct LaneRange: Bundle {
    let first: TilePointer
    let end: TilePointer
    /// Bytes from the planes of head 0 to those of the first tile's head.
    let keyMSBOffset: Unsigned
    let keyLSBOffset: Unsigned
    let valueOffset: Unsigned
    /// Which of two launches in turn; the bank of the table.
    let epoch: Bit
    let settings: LaunchSettings

    static func shape(_ lane: PrefillConfiguration) -> Shape<LaneRange> {
        Shape { fields in
            func address() -> Unsigned { fields.make(.unsigned(MemoryPort.addressBits)) }
            return LaneRange(
                first: fields.make(TilePointer.shape(lane.lane)), end: fields.make(TilePointer.shape(lane.lane)),
                keyMSBOffset: address(), keyLSBOffset: address(), valueOffset: address(), epoch: fields.make(.bit),
                settings: fields.make(LaunchSettings.shape(lane)))
        }
    }

    static let laneBits = bitsToIndex(ClusterConfiguration.maximumLanes)
    /// Counts the tiles of a sequence.
    static func tileBits(_ lane: LaneConfiguration) -> Int { lane.contextBits - ceilLog2(RowSettings.tileSizes[0]) }
}

/// The tiles of one output that a lane works on, one behind another.
struct LeanSegment: Bundle {
    let output: OutputID
    /// Positions `first ..< end`; none in a segment that only hands on what its neighbours have.
    let first: Unsigned
    let end: Unsigned
    /// It begins the output: the lane is its host. And it ends the output. Both: no other lane has a part in it.
    let opens: Bit
    let closes: Bit
    let epoch: Bit
    /// Byte addresses of the planes of the output's head.
    let keyMSBAddress: Unsigned
    let keyLSBAddress: Unsigned
    let valueAddress: Unsigned
    let settings: LaunchSettings

    static func shape(_ lane: PrefillConfiguration) -> Shape<LeanSegment> {
        Shape { fields in
            func position() -> Unsigned { fields.make(.unsigned(lane.lane.contextBits)) }
            func address() -> Unsigned { fields.make(.unsigned(MemoryPort.addressBits)) }
            func bit() -> Bit { fields.make(.bit) }
            return LeanSegment(
                output: fields.make(OutputID.shape), first: position(), end: position(), opens: bit(), closes: bit(),
                epoch: bit(), keyMSBAddress: address(), keyLSBAddress: address(), valueAddress: address(),
                settings: fields.make(LaunchSettings.shape(lane)))
        }
    }
}

/// Whose state it is, and what part of it. The same in all beats of a message, which has the states of all rows of a group.
struct PartialTag: Bundle {
    let output: OutputID
    let opens: Bit
    let closes: Bit
    let epoch: Bit
    /// The first lane that has a part in it.
    let lane: Unsigned
    /// Rows of the group, less one.
    let rows: Unsigned
    let valueBits: Unsigned
    /// A lane was asked for what cannot be, in some part of it; only of rows that are reported.
    let fault: Bit?

    static func shape(_ lane: PrefillConfiguration, reports: Bool = false) -> Shape<PartialTag> {
        Shape { PartialTag(
            output: $0.make(OutputID.shape), opens: $0.make(.bit), closes: $0.make(.bit), epoch: $0.make(.bit),
            lane: $0.make(.unsigned(LaneRange.laneBits)), rows: $0.make(.unsigned(lane.slotBits)),
            valueBits: $0.make(.unsigned(formatBits)), fault: reports ? $0.make(.bit) : nil) }
    }
}

extension PartialTag {
    /// Of a lane's segment.
    init(_ segment: LeanSegment, lane: Unsigned) {
        self.init(
            output: segment.output, opens: segment.opens, closes: segment.closes, epoch: segment.epoch, lane: lane,
            rows: segment.settings.rows, valueBits: segment.settings.valueBits, fault: nil)
    }

    /// The same of a row that is reported.
    func reported(fault: Bit) -> PartialTag {
        PartialTag(
            output: output, opens: opens, closes: closes, epoch: epoch, lane: lane, rows: rows, valueBits: valueBits, fault: fault)
    }
}

/// Some elements of one row's partial state; `stateBeats` of them a row, and one of masses if rows are reported; the rows of a
/// group in order.
struct PartialBeat: Bundle {
    let tag: PartialTag
    let state: StateBeat
    /// The last beat of the message.
    let last: Bit

    static func shape(_ lane: PrefillConfiguration, reports: Bool = false) -> Shape<PartialBeat> {
        Shape { PartialBeat(
            tag: $0.make(PartialTag.shape(lane, reports: reports)), state: $0.make(StateBeat.shape(lane.lane)), last: $0.make(.bit)) }
    }
}
