import Accelerator
import Configuration
import GoldenModel
import TestSupport
import Testing
import UnitScenarios
import Verification

@Suite struct MergeTests {
    private static let lane = LaneConfiguration(headSize: 32, multipliers: 32)

    @Test(arguments: lanes) func pairs(lane: LaneConfiguration) throws {
        let run = try UnitScenario.mergeUnit(lane, TestSeed.generator(#function)).runAll()
        let pairs = run["pair"].cycles
        #expect(run["merged"].cycles == pairs.map { $0 + Accelerator.MergeUnit.latency })
        #expect(pairs == Array(pairs[0]..<pairs[0] + pairs.count))
    }

    /// Every tree and order over six leaves: each subset is merged from each of its ordered splits, out of the states of
    /// the two parts, and they all agree with the golden merge; so do all trees, which are made of such steps.
    @Test(arguments: [[0, 0, 0, 0, 0, 0], [0, 1, 31, 32, 33, 64], [-33, -32, -1, 0, 31, 32], [0, 32, 64, 96, 128, 160],
                      [-64, 0, 33, 64, 65, 127], [5, 37, 36, 69, 4, 68], [-2048, 2047, -2016, 2015, 2016, -2017]])
    func everyTree(references: [Int]) throws {
        var random = TestSeed.generator("\(references)")
        let leaves = references.map { MergeUnit.state(of: leaf($0, Self.lane, &random)) }
        let all = (1 << leaves.count) - 1
        var golden: [Int: PartialState] = [:]
        for set in 1...all {
            golden[set] = leaves.indices.filter { set >> $0 & 1 == 1 }.map { leaves[$0] }
                .reduce(.empty(headSize: Self.lane.headSize), MergeUnit.merge)
        }
        let splits = (1...all).flatMap { set in (1..<set).filter { $0 & set == $0 }.map { (part: $0, rest: set ^ $0) } }
        for split in splits {
            #expect(MergeUnit.merge(golden[split.part]!, golden[split.rest]!) == golden[split.part | split.rest]!)
        }
        let pairs = splits.map { (golden[$0.part]!, golden[$0.rest]!) }
        try UnitScenario.mergeUnit(Self.lane, pairs: pairs).run(.random(seed: random.next()))
    }

    /// Random trees over many leaves, with invalid states among them.
    @Test(arguments: 0..<4) func randomTrees(seed: Int) throws {
        var random = TestSeed.generator("tree \(seed)")
        let leaves = (0..<300).map { _ -> PartialState in
            if random.below(10) == 0 { return .empty(headSize: 32) }
            return MergeUnit.state(of: leaf(random.number(in: -70...70), Self.lane, &random))
        }
        let golden = leaves.dropFirst().reduce(leaves[0], MergeUnit.merge)
        var states = leaves
        while states.count > 1 {
            states = random.shuffled(states)
            let count = max(1, random.below(states.count / 2 + 1))
            let pairs = (0..<count).map { pair in (states[2 * pair], states[2 * pair + 1]) }
            // The hardware must merge each pair as the golden model does, so it can go on with the golden states.
            try UnitScenario.mergeUnit(Self.lane, pairs: pairs).run(.random(seed: random.next()))
            states.removeFirst(2 * count)
            states = pairs.map { MergeUnit.merge($0.0, $0.1) } + states
        }
        #expect(states[0] == golden)
    }
}
