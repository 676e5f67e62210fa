import Configuration
import FixedPoint
import GoldenModel
import Verification

// One beat of each stream between the units. What means nothing - slots without a key, all of an empty tile - is left
// out, so it is noise where it is sent and not looked at where it is expected.

struct KeyItem {
    /// One element a multiplier.
    var elements: [Int16]
    var occupied: [Bool]
    var tileLast, rowLast: Bool

    func encode(into beat: Beat) throws {
        try beat.set("elements", elements, width: NumericFormats.keyBits,
                     where: elements.indices.map { occupied[$0 * occupied.count / elements.count] })
        try beat.set("occupied", occupied.map { $0 ? 1 : 0 }, width: 1)
        try beat.set("tile_last", tileLast)
        try beat.set("row_last", rowLast)
    }
}

struct ScoreItem {
    /// One a slot; fewer where the last slots hold no key.
    var scores: [Int32]
    var occupied: [Bool]
    var tileLast, rowLast: Bool

    func encode(into beat: Beat, bits: Int) throws {
        let padded = scores + [Int32](repeating: 0, count: occupied.count - scores.count)
        try beat.set("scores", padded, width: bits, where: occupied)
        try beat.set("occupied", occupied.map { $0 ? 1 : 0 }, width: 1)
        try beat.set("tile_last", tileLast)
        try beat.set("row_last", rowLast)
    }
}

struct WeightItem {
    /// One a slot, 0 where it holds no key.
    var weights: [UInt32]
    /// Of the tile; nil: the tile is empty.
    var reference: Int?
    var tileLast, rowLast: Bool

    func encode(into beat: Beat) throws {
        try beat.set("weights", weights, width: NumericFormats.weightBits)
        if let reference { try beat.set("reference", reference) }
        try beat.set("occupied", reference != nil)
        try beat.set("tile_last", tileLast)
        try beat.set("row_last", rowLast)
    }
}

/// Some of the output sums of a tile's leaf; of an empty tile there is none.
struct LeafItem {
    let leaf: TileLeaf?
    let outputSums: ArraySlice<Int64>
    let rowLast: Bool

    /// A leaf beat by beat; zeros fill the last one.
    ///
    /// - Parameter elements: Of the leaf; nil: the head's.
    static func beats(of leaf: TileLeaf?, elements: Int? = nil, rowLast: Bool, _ lane: LaneConfiguration) -> [LeafItem] {
        lane.leafParts(leaf?.outputSums ?? [Int64](repeating: 0, count: elements ?? lane.headSize)).map {
            LeafItem(leaf: leaf, outputSums: $0, rowLast: rowLast)
        }
    }

    func encode(into beat: Beat, bits: Int = NumericFormats.tileOutputSumBits) throws {
        try beat.set("occupied", leaf != nil)
        try beat.set("row_last", rowLast)
        guard let leaf else { return }
        try beat.set("reference", leaf.reference)
        try beat.set("weight_sum", Int(leaf.weightSum))
        try beat.set("output_sums", outputSums, width: bits)
    }
}

/// Some of the elements of a partial state; an invalid one's fields mean nothing.
package struct StateItem {
    let state: PartialState
    /// Which of its beats.
    let beat: Int

    package static func beats(of state: PartialState, _ lane: LaneConfiguration) -> [StateItem] {
        lane.leafParts(state.upperOutputSums).indices.map { StateItem(state: state, beat: $0) }
    }

    /// - Parameter prefix: of the state's fields in the payload.
    package func encode(into out: Beat, prefix: String = "", _ lane: LaneConfiguration) throws {
        try out.set(prefix + "occupied", state.isValid)
        guard state.isValid else { return }
        let weightBits = NumericFormats.stateWeightSumBits(maximumContext: lane.maximumContext)
        let outputBits = NumericFormats.stateOutputSumBits(maximumContext: lane.maximumContext)
        try out.set(prefix + "highest_class", state.stateClass)
        try out.set(prefix + "weight_sum", [state.upperWeightSum], width: weightBits)
        try out.set(prefix + "weight_sum_below", [state.lowerWeightSum], width: weightBits)
        try out.set(prefix + "output_sums", lane.leafParts(state.upperOutputSums)[beat], width: outputBits)
        try out.set(prefix + "output_sums_below", lane.leafParts(state.lowerOutputSums)[beat], width: outputBits)
    }
}

extension LaneConfiguration {
    /// The elements of a leaf or of a state beat by beat; the last one is filled with zeros.
    func leafParts<Element: FixedWidthInteger>(_ elements: [Element]) -> [ArraySlice<Element>] {
        stride(from: 0, to: elements.count, by: mergeElements).map { start in
            let part = elements[start..<min(start + mergeElements, elements.count)]
            return part + [Element](repeating: 0, count: mergeElements - part.count)
        }
    }
}
