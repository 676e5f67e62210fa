import GoldenModel
import SeededRandom
import Testing

@Suite("Merge unit")
struct MergeUnitTests {
    static let headSize = 2

    static func leaf(reference: Int, random: inout SeededGenerator) -> TileLeaf {
        TileLeaf(
            reference: reference,
            weightSum: UInt64.random(in: 1 << 19...1 << 30, using: &random),
            outputSums: (0..<headSize).map { _ in Int64.random(in: -(1 << 41)...(1 << 41) - 1, using: &random) })
    }

    /// The state as the page defines it: a function of the set of leaves.
    static func definition(_ leaves: [TileLeaf]) -> PartialState {
        let classes = leaves.map { Int((Double($0.reference) / 32).rounded(.down)) }
        guard let highest = classes.max() else { return .empty(headSize: headSize) }
        func sum<Sum: FixedWidthInteger>(_ wanted: Int, _ part: (TileLeaf) -> Sum) -> Sum {
            zip(leaves, classes).reduce(0) { total, entry in
                entry.1 == wanted ? total + part(entry.0) * (1 << Sum(entry.0.reference - 32 * wanted)) : total
            }
        }
        return PartialState(
            isValid: true, stateClass: highest,
            upperWeightSum: sum(highest) { UInt128($0.weightSum) },
            lowerWeightSum: sum(highest - 1) { UInt128($0.weightSum) },
            upperOutputSums: (0..<headSize).map { element in sum(highest) { Int128($0.outputSums[element]) } },
            lowerOutputSums: (0..<headSize).map { element in sum(highest - 1) { Int128($0.outputSums[element]) } })
    }

    /// Every state that some order and some binary tree over `leaves` gives.
    ///
    /// By subsets: the states of a set are the merges of a state of a part with one of the rest, over all parts.
    static func statesOfAllTrees(_ leaves: [TileLeaf]) -> [PartialState] {
        var states = [[PartialState]](repeating: [], count: 1 << leaves.count)
        for set in 1..<1 << leaves.count {
            if set.nonzeroBitCount == 1 {
                states[set] = [MergeUnit.state(of: leaves[set.trailingZeroBitCount])]
                continue
            }
            var part = (set - 1) & set
            while part != 0 {
                for a in states[part] {
                    for b in states[set ^ part] {
                        let merged = MergeUnit.merge(a, b)
                        if !states[set].contains(merged) { states[set].append(merged) }
                    }
                }
                part = (part - 1) & set
            }
        }
        return states[(1 << leaves.count) - 1]
    }

    @Test("one state for every order and every tree of up to 6 leaves", arguments: [-2048, -97, -64, -33, -1, 0, 5, 31])
    func allTrees(lowest: Int) {
        let gaps = [0, 1, 31, 32, 33, 64, 200]
        var random = SeededGenerator(seed: UInt64(bitPattern: Int64(lowest)))
        for count in 1...6 {
            var combinations = 1
            for _ in 1..<count { combinations *= gaps.count }
            // Six leaves have 7^5 combinations of gaps; every seventh, a different seventh for each lowest reference.
            let step = count == 6 ? 7 : 1
            for combination in stride(from: abs(lowest) % step, to: combinations, by: step) {
                var reference = lowest
                var rest = combination
                var leaves = [Self.leaf(reference: reference, random: &random)]
                for _ in 1..<count {
                    reference += gaps[rest % gaps.count]
                    rest /= gaps.count
                    leaves.append(Self.leaf(reference: reference, random: &random))
                }
                #expect(Self.statesOfAllTrees(leaves) == [Self.definition(leaves)])
            }
        }
    }

    @Test("random trees over 1,000 leaves", arguments: 0..<12)
    func randomTrees(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        let spread = [0, 10, 40, 100, 700, 2047][Int(seed) % 6]
        let leaves = (0..<1000).map { _ in
            Self.leaf(reference: Int.random(in: -spread...spread, using: &random), random: &random)
        }
        let expected = Self.definition(leaves)
        for _ in 0..<5 {
            var states = leaves.map { MergeUnit.state(of: $0) } + [.empty(headSize: Self.headSize)]
            while states.count > 1 {
                let a = states.swapRemove(at: Int.random(in: states.indices, using: &random))
                let b = states.swapRemove(at: Int.random(in: states.indices, using: &random))
                states.append(MergeUnit.merge(a, b))
            }
            #expect(states == [expected])
        }
    }

    @Test("sums of the largest context fill their widths and no more")
    func widths() {
        // 2^19 keys of the largest weight and the most negative value, at the highest place in the class.
        let leaf = TileLeaf(reference: 31, weightSum: 1 << 30, outputSums: [-(1 << 41), (1 << 30) * 2047])
        var state = MergeUnit.state(of: leaf)
        for _ in 0..<9 { state = MergeUnit.merge(state, state) }
        #expect(state.upperWeightSum == UInt128(1) << 70)
        #expect(state.upperOutputSums[0] == -(Int128(1) << 81))
        #expect(state.upperOutputSums[1] < Int128(1) << 81)
    }

    @Test("the empty state is neutral")
    func neutral() {
        var random = SeededGenerator(seed: 1)
        let empty = PartialState.empty(headSize: Self.headSize)
        let state = MergeUnit.state(of: Self.leaf(reference: -40, random: &random))
        #expect(MergeUnit.merge(empty, state) == state && MergeUnit.merge(state, empty) == state)
        #expect(MergeUnit.merge(empty, empty) == empty)
        #expect(state.stateClass == -2 && !empty.isValid)
    }
}

extension Array {
    fileprivate mutating func swapRemove(at index: Int) -> Element {
        swapAt(index, count - 1)
        return removeLast()
    }
}
