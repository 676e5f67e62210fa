import Accelerator
import Configuration
import GoldenModel
import SeededRandom
import Verification

extension UnitScenario {
    /// Rows back to back, of tiles whose references lie in all kinds of classes; what one row leaves behind must not enter
    /// the next.
    package static func stateAccumulator(_ lane: LaneConfiguration, _ random: SeededGenerator) throws -> UnitScenario {
        var random = random
        // The references of each row's tiles; nil: the empty tile of an empty row.
        let rows: [[Int?]] = [[3], [3], [nil], [0, 32, 64], [64, 32, 0], [-33, -32, -1, 0, 1, 31, 32, 33], [nil], [-2048], [2047],
                              [5, 5, 5, 5], [100, -100], [-100, 100], [nil], [nil], [0]]
        var beats: [LeafItem] = [], states: [PartialState] = []
        for references in rows {
            let leaves = references.map { reference in reference.map { leaf($0, lane, &random) } }
            for (index, leaf) in leaves.enumerated() {
                beats += LeafItem.beats(of: leaf, rowLast: index == leaves.count - 1, lane)
            }
            states.append(leaves.reduce(.empty(headSize: lane.headSize)) { state, leaf in
                leaf.map { MergeUnit.merge(state, MergeUnit.state(of: $0)) } ?? state
            })
        }
        return try UnitScenario(Accelerator.StateAccumulator(lane: lane)) { streams in
            try streams.send(beats, to: "leaf") { try $0.encode(into: $1) }
            try streams.expect(states.flatMap { StateItem.beats(of: $0, lane) }, from: "state") { try $0.encode(into: $1, lane) }
        }
    }
}
