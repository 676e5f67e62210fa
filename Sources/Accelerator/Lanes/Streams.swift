import Blocks
import Configuration
import FixedPoint
import RTL

// Payloads of the streams between the units of a lane. A beat carries `slots` keys side by side when the arrays are
// wider than the head, and a key takes `steps` beats when they are narrower.

/// One vector of key elements for the Q.K array.
struct KeyBeat: Bundle {
    /// `multipliers` elements, signed 12 bits.
    let elements: Vector<Signed>
    /// Which slots hold a key; none for the one beat of an empty row.
    let occupied: Vector<Bit>
    /// The last key of its tile is in this beat.
    let tileLast: Bit
    /// The last key of its row is in this beat.
    let rowLast: Bit

    static func shape(_ lane: LaneConfiguration) -> Shape<KeyBeat> {
        Shape { KeyBeat(
            elements: $0.make(.vector(lane.multipliers, signed: NumericFormats.keyBits)),
            occupied: $0.make(.bits(lane.slots)), tileLast: $0.make(.bit), rowLast: $0.make(.bit)) }
    }
}

/// The scores of one beat: exact integers from `QueryKeyUnit`, base-2 fixed point after `ScoreScaler`.
struct ScoreBeat: Bundle {
    let scores: Vector<Signed>
    let occupied: Vector<Bit>
    let tileLast: Bit
    let rowLast: Bit

    static func shape(_ lane: LaneConfiguration, bits: Int) -> Shape<ScoreBeat> {
        Shape { ScoreBeat(
            scores: $0.make(.vector(lane.slots, signed: bits)),
            occupied: $0.make(.bits(lane.slots)), tileLast: $0.make(.bit), rowLast: $0.make(.bit)) }
    }
}

/// The softmax weights of one beat, relative to 2^reference.
struct WeightBeat: Bundle {
    /// Unsigned, 20 fractional bits; 0 in an unoccupied slot.
    let weights: Vector<Unsigned>
    /// The tile's integer reference.
    let reference: Signed
    /// The beat holds at least one key, so a value vector belongs to it.
    let occupied: Bit
    let tileLast: Bit
    let rowLast: Bit

    static func shape(_ lane: LaneConfiguration) -> Shape<WeightBeat> {
        Shape { WeightBeat(
            weights: $0.make(.vector(lane.slots, unsigned: NumericFormats.weightBits)),
            reference: $0.make(.signed(NumericFormats.referenceBits)),
            occupied: $0.make(.bit), tileLast: $0.make(.bit), rowLast: $0.make(.bit)) }
    }
}

/// Some of the output sums of one tile; `beats(of:)` of them make the leaf.
struct LeafBeat: Bundle {
    /// The tile held a key.
    let occupied: Bit
    let reference: Signed
    let weightSum: Unsigned
    /// The next `mergeElements` elements of the un-normalised output, signed.
    let outputSums: Vector<Signed>
    let rowLast: Bit

    /// - Parameter tileKeys: the most keys a tile can hold.
    static func shape(_ lane: LaneConfiguration, tileKeys: Int = NumericFormats.maximumTileKeys) -> Shape<LeafBeat> {
        Shape { LeafBeat(
            occupied: $0.make(.bit), reference: $0.make(.signed(NumericFormats.referenceBits)),
            weightSum: $0.make(.unsigned(NumericFormats.tileWeightSumBits(keys: tileKeys))),
            outputSums: $0.make(.vector(lane.mergeElements, signed: NumericFormats.tileOutputSumBits(keys: tileKeys))),
            rowLast: $0.make(.bit)) }
    }
}

/// A partial state of the two-class merge, `mergeElements` elements a beat. The scalar fields repeat in every beat.
struct StateBeat: Bundle {
    /// Some key has entered the state.
    let occupied: Bit
    /// The highest class seen: reference >> 5.
    let highestClass: Signed
    /// Weight sums of the highest class and of the one below, unsigned.
    let weightSum: Unsigned
    let weightSumBelow: Unsigned
    /// Output sums of the highest class and of the one below, signed.
    let outputSums: Vector<Signed>
    let outputSumsBelow: Vector<Signed>

    static func shape(_ lane: LaneConfiguration) -> Shape<StateBeat> {
        let weightBits = NumericFormats.stateWeightSumBits(maximumContext: lane.maximumContext)
        let outputBits = NumericFormats.stateOutputSumBits(maximumContext: lane.maximumContext)
        return Shape { StateBeat(
            occupied: $0.make(.bit), highestClass: $0.make(.signed(NumericFormats.classBits)),
            weightSum: $0.make(.unsigned(weightBits)), weightSumBelow: $0.make(.unsigned(weightBits)),
            outputSums: $0.make(.vector(lane.mergeElements, signed: outputBits)),
            outputSumsBelow: $0.make(.vector(lane.mergeElements, signed: outputBits))) }
    }
}

extension LaneConfiguration {
    /// Beats that carry the `headSize` elements of a leaf, of a state.
    var stateBeats: Int { headSize / mergeElements }

    /// Beats of a state; of a row that is reported with those of its masses.
    func stateBeats(reports: Bool) -> Int { stateBeats + (reports ? LeafCompletion.massBeats : 0) }
}
