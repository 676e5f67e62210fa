import Accelerator
import Configuration
import FixedPoint
import GoldenModel
import SeededRandom
import TestSupport
import Testing
import Verification

@Suite struct MergeTests {
    private static let lane = LaneConfiguration(headSize: 32, multipliers: 32)
    private static let gaps = [0, 1, 31, 32, 33, 63, 64, 65, 96, 500]

    /// Every pair of gaps around every kind of reference, both ways round, against the golden merge.
    @Test(arguments: lanes) func pairs(lane: LaneConfiguration) throws {
        var random = TestSeed.generator(#function)
        var pairs: [(PartialState, PartialState)] = []
        for base in [-2048, -65, -64, -33, -32, -31, -1, 0, 1, 31, 32, 1000] {
            for gap in Self.gaps where base + gap <= 2047 {
                let low = MergeUnit.state(of: leaf(base, lane, &random)), high = MergeUnit.state(of: leaf(base + gap, lane, &random))
                pairs += [(low, high), (high, low)]
            }
        }
        let empty = PartialState.empty(headSize: lane.headSize)
        let one = MergeUnit.state(of: leaf(-7, lane, &random))
        pairs += [(empty, empty), (empty, one), (one, empty)]
        for timing in timings("pair", "merged") {
            let merged = try merge(pairs, lane, timing)
            #expect(difference(merged, pairs.map { MergeUnit.merge($0.0, $0.1) }) == nil)
        }
    }

    /// Every tree and order over six leaves: each subset is merged from each of its ordered splits, out of the states of
    /// the two parts, and they all agree with the golden merge; so do all trees, which are made of such steps.
    @Test(arguments: [[0, 0, 0, 0, 0, 0], [0, 1, 31, 32, 33, 64], [-33, -32, -1, 0, 31, 32], [0, 32, 64, 96, 128, 160],
                      [-64, 0, 33, 64, 65, 127], [5, 37, 36, 69, 4, 68], [-2048, 2047, -2016, 2015, 2016, -2017]])
    func everyTree(references: [Int]) throws {
        var random = TestSeed.generator("\(references)")
        let leaves = references.map { MergeUnit.state(of: leaf($0, Self.lane, &random)) }
        let all = (1 << leaves.count) - 1
        var states: [Int: PartialState] = [:]
        for (index, leaf) in leaves.enumerated() { states[1 << index] = leaf }
        for size in 2...leaves.count {
            let splits = (1...all).filter { $0.nonzeroBitCount == size }.flatMap { set in
                (1..<set).filter { $0 & set == $0 }.map { (set: set, part: $0) }
            }
            let merged = try merge(
                splits.map { (states[$0.part]!, states[$0.set ^ $0.part]!) }, Self.lane, .random(seed: random.next()))
            for (split, state) in zip(splits, merged) {
                let golden = leaves.indices.filter { split.set >> $0 & 1 == 1 }.map { leaves[$0] }
                    .reduce(.empty(headSize: Self.lane.headSize), MergeUnit.merge)
                #expect(state == golden, "leaves \(String(split.part, radix: 2)) of \(String(split.set, radix: 2))")
                states[split.set] = golden
            }
        }
    }

    /// Random trees over many leaves, with invalid states among them.
    @Test(arguments: 0..<4) func randomTrees(seed: Int) throws {
        var random = TestSeed.generator("tree \(seed)")
        let leaves = (0..<300).map { _ in
            random.below(10) == 0 ? PartialState.empty(headSize: 32)
                : MergeUnit.state(of: leaf(random.number(in: -70...70), Self.lane, &random))
        }
        let golden = leaves.dropFirst().reduce(leaves[0], MergeUnit.merge)
        var states = leaves
        while states.count > 1 {
            for last in stride(from: states.count - 1, to: 0, by: -1) { states.swapAt(last, random.below(last + 1)) }
            let pairs = max(1, random.below(states.count / 2 + 1))
            states = try merge((0..<pairs).map { (states[2 * $0], states[2 * $0 + 1]) }, Self.lane, .random(seed: random.next()))
                + states[(2 * pairs)...]
        }
        #expect(states[0] == golden)
    }

    @Test func latency() throws {
        let bench = try bench(Accelerator.MergeUnit(lane: Self.lane))
        var random = TestSeed.generator(#function)
        let state = MergeUnit.state(of: leaf(3, Self.lane, &random))
        let (pairs, merged) = try connect(bench, [(state, state), (state, state)], Self.lane)
        try bench.run()
        #expect(merged.cycles == pairs.cycles.map { $0 + Accelerator.MergeUnit.latency })
        #expect(pairs.cycles == Array(pairs.cycles[0]..<pairs.cycles[0] + pairs.cycles.count))
    }

    /// The pairs merged in hardware.
    private func merge(
        _ pairs: [(PartialState, PartialState)], _ lane: LaneConfiguration, _ timing: StreamTiming
    ) throws -> [PartialState] {
        let bench = try bench(Accelerator.MergeUnit(lane: lane), timing)
        let merged = try connect(bench, pairs, lane).merged
        try bench.run()
        return try pairs.indices.map { pair in
            try #require(.joined(merged.items[pair * lane.stateBeatCount..<(pair + 1) * lane.stateBeatCount]),
                         "the beats of a state disagree")
        }
    }

    private func connect(
        _ bench: StreamTestBench, _ pairs: [(PartialState, PartialState)], _ lane: LaneConfiguration
    ) throws -> (pairs: StreamTestBench.Transfers<(pair: Int, beat: Int)>, merged: StreamTestBench.Transfers<StateBeatItem>) {
        let beats = pairs.indices.flatMap { pair in (0..<lane.stateBeatCount).map { (pair: pair, beat: $0) } }
        let sent = try bench.send(beats, to: "pair") { port in
            let left = try StateBeatFields(port, "left_", lane), right = try StateBeatFields(port, "right_", lane)
            return { item in
                let noise = UInt64(item.pair * 31 + item.beat) &* 0x9e37_79b9
                left.write(pairs[item.pair].0, beat: item.beat, lane, noise: noise)
                right.write(pairs[item.pair].1, beat: item.beat, lane, noise: ~noise)
            }
        }
        let merged = try bench.receive(beats.count, from: "merged") { port in
            let state = try StateBeatFields(port, "", lane)
            return { state.read() }
        }
        return (sent, merged)
    }
}

/// A leaf with random sums, the largest often.
func leaf(_ reference: Int, _ lane: LaneConfiguration, _ random: inout SeededGenerator) -> TileLeaf {
    // The largest score weighs a half at least.
    let least = 1 << (NumericFormats.weightFractionBits - 1)
    return TileLeaf(
        reference: reference, weightSum: UInt32(random.number(in: least...1 << (NumericFormats.tileWeightSumBits - 1))),
        outputSums: (0..<lane.headSize).map { _ in Int64(random.code(NumericFormats.tileOutputSumBits)) })
}
