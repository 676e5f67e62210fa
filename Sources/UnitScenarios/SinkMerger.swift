import Accelerator
import Configuration
import FixedPoint
import GoldenModel
import SeededRandom
import Verification

extension UnitScenario {
    /// Sinks far above, around and far below the classes of the rows; rows without a sink, and without a key.
    package static func sinkMerger(_ lane: LaneConfiguration, _ random: SeededGenerator) throws -> UnitScenario {
        var random = random
        let unit = 1 << NumericFormats.weightFractionBits
        var rows: [(state: PartialState, sink: AttentionSink?)] = []
        for reference in [-40, 0, 31, 900] {
            for gap in [-2000, -64, -33, -32, -1, 0, 1, 31, 32, 33, 64] where reference + gap >= -2048 {
                let weight = [unit / 2, unit, unit / 2 + random.below(unit / 2)][rows.count % 3]
                let state = rows.count % 5 == 4 ? PartialState.empty(headSize: lane.headSize) : MergeUnit.state(of: leaf(reference, lane, &random))
                rows.append((state, rows.count % 4 == 3 ? nil : AttentionSink(reference: reference + gap, weight: weight)))
            }
        }
        let merged = rows.map { row in row.sink.map { MergeUnit.merge(row.state, $0.state(headSize: lane.headSize)) } ?? row.state }
        return try UnitScenario(Accelerator.SinkMerger(lane: lane)) { streams in
            try streams.send(rows, to: "sink") { row, beat in
                try beat.set("occupied", row.sink != nil)
                if let sink = row.sink {
                    try beat.set("reference", sink.reference)
                    try beat.set("weight", sink.weight)
                }
            }
            try streams.send(rows.flatMap { StateItem.beats(of: $0.state, lane) }, to: "state") { try $0.encode(into: $1, lane) }
            try streams.expect(merged.flatMap { StateItem.beats(of: $0, lane) }, from: "merged") { try $0.encode(into: $1, lane) }
        }
    }
}
