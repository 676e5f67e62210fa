import Accelerator
import Configuration
import FixedPoint
import GoldenModel
import RTL
import Simulation
import TestSupport
import Testing
import Verification

@Suite struct SoftmaxTests {
    /// Every distance below the reference that a score can have, and those that only an empty slot has.
    @Test func exponentialOfEveryDelta() throws {
        let simulator = try simulator(ExponentialUnit())
        let delta = try simulator.handle("delta"), weight = try simulator.handle("weight")
        try simulator.handle("advance").value = 1
        simulator.applyReset()
        let latency = ExponentialUnit.latency, one = 1 << NumericFormats.scaledScoreFractionBits
        // All fractions for every shift that leaves a weight and the first that does not; beyond, each shift's ends.
        let reference = 1 << (ExponentialUnit.deltaBits - NumericFormats.scaledScoreFractionBits)
        var deltas = Array(0..<(NumericFormats.weightFractionBits + 4) * one)
        for whole in NumericFormats.weightFractionBits + 4..<reference { deltas += [whole * one, whole * one + 31, (whole + 1) * one - 1] }
        var mismatches: [Int] = []
        for index in 0..<deltas.count + latency {
            delta.value = index < deltas.count ? deltas[index] : 0
            simulator.settle()
            if index >= latency {
                let asked = deltas[index - latency]
                let golden = SoftmaxUnit.weight(scaledScore: Int32(reference * one - asked), reference: reference)
                if weight.value != Int(golden) { mismatches.append(asked) }
            }
            simulator.clockEdge()
        }
        #expect(mismatches == [])
    }

    /// A stopped pipeline keeps what it holds.
    @Test func exponentialStalls() throws {
        let simulator = try simulator(ExponentialUnit())
        let delta = try simulator.handle("delta"), weight = try simulator.handle("weight")
        let advance = try simulator.handle("advance")
        simulator.applyReset()
        var random = TestSeed.generator(#function)
        var entered: [Int] = []
        for _ in 0..<5_000 {
            delta.value = random.below(24 << 12)
            advance.value = random.below(2)
            simulator.settle()
            if entered.count >= ExponentialUnit.latency {
                let asked = entered[entered.count - ExponentialUnit.latency]
                #expect(weight.value == Int(SoftmaxUnit.weight(scaledScore: Int32(-asked), reference: 0)))
            }
            if advance.value == 1 { entered.append(delta.value) }
            simulator.clockEdge()
        }
    }

    /// Rows of every length around a tile's ends, negative references, scores far apart, empty rows.
    @Test(arguments: lanes) func weightsOfRowsBackToBack(lane: LaneConfiguration) throws {
        var random = TestSeed.generator(#function)
        let one = 1 << NumericFormats.scaledScoreFractionBits, highest = 2047 * one
        let rows: [[Int32]] = [1, 2, 3, 0, 15, 16, 17, 31, 32, 33, 0, 0, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 200]
            .map { keys in
                let center = [0, -3, 1000, -2047, 2046][random.below(5)] * one
                let spread = [1, one, 20 * one, 1 << 22][random.below(4)]
                return (0..<keys).map { _ in
                    let score = random.below(16) == 0 ? random.code(24) : center + random.below(spread) - spread / 2
                    return Int32(min(max(score, -(1 << 23)), highest))
                }
            } + [-2048, -3, 0, 5, 2046].flatMap { whole in
                // Next to an integer: the reference is the integer above.
                [-1, 0, 1].map { [Int32(max(whole * one + $0, -(1 << 23)))] }
            }
        func beats(_ row: [Int32]) -> [ScoreItem] {
            lane.beats(tiles: tileSizes(keys: row.count, tileKeys: 16)) { keys, occupied, tileLast, rowLast in
                ScoreItem(scores: Array(row[keys]) + [Int32](repeating: Int32(highest), count: lane.slots - keys.count),
                          occupied: occupied, tileLast: tileLast, rowLast: rowLast)
            }
        }
        func weights(_ row: [Int32]) -> [WeightItem] {
            let tiles = tileSizes(keys: row.count, tileKeys: 16)
            return lane.beats(tiles: tiles) { keys, occupied, tileLast, rowLast in
                guard !row.isEmpty else {
                    return WeightItem(weights: occupied.map { _ in 0 }, reference: 0, occupied: false,
                                      tileLast: tileLast, rowLast: rowLast)
                }
                let tile = keys.lowerBound / 16
                let reference = SoftmaxUnit.reference(scaledScores: row[tile * 16..<min(tile * 16 + 16, row.count)])
                return WeightItem(
                    weights: row[keys].map { SoftmaxUnit.weight(scaledScore: $0, reference: reference) }
                        + [UInt32](repeating: 0, count: lane.slots - keys.count),
                    reference: reference, occupied: true, tileLast: tileLast, rowLast: rowLast)
            }
        }
        let expected = rows.flatMap(weights)
        for timing in timings("scores", "weights") {
            let bench = try bench(Accelerator.SoftmaxUnit(lane: lane), timing)
            let scores = try bench.send(
                rows.flatMap(beats), to: "scores", ScoreItem.writer(bits: NumericFormats.scaledScoreBits))
            let weights = try bench.receive(expected.count, from: "weights", WeightItem.reader)
            try bench.run()
            #expect(difference(weights.items, expected) == nil)
            if timing.isSteady {
                let lastOfTile = scores.items.firstIndex { $0.tileLast }!
                #expect(weights.cycles[0] - scores.cycles[lastOfTile] == Accelerator.SoftmaxUnit.latency)
            }
        }
    }

    /// Two full tiles wait while nothing is taken: the queue holds what it promises.
    @Test func fullTilesDoNotBlockEachOther() throws {
        var random = TestSeed.generator(#function)
        let row = (0..<3 * 1024).map { _ in Int32(random.below(1 << 16)) }
        let bench = try bench(Accelerator.SoftmaxUnit(lane: laneD64))
        let beats = laneD64.beats(tiles: [1024, 1024, 1024]) { keys, occupied, tileLast, rowLast in
            ScoreItem(scores: Array(row[keys]), occupied: occupied, tileLast: tileLast, rowLast: rowLast)
        }
        let scores = try bench.send(beats, to: "scores", ScoreItem.writer(bits: NumericFormats.scaledScoreBits))
        let weights = try bench.receive(beats.count, from: "weights", WeightItem.reader)
        try bench.run()
        #expect(scores.cycles.last! - scores.cycles[0] == beats.count - 1)
        #expect(weights.cycles.last! - weights.cycles[0] == beats.count - 1)
        let references = (0..<3).map { SoftmaxUnit.reference(scaledScores: row[$0 * 1024..<($0 + 1) * 1024]) }
        let expected = row.enumerated().map {
            SoftmaxUnit.weight(scaledScore: $0.element, reference: references[$0.offset / 1024])
        }
        #expect(difference(weights.items.map(\.weights[0]), expected) == nil)
    }
}
