import Accelerator
import Configuration
import FixedPoint
import GoldenModel
import SeededRandom
import Verification

extension UnitScenario {
    /// Rows back to back, of tiles whose references lie in all kinds of classes; what one row leaves behind must not enter
    /// the next.
    ///
    /// - Parameter masses: In a lane that prunes, with tiles of `tileKeys` keys.
    package static func stateAccumulator(
        _ lane: LaneConfiguration, masses: Bool = false, tileKeys: Int = NumericFormats.maximumTileKeys, _ random: SeededGenerator
    ) throws -> UnitScenario {
        var random = random
        let elements = lane.headSize + (masses ? GoldenModel.LeafCompletion.masses : 0)
        let sumBits = NumericFormats.tileOutputSumBits(keys: tileKeys)
        // The references of each row's tiles; nil: the empty tile of an empty row.
        let rows: [[Int?]] = [[3], [3], [nil], [0, 32, 64], [64, 32, 0], [-33, -32, -1, 0, 1, 31, 32, 33], [nil], [-2048], [2047],
                              [5, 5, 5, 5], [100, -100], [-100, 100], [nil], [nil], [0]]
        var beats: [LeafItem] = [], states: [PartialState] = []
        for references in rows {
            let leaves = references.map { reference in reference.map { leaf($0, elements: elements, tileKeys: tileKeys, &random) } }
            for (index, leaf) in leaves.enumerated() {
                beats += LeafItem.beats(of: leaf, elements: elements, rowLast: index == leaves.count - 1, lane)
            }
            states.append(leaves.reduce(.empty(headSize: elements)) { state, leaf in
                leaf.map { MergeUnit.merge(state, MergeUnit.state(of: $0)) } ?? state
            })
        }
        let unit = Accelerator.StateAccumulator(lane: lane, tileKeys: tileKeys, extraBeats: masses ? 1 : 0)
        return try UnitScenario(unit) { streams in
            try streams.send(beats, to: "leaf") { try $0.encode(into: $1, bits: sumBits) }
            try streams.expect(states.flatMap { StateItem.beats(of: $0, lane) }, from: "state") { try $0.encode(into: $1, lane) }
        }
    }
}
