import Configuration
import FixedPoint
import GoldenModel
import SeededRandom
import TestSupport
import Testing

@Suite("Units of the lane that prunes")
struct PruningUnitTests {
    @Test("worked example of Docs/pruning.md, sections 2 to 6")
    func workedExample() throws {
        let query = PruningRows.padded([[1000, -500]])
        let keys = PruningRows.padded([[100, 0], [100, 20], [50, -100], [-100, 90]])
        let values = PruningRows.padded([[1000, -7], [-1000, 8], [2047, -2048], [5, 5]])
        let centres = ScoreRefiner.centres(query: query, keys: keys, lsbBits: 4)
        #expect(centres == [199_500, 183_500, 215_500, -296_500])
        #expect(ScoreRefiner.whole(centre: 215_500, query: query, key: Array(keys[64..<96]), lsbBits: 4) == 200_000)
        let scale = try ScoreScale(mantissa: 196_608, shift: 21)
        let first = SoftmaxUnit.softmax(scaledScores: centres.map { ScoreScaler.scaled(doubledScore: Int64($0), scale: scale) })
        #expect(first.reference == 3 && first.weights == [638_003, 561_956, 724_341, 12_477])
        let confidence = 5_033_165
        #expect(ConfidenceUnit.refined(weights: first.weights, mode: .perKey, confidence: confidence) == [true, false, true, false])
        #expect(ConfidenceUnit.refined(weights: first.weights, mode: .paper, confidence: confidence) == [false, false, false, false])
        for (renormalise, outputs, report, probabilities) in [
            (false, [5523, -39], RowReport(unrefinedMass: 5072, droppedMass: 10_728), [361_966, 317_583, 361_966, 7051]),
            (true, [16_000, -112], RowReport(unrefinedMass: 14_694, droppedMass: 31_078), [1_048_567, 919_995, 1_048_567, 20_426]),
        ] as [(Bool, [Int16], RowReport, [UInt32])] {
            let lane = try SpAttenLane(
                configuration: .headSize(32),
                settings: RowSettings(tileKeys: 128, keyFormat: KeyFormat("8+4"), valueFormat: ValueFormat(bits: 12)),
                pruning: PruningSettings(
                    refine: .perKey, confidence: confidence, values: .fraction(limit: 16_384), renormalise: renormalise))
            let result = try lane.run(SpAttenRow(query: query, keys: keys, values: values, end: 4, scale: scale))
            #expect(result.refinedTokens == [0, 2] && result.keptValueTokens == [0])
            #expect(result.weights == [640_491, 561_956, 640_491, 12_477])
            let leaf = try #require(result.tiles[0].leaf)
            #expect(Array(leaf.outputSums[..<2]) == [640_491_000, -4_483_437])
            #expect(Array(leaf.outputSums[32...]) == [574_433 << 10, 1_214_924 << 10])
            #expect(leaf.weightSum == (renormalise ? 640_491 : 1_855_415))
            #expect(Array(result.outputs[..<2]) == outputs && result.report == report)
            let probability = KeyProbability(state: result.state)
            #expect(result.weights.map { probability.probability(weight: $0, reference: 3) } == probabilities)
        }
    }

    @Test("a centre is the mean over all LSB parts, and the LSBs lead from it to the whole score")
    func centres() throws {
        var rows = PruningRows(random: TestSeed.generator("keys"))
        for format in KeyFormat.supported {
            let query = rows.codes(64, -2048...2047)
            let keys = rows.codes(64 * 40, format.codeRange)
            let centres = ScoreRefiner.centres(query: query, keys: keys, lsbBits: format.lsbBits)
            for (key, score) in QueryKeyUnit.scores(query: query, keys: keys).enumerated() {
                let codes = Array(keys[key * 64..<(key + 1) * 64])
                #expect(ScoreRefiner.whole(centre: centres[key], query: query, key: codes, lsbBits: format.lsbBits) == 2 * score)
            }
            // One element, all its LSB parts: twice the mean is the sum over half their number.
            let parts = 1 << format.lsbBits
            for msb in [format.codeRange.lowerBound >> format.lsbBits, 0, -1] {
                let sum = (0..<parts).reduce(0) { $0 + 2 * -777 * (msb << format.lsbBits | $1) }
                let code = Int16(msb << format.lsbBits)
                #expect(ScoreRefiner.centres(query: [-777], keys: [code], lsbBits: format.lsbBits) == [Int32(sum / parts)])
            }
        }
        let most = ScoreRefiner.centres(
            query: [Int16](repeating: -2048, count: 128), keys: [Int16](repeating: -2048, count: 128), lsbBits: 4)
        #expect(most == [(1 << 30) - 15 * 2048 * 128])
    }

