import Accelerator
import Configuration
import FixedPoint
import GoldenModel
import SeededRandom
import Verification

extension UnitScenario {
    /// Rows of some lengths, an empty one among them, back to back.
    package static func queryKeyUnit(_ lane: LaneConfiguration, _ random: SeededGenerator) throws -> UnitScenario {
        var random = random
        let rows = [1, 2, 3, 0, 1, 40, 7].map { keys in
            (query: random.codes(lane.headSize, bits: 12), keys: random.codes(keys * lane.headSize, bits: 12))
        }
        return try UnitScenario(Accelerator.QueryKeyUnit(lane: lane)) { streams in
            try streams.send(rows.map(\.query), to: "query") { try $1.set("", $0, width: NumericFormats.queryBits) }
            try streams.send(rows.flatMap { keyBeats(of: $0.keys, tileKeys: 16, lane) }, to: "keys") { try $0.encode(into: $1) }
            let scores = rows.flatMap { row -> [ScoreItem] in
                let scores = QueryKeyUnit.scores(query: row.query, keys: row.keys)
                return lane.beats(tiles: tileSizes(keys: scores.count, tileKeys: 16)) { keys, occupied, tileLast, rowLast in
                    ScoreItem(scores: Array(scores[keys]), occupied: occupied, tileLast: tileLast, rowLast: rowLast)
                }
            }
            let bits = NumericFormats.scoreBits(headSize: lane.headSize)
            try streams.expect(scores, from: "scores") { try $0.encode(into: $1, bits: bits) }
        }
    }
}

/// The beats of a row's keys for the Q.K array.
func keyBeats(of keys: [Int16], tileKeys: Int, _ lane: LaneConfiguration) -> [KeyItem] {
    let count = keys.count / lane.headSize
    return lane.beats(tiles: tileSizes(keys: count, tileKeys: tileKeys)) { range, occupied, tileLast, rowLast in
        let codes = Array(keys[range.lowerBound * lane.headSize..<range.upperBound * lane.headSize])
        // An empty row's beat is as long as a key.
        let filled = codes.isEmpty ? [Int16](repeating: 0, count: lane.headSize) : codes
        return lane.vectors(of: filled).map {
            KeyItem(elements: $0, occupied: occupied, tileLast: tileLast, rowLast: rowLast)
        }
    }.flatMap { $0 }
}
