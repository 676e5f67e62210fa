import Accelerator
import Configuration
import FixedPoint
import GoldenModel
import TestSupport
import Testing
import Verification

@Suite struct ProbabilityValueTests {
    @Test(arguments: lanes) func leavesOfTilesBackToBack(lane: LaneConfiguration) throws {
        var random = TestSeed.generator(#function)
        let one = 1 << NumericFormats.weightFractionBits
        let rows = [[1], [2], [0], [16, 16, 3], [1], [0], [5, 1, 1, 1], [1024]]
        var weightBeats: [WeightItem] = [], vectors: [[Int16]] = [], expected: [LeafItem.Beat] = []
        for tiles in rows {
            for (tile, keys) in tiles.enumerated() {
                let reference = random.code(12), rowLast = tile == tiles.count - 1
                // A full tile of the largest weights and values fills the sums.
                let weights = (0..<keys).map { _ in UInt32(keys == 1024 ? one : random.number(in: 0...one)) }
                let values = keys == 1024 ? [Int16](repeating: -2048, count: keys * lane.headSize)
                    : random.codes(keys * lane.headSize, bits: 12)
                weightBeats += lane.beats(tiles: [keys]) { range, occupied, tileLast, _ in
                    WeightItem(weights: Array(weights[range]) + [UInt32](repeating: 0, count: lane.slots - range.count),
                               reference: reference, occupied: keys > 0, tileLast: tileLast, rowLast: tileLast && rowLast)
                }
                vectors += lane.vectors(of: values, padding: 1234)
                let leaf = keys == 0 ? nil : TileLeaf(
                    reference: reference, weightSum: weights.reduce(0, +),
                    outputSums: ProbabilityValueUnit.outputSums(weights: weights, values: values, headSize: lane.headSize))
                expected += LeafItem(leaf: leaf, rowLast: rowLast).beats(lane)
            }
        }
        for timing in timings("weights", "values", "leaf") {
            let bench = try bench(Accelerator.ProbabilityValueUnit(lane: lane), timing)
            let weights = try bench.send(weightBeats, to: "weights", WeightItem.writer)
            let values = try bench.send(vectors, to: "values") { port in
                let field = try port.field("")
                return { field.set($0, width: NumericFormats.valueBits) }
            }
            let leaves = try bench.receive(expected.count, from: "leaf", LeafItem.reader)
            try bench.run()
            #expect(difference(leaves.items, expected) == nil)
            if timing.isSteady {
                #expect(leaves.cycles[0] - weights.cycles[0] == Accelerator.ProbabilityValueUnit.latency)
                // A vector a cycle, once the short tiles before have left.
                let last = values.cycles.suffix(1024 * lane.steps / lane.slots - 64)
                #expect(last.last! - last.first! == last.count - 1)
            }
        }
    }
}