    @Test("confidence: a probability equal to it neither calls for the paper's refinement nor for a key's")
    func confidence() {
        // Probabilities 1/2, 1/4, 1/8, 1/8.
        let weights: [UInt32] = [1 << 19, 1 << 18, 1 << 17, 1 << 17]
        func refined(_ mode: RefineMode, _ confidence: Int) -> [Bool] {
            ConfidenceUnit.refined(weights: weights, mode: mode, confidence: confidence)
        }
        let (all, none) = ([Bool](repeating: true, count: 4), [Bool](repeating: false, count: 4))
        #expect(refined(.paper, 1 << 23) == none && refined(.paper, 1 << 23 + 1) == all)
        #expect(refined(.perKey, 1 << 22) == [true, false, false, false])
        #expect(refined(.perKey, 1 << 22 - 1) == [true, true, false, false])
        #expect(refined(.perKey, 1 << 21) == [true, true, false, false] && refined(.perKey, 1 << 21 - 1) == all)
        #expect(refined(.always, 0) == all && refined(.never, 1 << 24) == none)
        #expect(refined(.paper, 0) == none && refined(.perKey, 0) == all && refined(.perKey, 1 << 24) == none)
        #expect(ConfidenceUnit.refined(weights: [7, 0], mode: .perKey, confidence: 0) == [true, false])
        #expect(ConfidenceUnit.refined(weights: [7, 0], mode: .paper, confidence: 1 << 24) == [false, false])
        #expect(ConfidenceUnit.refined(weights: [7, 1], mode: .paper, confidence: 1 << 24) == [true, true])
    }

    @Test("values: ties to the lower position, fractions rounded up, a probability equal to the threshold kept")
    func values() {
        let weights: [UInt32] = [5, 9, 5, 9, 5]
        func kept(_ rule: ValueRule) -> [Int] {
            zip(0..., LocalValueSelector.kept(weights: weights, rule: rule)).compactMap { $1 ? $0 : nil }
        }
        #expect(kept(.fraction(limit: 0)).isEmpty && kept(.fraction(limit: 1)) == [1])
        // 13107 * 5 is 65535, one under a key; 13108 * 5 is above.
        #expect(kept(.fraction(limit: 13107)) == [1] && kept(.fraction(limit: 13108)) == [1, 3])
        #expect(kept(.fraction(limit: 1 << 15)) == [0, 1, 3] && kept(.fraction(limit: 50000)) == [0, 1, 2, 3])
        #expect(kept(.fraction(limit: 1 << 16)) == [0, 1, 2, 3, 4] && kept(.all) == [0, 1, 2, 3, 4])
        // The sum is 33; 9 * 2^24 / 33 is 4575604.4.
        #expect(kept(.threshold(limit: 4_575_604)) == [1, 3] && kept(.threshold(limit: 4_575_605)).isEmpty)
        #expect(LocalValueSelector.kept(weights: [1, 3], rule: .threshold(limit: 1 << 22)) == [true, true])
        #expect(LocalValueSelector.kept(weights: [1, 3], rule: .threshold(limit: 1 << 22 + 1)) == [false, true])
        #expect(LocalValueSelector.kept(weights: [0, 3], rule: .threshold(limit: 0)) == [true, true])
        #expect(LocalValueSelector.kept(weights: [], rule: .fraction(limit: 1 << 16)).isEmpty)
    }

    @Test("the sums of a tile, and the leaf that it may lack")
    func sums() throws {
        func sums(_ kept: [Bool], _ renormalise: Bool) -> TileSums {
            LocalValueSelector.sums(
                reference: -7, weights: [1 << 20, 10, 100], refined: [true, false, false], kept: kept, renormalise: renormalise)
        }
        let some = sums([true, true, false], false)
        #expect(some.reference == -7 && some.weightSum == 1 << 20 + 110 && some.unrefinedSum == 110 && some.droppedSum == 100)
        #expect(sums([true, true, false], true).weightSum == 1 << 20 + 10)
        for bits in [4, 6, 8, 12] {
            let leaf = LeafCompletion.leaf(some, outputSums: [3, -4], valueFormat: try ValueFormat(bits: bits))
            #expect(leaf == TileLeaf(
                reference: -7, weightSum: 1 << 20 + 110, outputSums: [3, -4, 110 << (bits - 2), 100 << (bits - 2)]))
        }
        let none = [false, false, false]
        let format = try ValueFormat(bits: 12)
        #expect(LeafCompletion.leaf(sums(none, true), outputSums: [0], valueFormat: format) == nil)
        #expect(LeafCompletion.leaf(sums(none, false), outputSums: [0], valueFormat: format)?.weightSum == 1 << 20 + 110)
    }

    @Test("probabilities sum to one, whatever the tiles' references")
    func probabilities() throws {
        var rows = PruningRows(random: TestSeed.generator("rows"))
        let settings = RowSettings(tileKeys: 128, keyFormat: try KeyFormat("8+4"), valueFormat: try ValueFormat(bits: 8))
        let lane = try SpAttenLane(configuration: .headSize(32), settings: settings, pruning: .dense)
        for spread in [0.1, 3, 12, 100] {
            let result = try lane.run(
                rows.row(headSize: 32, settings: settings, seen: 500, first: 0, gathered: false, spread: spread))
            let probability = KeyProbability(state: result.state)
            let sum = result.tiles.reduce(0) { sum, tile in
                tile.keys.reduce(sum) { $0 + Int(probability.probability(weight: result.weights[$1], reference: tile.reference)) }
            }
            // Each key loses less than one unit and 2^-17 of itself.
            #expect((1 << 20 - 500 - 8...1 << 20).contains(sum), "spread \(spread): \(sum)")
        }
        #expect(KeyProbability(state: .empty(headSize: 4)).probability(weight: 1 << 20, reference: 0) == 0)
    }
}
