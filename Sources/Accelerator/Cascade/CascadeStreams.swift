import Blocks
import Configuration
import FixedPoint
import RTL

// What the host and a `CascadeController` tell each other.

/// What is to be done.
enum CascadeOperation: Int, CaseIterable {
    /// One iteration of a sequence: its jobs and queries follow.
    case iterate
    /// The sequence's state to the `saved` stream.
    case save
    /// Another sequence's state from the `restored` stream.
    case restore
}

/// How a command ended.
package enum CascadeStatus: Int, CaseIterable, Sendable {
    case done
    /// No token, more than the lane can hold, or fewer than the sequence already had.
    case context
    /// No layer.
    case layers
    /// No head, or more than there is room for.
    case heads
    /// The state that was given is no state; there is none now.
    case state
}

/// The keep ratios of the layers, 16 fractional bits: 1 for the first ones, then on a line.
struct RatioSchedule: Bundle {
    /// Layers that keep everything.
    let unpruned: Unsigned
    let start: Unsigned
    let step: Signed

    static var shape: Shape<RatioSchedule> {
        Shape { RatioSchedule(
            unpruned: $0.make(.unsigned(layerBits)), start: $0.make(.unsigned(ratioBits)), step: $0.make(.signed(ratioBits + 1))) }
    }
}

/// Counts layers.
let layerBits = 8
/// A ratio of 0 ... 2^16.
let ratioBits = 17
let ratioFractionBits = 16
/// Counts heads, also more than there can be.
let headCountBits = 8

struct CascadeCommand: Bundle {
    /// Place among `CascadeOperation`, 3 is as `iterate`; the rest belongs to that.
    let operation: Unsigned
    let context: Unsigned
    let isNewSequence: Bit
    let layers: Unsigned
    let heads: Unsigned
    /// Place among `ImportanceMode`.
    let mode: Unsigned
    /// Protected tokens at the beginning and at the end of the context.
    let sink: Unsigned
    let recent: Unsigned
    let tokenRatio: RatioSchedule
    let headRatio: RatioSchedule

    static func shape(_ configuration: SpAttenConfiguration) -> Shape<CascadeCommand> {
        Shape { fields in
            func unsigned(_ bits: Int) -> Unsigned { fields.make(.unsigned(bits)) }
            return CascadeCommand(
                operation: unsigned(2), context: unsigned(configuration.lane.contextBits), isNewSequence: fields.make(.bit),
                layers: unsigned(layerBits), heads: unsigned(headCountBits), mode: unsigned(2),
                sink: unsigned(configuration.rowKeyBits), recent: unsigned(configuration.rowKeyBits),
                tokenRatio: fields.make(RatioSchedule.shape), headRatio: fields.make(RatioSchedule.shape))
        }
    }
}

/// A row that the lane will see if its head stays.
struct CascadeJob: Bundle {
    /// The controller sets the range, the list and whether the row accumulates.
    let job: SpAttenJob
    /// In proportion to the head's value scale; 16 fractional bits.
    let headScale: Unsigned

    static func shape(_ lane: LaneConfiguration) -> Shape<CascadeJob> {
        Shape { CascadeJob(job: $0.make(SpAttenJob.shape(lane)), headScale: $0.make(.unsigned(16))) }
    }
}

/// A row that was not computed: its output is zeros.
struct SkippedRow: Bundle {
    let layer: Unsigned
    let head: Unsigned

    static var shape: Shape<SkippedRow> {
        Shape { SkippedRow(layer: $0.make(.unsigned(layerBits)), head: $0.make(.unsigned(headCountBits))) }
    }
}

/// A part of a sequence's state. The first beat has the context in `numbers[0]` and the rows in `numbers[1]`; then come
/// the tokens of the context, a word a beat, with their importance in `numbers`; then all heads, a word a beat, in `numbers`.
/// What is not named is 0.
struct StateWord: Bundle {
    let numbers: Vector<Unsigned>
    let born: Vector<Unsigned>
    let last: Bit

    static func shape(_ configuration: SpAttenConfiguration) -> Shape<StateWord> {
        let lanes = configuration.importanceLanes
        return Shape { StateWord(
            numbers: $0.make(.vector(lanes, unsigned: headImportanceBits)),
            born: $0.make(.vector(lanes, unsigned: rowCountBits)), last: $0.make(.bit)) }
    }
}

/// Tokens to be chosen from.
struct TokenSelection: Bundle {
    /// Tokens of the context, and how many of the candidates stay: at least one, not all.
    let context: Unsigned
    let keep: Unsigned
    /// All tokens are candidates; otherwise those that stayed last.
    let fresh: Bit
    /// Tokens below `sink` and from `recent` on are protected.
    let sink: Unsigned
    let recent: Unsigned
    /// An importance is divided by the rows that the token has seen.
    let divides: Bit
    /// Rows that have accumulated.
    let rows: Unsigned

    static func shape(_ configuration: SpAttenConfiguration) -> Shape<TokenSelection> {
        Shape { fields in
            func count() -> Unsigned { fields.make(.unsigned(configuration.rowKeyBits)) }
            return TokenSelection(
                context: count(), keep: count(), fresh: fields.make(.bit), sink: count(), recent: count(),
                divides: fields.make(.bit), rows: fields.make(.unsigned(rowCountBits)))
        }
    }
}
