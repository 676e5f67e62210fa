import Configuration
import FixedPoint
import GoldenModel
import Simulation
import Verification

/// What passes between the units of a lane when it runs some rows, as the golden model has it.
///
/// Each stream is compared by itself; the one that differs first in time is where the fault is, for all behind it differ
/// later.
package struct LaneProbes {
    /// A stream inside the lane.
    private struct Probe {
        /// As in `Accelerator.Lane`.
        let path: String
        let beats: (PayloadLayout) throws -> BeatSequence
        /// The row of each beat.
        let rows: [Int]

        init<Item>(_ path: String, _ items: [[Item]], _ encode: @escaping (Item, Beat) throws -> Void) {
            self.path = path
            rows = items.enumerated().flatMap { [Int](repeating: $0.offset, count: $0.element.count) }
            beats = { try BeatSequence(items.joined(), $0, encode) }
        }
    }

    private let probes: [Probe]

    package init(_ lane: LaneConfiguration, _ rows: [(row: LaneRow, settings: RowSettings)]) throws {
        let results = try rows.map { try Lane(configuration: lane, settings: $0.settings).run($0.row, stages: true) }
        let stages = results.map { $0.stages! }
        func tiles(_ index: Int) -> [Int] { tileSizes(keys: rows[index].row.keyCount, tileKeys: rows[index].settings.tileKeys) }
        func scores(_ scores: KeyPath<LaneStages, [Int32]>) -> [[ScoreItem]] {
            rows.indices.map { index in
                lane.beats(tiles: tiles(index)) { keys, occupied, tileLast, rowLast in
                    ScoreItem(scores: Array(stages[index][keyPath: scores][keys]), occupied: occupied, tileLast: tileLast, rowLast: rowLast)
                }
            }
        }
        let keys = rows.map { row, settings in
            keyBeats(of: Array(row.keys.prefix(row.keyCount * lane.headSize)), tileKeys: settings.tileKeys, lane)
        }
        let weights = rows.indices.map { index in
            lane.beats(tiles: tiles(index)) { keys, occupied, tileLast, rowLast in
                let leaf = keys.isEmpty ? nil : stages[index].leaves[keys.lowerBound / rows[index].settings.tileKeys]
                let own = Array(stages[index].weights[keys])
                return WeightItem(weights: own + [UInt32](repeating: 0, count: lane.slots - own.count), reference: leaf?.reference,
                                  tileLast: tileLast, rowLast: rowLast)
            }
        }
        let values = rows.map { row, _ in lane.vectors(of: Array(row.values.prefix(row.keyCount * lane.headSize))) }
        let leaves = rows.indices.map { index -> [LeafItem] in
            let leaves = stages[index].leaves
            guard !leaves.isEmpty else { return LeafItem.beats(of: nil, rowLast: true, lane) }
            return leaves.enumerated().flatMap { LeafItem.beats(of: $1, rowLast: $0 == leaves.count - 1, lane) }
        }
        let outputs = results.map { Array($0.outputs.enumerated()) }
        let scoreBits = NumericFormats.scoreBits(headSize: lane.headSize)
        // In the order of the datapath.
        probes = [
            Probe("key_assembler.keys", keys) { try $0.encode(into: $1) },
            Probe("query_key.scores", scores(\.scores)) { try $0.encode(into: $1, bits: scoreBits) },
            Probe("score_scaler.scaled", scores(\.scaledScores)) { try $0.encode(into: $1, bits: NumericFormats.scaledScoreBits) },
            Probe("softmax.weights", weights) { try $0.encode(into: $1) },
            Probe("value_reader.vectors", values) { try $1.set("", $0, width: NumericFormats.valueBits) },
            Probe("probability_value.leaf", leaves) { try $0.encode(into: $1) },
            Probe("state_accumulator.state", results.map { StateItem.beats(of: $0.state, lane) }) { try $0.encode(into: $1, lane) },
            Probe("normalizer.output", outputs) { output, beat in
                try beat.set("element", Int(output.element))
                try beat.set("last", output.offset == lane.headSize - 1)
            },
        ]
    }

    /// Watches all streams of one simulation.
    package struct Watch {
        private var monitors: [(monitor: StreamMonitor, rows: [Int])]

        /// - Throws: `StreamPortError` if the simulator shows no lane's inside.
        package init(_ probes: LaneProbes, of simulator: any Simulator) throws {
            monitors = try probes.probes.map { (try StreamMonitor($0.path, of: simulator, expecting: $0.beats), $0.rows) }
        }

        /// Call between `settle()` and `clockEdge()`.
        /// - Returns: the first beat that is wrong, and its row.
        package mutating func sample(cycle: Int) -> (divergence: Divergence, row: Int)? {
            for index in monitors.indices {
                monitors[index].monitor.sample(cycle: cycle)
                if let divergence = monitors[index].monitor.divergence {
                    let rows = monitors[index].rows
                    return (divergence, rows.indices.contains(divergence.beat ?? 0) ? rows[divergence.beat ?? 0] : rows.last ?? 0)
                }
            }
            return nil
        }
    }
}
