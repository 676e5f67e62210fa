import Accelerator
import Configuration
import FixedPoint
import GoldenModel
import RTL
import Simulation
import Verification

// One beat of each stream between the units, with what writes and reads it. Readers blank what has no meaning, so that
// beats can be compared: scores of empty slots, everything of an empty tile or state.

struct KeyItem: Equatable {
    /// One element a multiplier.
    var elements: [Int16]
    var occupied: [Bool]
    var tileLast, rowLast: Bool

    static func writer(_ port: StreamPort) throws -> (KeyItem) -> Void {
        let elements = try port.field("elements"), occupied = try port.field("occupied")
        let tileLast = try port.field("tile_last"), rowLast = try port.field("row_last")
        return { item in
            elements.set(item.elements, width: NumericFormats.keyBits)
            occupied.set(item.occupied.map { $0 ? 1 : 0 }, width: 1)
            tileLast.value = item.tileLast ? 1 : 0
            rowLast.value = item.rowLast ? 1 : 0
        }
    }

    static func reader(_ lane: LaneConfiguration) -> (StreamPort) throws -> () -> KeyItem {
        { port in
            let elements = try port.field("elements"), occupied = try port.field("occupied")
            let tileLast = try port.field("tile_last"), rowLast = try port.field("row_last")
            return {
                KeyItem(elements: elements.elements(width: NumericFormats.keyBits),
                        occupied: occupied.elements(width: 1, as: UInt8.self).map { $0 == 1 },
                        tileLast: tileLast.value == 1, rowLast: rowLast.value == 1).blanked(lane)
            }
        }
    }

    func blanked(_ lane: LaneConfiguration) -> KeyItem {
        var item = self
        for i in elements.indices where !occupied[i * lane.slots / lane.multipliers] { item.elements[i] = 0 }
        return item
    }
}

struct ScoreItem: Equatable {
    var scores: [Int32]
    var occupied: [Bool]
    var tileLast, rowLast: Bool

    static func writer(bits: Int) -> (StreamPort) throws -> (ScoreItem) -> Void {
        { port in
            let scores = try port.field("scores"), occupied = try port.field("occupied")
            let tileLast = try port.field("tile_last"), rowLast = try port.field("row_last")
            return { item in
                scores.set(item.scores, width: bits)
                occupied.set(item.occupied.map { $0 ? 1 : 0 }, width: 1)
                tileLast.value = item.tileLast ? 1 : 0
                rowLast.value = item.rowLast ? 1 : 0
            }
        }
    }

    static func reader(bits: Int) -> (StreamPort) throws -> () -> ScoreItem {
        { port in
            let scores = try port.field("scores"), occupied = try port.field("occupied")
            let tileLast = try port.field("tile_last"), rowLast = try port.field("row_last")
            return {
                ScoreItem(scores: scores.elements(width: bits),
                          occupied: occupied.elements(width: 1, as: UInt8.self).map { $0 == 1 },
                          tileLast: tileLast.value == 1, rowLast: rowLast.value == 1).blanked
            }
        }
    }

    var blanked: ScoreItem {
        var item = self
        for slot in scores.indices where !occupied[slot] { item.scores[slot] = 0 }
        return item
    }
}

struct WeightItem: Equatable {
    var weights: [UInt32]
    var reference: Int
    var occupied: Bool
    var tileLast, rowLast: Bool

    static func writer(_ port: StreamPort) throws -> (WeightItem) -> Void {
        let weights = try port.field("weights"), reference = try port.field("reference")
        let occupied = try port.field("occupied")
        let tileLast = try port.field("tile_last"), rowLast = try port.field("row_last")
        return { item in
            weights.set(item.weights, width: NumericFormats.weightBits)
            reference.value = item.reference
            occupied.value = item.occupied ? 1 : 0
            tileLast.value = item.tileLast ? 1 : 0
            rowLast.value = item.rowLast ? 1 : 0
        }
    }

    static func reader(_ port: StreamPort) throws -> () -> WeightItem {
        let weights = try port.field("weights"), reference = try port.field("reference")
        let occupied = try port.field("occupied")
        let tileLast = try port.field("tile_last"), rowLast = try port.field("row_last")
        return {
            WeightItem(
                weights: weights.elements(width: NumericFormats.weightBits),
                reference: occupied.value == 1 ? reference.value : 0, occupied: occupied.value == 1,
                tileLast: tileLast.value == 1, rowLast: rowLast.value == 1)
        }
    }
}

/// A tile's leaf, or none for the tile of an empty row, in `stateBeats` beats.
struct LeafItem: Equatable {
    var leaf: TileLeaf?
    var rowLast: Bool

    /// One beat: `mergeElements` of the output sums.
    struct Beat: Equatable {
        var occupied: Bool
        var reference: Int
        var weightSum: UInt32
        var outputSums: [Int64]
        var rowLast: Bool
    }

