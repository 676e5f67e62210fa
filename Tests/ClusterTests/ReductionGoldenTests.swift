import Configuration
import FixedPoint
import Foundation
import GoldenModel
import SeededRandom
import TestSupport
import Testing

/// The golden merge gives the same states and outputs for any number of lanes, one after another or in a tree.
@Suite struct ReductionGoldenTests {
    /// Of an output; a value each is enough to tell orders of merging apart.
    private static let headSize = 2
    private static let outputs = ReductionUnitTests.isComplete ? 1_000_000 : 100_000
    private static let laneCounts = [1, 2, 3, 5, 8, 16, 32]

    /// References far apart and near, of both signs; now and then no leaf at all.
    private func leafState(_ random: inout SeededGenerator) -> PartialState {
        if random.below(16) == 0 { return .empty(headSize: Self.headSize) }
        let reference = random.below(8) == 0 ? random.below(4096) - 2048 : random.below(260) - 130
        return MergeUnit.state(of: TileLeaf(
            reference: reference, weightSum: UInt64(1 << 19 + random.below(1 << 29)),
            outputSums: (0..<Self.headSize).map { _ in Int64(random.below(1 << 42) - 1 << 41) }))
    }

    private func serial(_ states: ArraySlice<PartialState>) -> PartialState {
        states.dropFirst().reduce(states.first!, MergeUnit.merge)
    }

    private func tree(_ states: ArraySlice<PartialState>) -> PartialState {
        guard states.count > 1 else { return states.first! }
        let half = states.startIndex + (states.count + 1) / 2
        return MergeUnit.merge(tree(states[..<half]), tree(states[half...]))
    }

    /// The states of what each of `lanes` lanes has of an output that begins at tile `first` of all.
    private func parts(_ leaves: ArraySlice<PartialState>, first: Int, all: Int, lanes: Int) -> [PartialState] {
        var parts: [PartialState] = [], start = 0
        for lane in 0..<lanes {
            let end = min(leaves.count, (lane + 1) * all / lanes - first)
            guard end > start else { continue }
            parts.append(serial(leaves[leaves.startIndex + start..<leaves.startIndex + end]))
            start = end
        }
        return parts
    }

    @Test("100,000 outputs, a million in the regression") func everyLaneCount() throws {
        var random = TestSeed.generator(#function)
        var done = 0, dropped = 0, compared = 0
        while done < Self.outputs {
            // A launch: outputs of 1 ... 16 tiles, all tiles cut evenly between the lanes.
            let lengths = (0..<40).map { _ in 1 + random.below(16) }
            let leaves = lengths.map { length in (0..<length).map { _ in leafState(&random) } }
            let all = lengths.reduce(0, +)
            var first = 0
            for output in leaves {
                let whole = serial(random.shuffled(output)[...])
                let outputs = Normalizer.outputs(whole, valueFormat: ValueFormat.supported[0])
                if output.contains(where: { $0.isValid && $0.stateClass < whole.stateClass - 1 }) { dropped += 1 }
                for lanes in Self.laneCounts {
                    let parts = parts(output[...], first: first, all: all, lanes: lanes)
                    for merged in parts.count > 1 ? [serial(parts[...]), tree(parts[...])] : [serial(parts[...])] {
                        compared += 1
                        guard merged == whole, Normalizer.outputs(merged, valueFormat: ValueFormat.supported[0]) == outputs else {
                            Issue.record("\(lanes) lanes: \(merged) instead of \(whole)\n\(TestSeed.rerun)")
                            return
                        }
                    }
                }
                first += output.count
            }
            done += lengths.count
        }
        print("\(done) outputs, \(compared) merges of their parts; classes were dropped in \(dropped)")
        #expect(dropped * 4 > done)
    }
}
