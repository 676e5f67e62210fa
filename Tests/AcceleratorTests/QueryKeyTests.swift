import Accelerator
import Configuration
import FixedPoint
import GoldenModel
import TestSupport
import Testing
import Verification

@Suite struct QueryKeyTests {
    @Test(arguments: lanes) func scoresOfRowsBackToBack(lane: LaneConfiguration) throws {
        var random = TestSeed.generator(#function)
        let rows = [1, 2, 3, 0, 1, 40, 7].map { keys in
            (query: random.codes(lane.headSize, bits: 12), keys: random.codes(keys * lane.headSize, bits: 12))
        }
        let beats = rows.flatMap { keyBeats(of: $0.keys, tileKeys: 16, lane) }
        let expected = rows.flatMap { row -> [ScoreItem] in
            let scores = QueryKeyUnit.scores(query: row.query, keys: row.keys)
            return lane.beats(tiles: tileSizes(keys: scores.count, tileKeys: 16)) { keys, occupied, tileLast, rowLast in
                let padded = Array(scores[keys]) + [Int32](repeating: 0, count: lane.slots - keys.count)
                return ScoreItem(scores: padded, occupied: occupied, tileLast: tileLast, rowLast: rowLast)
            }
        }
        for timing in timings("query", "keys", "scores") {
            let bench = try bench(Accelerator.QueryKeyUnit(lane: lane), timing)
            let queries = try bench.send(rows.map(\.query), to: "query") { port in
                let field = try port.field("")
                return { field.set($0, width: 12) }
            }
            let keys = try bench.send(beats, to: "keys", KeyItem.writer)
            let scores = try bench.receive(
                expected.count, from: "scores", ScoreItem.reader(bits: NumericFormats.scoreBits(headSize: lane.headSize)))
            try bench.run()
            #expect(difference(scores.items, expected) == nil)
            if timing.isSteady {
                // One beat a cycle over all rows, and the latency that the docstring states.
                #expect(keys.cycles.last! - keys.cycles[0] == beats.count - 1)
                #expect(scores.cycles[0] - keys.cycles[lane.steps - 1] == Accelerator.QueryKeyUnit(lane: lane).latency)
                #expect(queries.cycles[1] == keys.cycles[lane.steps - 1])
            }
        }
    }
}

/// The beats of a row's keys for the Q.K array; empty slots and the beat of an empty row hold noise.
func keyBeats(of keys: [Int16], tileKeys: Int, _ lane: LaneConfiguration) -> [KeyItem] {
    let count = keys.count / lane.headSize
    return lane.beats(tiles: tileSizes(keys: count, tileKeys: tileKeys)) { range, occupied, tileLast, rowLast in
        let codes = Array(keys[range.lowerBound * lane.headSize..<range.upperBound * lane.headSize])
        let filled = codes.isEmpty ? [Int16](repeating: 77, count: lane.headSize) : codes
        return lane.vectors(of: filled, padding: -99).map {
            KeyItem(elements: $0, occupied: occupied, tileLast: tileLast, rowLast: rowLast)
        }
    }.flatMap { $0 }
}