    func beats(_ lane: LaneConfiguration) -> [Beat] {
        (0..<lane.headSize / lane.mergeElements).map { beat in
            let sums = leaf?.outputSums ?? [Int64](repeating: 0, count: lane.headSize)
            return Beat(occupied: leaf != nil, reference: leaf?.reference ?? 0, weightSum: leaf?.weightSum ?? 0,
                        outputSums: Array(sums[beat * lane.mergeElements..<(beat + 1) * lane.mergeElements]),
                        rowLast: rowLast)
        }
    }

    static func writer(_ port: StreamPort) throws -> (Beat) -> Void {
        let occupied = try port.field("occupied"), reference = try port.field("reference")
        let weightSum = try port.field("weight_sum"), outputSums = try port.field("output_sums")
        let rowLast = try port.field("row_last")
        return { beat in
            occupied.value = beat.occupied ? 1 : 0
            reference.value = beat.reference
            weightSum.value = Int(beat.weightSum)
            outputSums.set(beat.outputSums, width: NumericFormats.tileOutputSumBits)
            rowLast.value = beat.rowLast ? 1 : 0
        }
    }

    static func reader(_ port: StreamPort) throws -> () -> Beat {
        let occupied = try port.field("occupied"), reference = try port.field("reference")
        let weightSum = try port.field("weight_sum"), outputSums = try port.field("output_sums")
        let rowLast = try port.field("row_last")
        return {
            let sums: [Int64] = outputSums.elements(width: NumericFormats.tileOutputSumBits)
            let holds = occupied.value == 1
            return Beat(occupied: holds, reference: holds ? reference.value : 0,
                        weightSum: holds ? UInt32(weightSum.value) : 0,
                        outputSums: holds ? sums : sums.map { _ in 0 }, rowLast: rowLast.value == 1)
        }
    }
}

/// A partial state in `stateBeats` beats.
struct StateBeatFields {
    private let occupied, highestClass, weightSum, weightSumBelow, outputSums, outputSumsBelow: PortHandle
    private let weightBits, outputBits: Int

    /// The fields of a state in a stream's payload, behind `prefix`.
    init(_ port: StreamPort, _ prefix: String = "", _ lane: LaneConfiguration) throws {
        occupied = try port.field(prefix + "occupied")
        highestClass = try port.field(prefix + "highest_class")
        weightSum = try port.field(prefix + "weight_sum")
        weightSumBelow = try port.field(prefix + "weight_sum_below")
        outputSums = try port.field(prefix + "output_sums")
        outputSumsBelow = try port.field(prefix + "output_sums_below")
        weightBits = NumericFormats.stateWeightSumBits(maximumContext: lane.maximumContext)
        outputBits = NumericFormats.stateOutputSumBits(maximumContext: lane.maximumContext)
    }

    /// An invalid state's other fields are noise: nothing may depend on them.
    func write(_ state: PartialState, beat: Int, _ lane: LaneConfiguration, noise: UInt64) {
        let elements = beat * lane.mergeElements..<(beat + 1) * lane.mergeElements
        occupied.value = state.isValid ? 1 : 0
        highestClass.value = state.isValid ? state.stateClass : Int(noise & 127)
        weightSum.set([state.isValid ? state.upperWeightSum : UInt128(noise)], width: weightBits)
        weightSumBelow.set([state.isValid ? state.lowerWeightSum : UInt128(noise)], width: weightBits)
        outputSums.set(state.isValid ? Array(state.upperOutputSums[elements]) : elements.map { _ in Int128(noise) },
                       width: outputBits)
        outputSumsBelow.set(state.isValid ? Array(state.lowerOutputSums[elements]) : elements.map { _ in Int128(noise) },
                            width: outputBits)
    }

    func read() -> StateBeatItem {
        let weight: [UInt128] = weightSum.elements(width: weightBits)
        let weightBelow: [UInt128] = weightSumBelow.elements(width: weightBits)
        return StateBeatItem(
            occupied: occupied.value == 1, highestClass: highestClass.value, weightSum: weight[0],
            weightSumBelow: weightBelow[0], outputSums: outputSums.elements(width: outputBits),
            outputSumsBelow: outputSumsBelow.elements(width: outputBits))
    }
}

struct StateBeatItem: Equatable {
    let occupied: Bool
    let highestClass: Int
    let weightSum, weightSumBelow: UInt128
    let outputSums, outputSumsBelow: [Int128]
}

extension PartialState {
    /// The state that `beats` carry; nil if the scalar fields differ between them.
    static func joined(_ beats: ArraySlice<StateBeatItem>) -> PartialState? {
        let first = beats.first!
        let headSize = beats.count * first.outputSums.count
        guard beats.allSatisfy({ $0.occupied == first.occupied }) else { return nil }
        guard first.occupied else { return .empty(headSize: headSize) }
        guard beats.allSatisfy({
            ($0.highestClass, $0.weightSum, $0.weightSumBelow) == (first.highestClass, first.weightSum, first.weightSumBelow)
        }) else { return nil }
        return PartialState(
            isValid: true, stateClass: first.highestClass, upperWeightSum: first.weightSum,
            lowerWeightSum: first.weightSumBelow, upperOutputSums: beats.flatMap(\.outputSums),
            lowerOutputSums: beats.flatMap(\.outputSumsBelow))
    }
}
