import Accelerator
import Configuration
import FixedPoint
import GoldenModel
import SeededRandom
import Verification

extension UnitScenario {
    /// Every pair of gaps around every kind of reference, both ways round, and empty states.
    package static func mergeUnit(
        _ lane: LaneConfiguration, _ random: SeededGenerator, _ extent: Extent = .full
    ) throws -> UnitScenario {
        var random = random
        var pairs: [(PartialState, PartialState)] = []
        for base in extent == .full ? [-2048, -65, -64, -33, -32, -31, -1, 0, 1, 31, 32, 1000] : [-33, 0] {
            for gap in [0, 1, 31, 32, 33, 63, 64, 65, 96, 500] where base + gap <= 2047 {
                let low = MergeUnit.state(of: leaf(base, lane, &random)), high = MergeUnit.state(of: leaf(base + gap, lane, &random))
                pairs += [(low, high), (high, low)]
            }
        }
        let empty = PartialState.empty(headSize: lane.headSize)
        let one = MergeUnit.state(of: leaf(-7, lane, &random))
        pairs += [(empty, empty), (empty, one), (one, empty)]
        // Sums as large as a state can hold: each half full, and one full and the other all but empty.
        for (left, right) in [(1, 1), (0, 40), (40, 0)] {
            for stateClass in [(3, 3), (3, 4), (4, 3)] {
                pairs.append((full(stateClass.0, shift: left, lane, &random), full(stateClass.1, shift: right, lane, &random)))
            }
        }
        return try mergeUnit(lane, pairs: pairs)
    }

    /// A state whose sums lie at the ends of their ranges, shifted right.
    private static func full(
        _ stateClass: Int, shift: Int, _ lane: LaneConfiguration, _ random: inout SeededGenerator
    ) -> PartialState {
        let weight = (UInt128(1) << UInt128(NumericFormats.stateWeightSumBits(maximumContext: lane.maximumContext))) - 1
        let output = (Int128(1) << Int128(NumericFormats.stateOutputSumBits(maximumContext: lane.maximumContext) - 1)) - 1
        // What is full leaves room for what is shifted by 40.
        func part(_ limit: Int128) -> Int128 { shift == 0 ? limit - limit >> 39 : limit >> Int128(shift) }
        func sums() -> [Int128] { (0..<lane.headSize).map { _ in random.flip() ? part(output) : -part(output) } }
        return PartialState(
            isValid: true, stateClass: stateClass, upperWeightSum: UInt128(part(Int128(weight))),
            lowerWeightSum: UInt128(part(Int128(weight))), upperOutputSums: sums(), lowerOutputSums: sums())
    }

    /// Pairs of states and what the golden model merges them to.
    package static func mergeUnit(_ lane: LaneConfiguration, pairs: [(PartialState, PartialState)]) throws -> UnitScenario {
        try UnitScenario(Accelerator.MergeUnit(lane: lane)) { streams in
            let beats = pairs.flatMap { Array(zip(StateItem.beats(of: $0.0, lane), StateItem.beats(of: $0.1, lane))) }
            try streams.send(beats, to: "pair") { pair, beat in
                try pair.0.encode(into: beat, prefix: "left_", lane)
                try pair.1.encode(into: beat, prefix: "right_", lane)
            }
            let merged = pairs.flatMap { StateItem.beats(of: MergeUnit.merge($0.0, $0.1), lane) }
            try streams.expect(merged, from: "merged") { try $0.encode(into: $1, lane) }
        }
    }
}

/// A leaf with random sums, the largest often.
package func leaf(_ reference: Int, _ lane: LaneConfiguration, _ random: inout SeededGenerator) -> TileLeaf {
    // The largest score weighs a half at least.
    let least = 1 << (NumericFormats.weightFractionBits - 1)
    return TileLeaf(
        reference: reference, weightSum: UInt64(random.number(in: least...1 << (NumericFormats.tileWeightSumBits - 1))),
        outputSums: (0..<lane.headSize).map { _ in Int64(random.code(NumericFormats.tileOutputSumBits)) })
}
