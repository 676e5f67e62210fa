import Blocks
import Configuration
import FixedPoint
import RTL

// Payloads of the streams between the units of a lane that prunes. One key a beat throughout (`slots == 1`); scores and
// weights travel in the beats of the dense lane (Streams.swift).

/// One position of a row's list, as the token whose planes are read.
struct TokenBeat: Bundle {
    /// Row of the planes.
    let token: Unsigned
    /// There is a token; clear in a beat that only tells that a row or a block ends whose last position was not kept.
    let occupied: Bit
    /// Nothing of this row follows.
    let rowLast: Bit
    /// Nothing of this block of `blockKeys` list positions follows: what has been asked of the memory must not wait for
    /// neighbours any longer, as the end of a tile may wait for it.
    let blockLast: Bit

    /// The smallest tile, so that every tile ends with a block.
    static let blockKeys = RowSettings.tileSizes[0]

    static func shape(_ lane: LaneConfiguration) -> Shape<TokenBeat> {
        Shape { TokenBeat(
            token: $0.make(.unsigned(bitsToIndex(lane.maximumContext))), occupied: $0.make(.bit), rowLast: $0.make(.bit),
            blockLast: $0.make(.bit)) }
    }
}

/// Whether a position is kept (its LSBs, or its value, are read), one beat a position, in order.
struct DecisionBeat: Bundle {
    let keep: Bit
    let rowLast: Bit

    static var shape: Shape<DecisionBeat> {
        Shape { DecisionBeat(keep: $0.make(.bit), rowLast: $0.make(.bit)) }
    }
}

/// What a row sees of its list.
struct ListRange: Bundle {
    /// The first position, and the one behind the last.
    let first: Unsigned
    let end: Unsigned
    /// Positions are looked up in the kept list; otherwise position t is token t.
    let gathered: Bit
    /// Which of the two lists held.
    let bank: Bit

    static func shape(_ lane: LaneConfiguration) -> Shape<ListRange> {
        Shape { ListRange(
            first: $0.make(.unsigned(lane.contextBits)), end: $0.make(.unsigned(lane.contextBits)), gathered: $0.make(.bit),
            bank: $0.make(.bit)) }
    }
}

/// `multipliers` elements of a row of a plane, as wide as they are going to be.
struct VectorBeat: Bundle {
    /// 12 bits each, element 0 lowest.
    let elements: Unsigned
    /// There are elements; clear in the one beat that ends a row whose last position was not kept.
    let occupied: Bit
    /// Nothing of this row of attention follows.
    let rowLast: Bit

    static func shape(_ lane: LaneConfiguration) -> Shape<VectorBeat> {
        Shape { VectorBeat(
            elements: $0.make(.unsigned(lane.multipliers * NumericFormats.keyBits)), occupied: $0.make(.bit),
            rowLast: $0.make(.bit)) }
    }
}

/// What the selector knows of a tile beyond the sums over its kept keys (Docs/pruning.md 5).
struct TileSums: Bundle {
    /// The tile has a leaf.
    let occupied: Bit
    /// Some value of the tile is kept.
    let keepsValues: Bit
    let reference: Signed
    /// Weight sum of the leaf; sums over the unrefined and over the dropped keys. Unsigned.
    let weightSum: Unsigned
    let unrefinedSum: Unsigned
    let droppedSum: Unsigned
    let rowLast: Bit

    static func shape(_ configuration: SpAttenConfiguration) -> Shape<TileSums> {
        Shape { fields in
            func sum() -> Unsigned { fields.make(.unsigned(configuration.tileWeightSumBits)) }
            return TileSums(
                occupied: fields.make(.bit), keepsValues: fields.make(.bit),
                reference: fields.make(.signed(NumericFormats.referenceBits)),
                weightSum: sum(), unrefinedSum: sum(), droppedSum: sum(), rowLast: fields.make(.bit))
        }
    }
}

extension SpAttenConfiguration {
    /// Weight sum of a tile of up to `maximumRowKeys` keys, unsigned.
    var tileWeightSumBits: Int { NumericFormats.tileWeightSumBits(keys: maximumRowKeys) }
    /// Doubled score of one key, signed.
    var doubledScoreBits: Int { NumericFormats.scoreBits(headSize: lane.headSize) + 1 }
    /// Code of a tile's size in a job: its place in `tileSizes`.
    static var tileSizeBits: Int { 3 }
}
