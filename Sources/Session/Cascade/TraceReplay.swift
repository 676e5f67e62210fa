import Configuration
import FixedPoint
import GoldenModel
import SeededRandom
import Simulation
import Verification
import Workloads

/// A recorded schedule run on a lane that prunes: as many keys, values and refinements as it says, of random tokens and
/// tensors.
///
/// The lane decides everything itself; the settings are such that it must come to what the trace says. The survivors of a layer
/// are drawn among those of the layer before, the same for all heads; values are kept by top-k; the confidence is 1 in rows
/// that were refined and 0 in the others.
package struct TraceReplay: Sendable {
    /// Rows that the lane ran, and its cycles from the first request to the last output.
    package private(set) var rows = 0, cycles = 0
    /// Cycles below which no schedule gets, and what sets them.
    package private(set) var boundCycles = 0, portBeats = 0, queryKeyCycles = 0
    package private(set) var requests = 0

    /// Replays in pieces of some iterations, on all cores, each from reset.
    ///
    /// - Throws: If an output is not the golden model's.
    package init(
        _ trace: DecodeTrace, on configuration: SpAttenConfiguration, model: LaneModel, memory: MemoryTiming, seed: UInt64,
        iterationsPerPiece: Int = 4
    ) throws {
        let pieces = Dictionary(grouping: trace.rows) { $0.iteration / iterationsPerPiece }.sorted { $0.key < $1.key }
        let parts = try concurrentMap(count: pieces.count) { index in
            let program = try Self.program(
                pieces[index].value, configuration, SeededGenerator(seed: seed, name: "trace \(pieces[index].key)"))
            let design = try AcceleratorConfiguration.spAtten(configuration).design()
            let outcome = try program.run(on: model.simulator(seed: seed), of: design, memory: memory)
            guard outcome.outputs == program.expected.map(\.outputs) else { throw TraceReplayError.outputsDiffer }
            return (outcome: outcome, bound: program.bound, rows: program.jobs.count)
        }
        for part in parts {
            rows += part.rows
            cycles += part.outcome.cycles
            requests += part.outcome.traffic.requests
            boundCycles += part.bound.lane.cycles
            portBeats += part.bound.portBeats
            queryKeyCycles += part.bound.queryKeyCycles
        }
    }

    private static func program(
        _ rows: [DecodeTrace.Row], _ configuration: SpAttenConfiguration, _ random: SeededGenerator
    ) throws -> SpAttenProgram {
        var random = random, program = SpAttenProgram(configuration)
        let headSize = configuration.lane.headSize, context = rows.map(\.context).max()!
        var planes: [RowSettings: (SpAttenRow, MemoryImage.Placement)] = [:]
        var list: [Int] = [], place = (iteration: -1, layer: -1)
        for row in rows {
            let settings = try settings(row)
            if planes[settings] == nil {
                let plain = try CheckedProgram.randomRow(context, headSize, settings, &random)
                planes[settings] = (
                    SpAttenRow(query: plain.query, keys: plain.keys, values: plain.values, end: context, scale: plain.scale),
                    program.place(try KeyValuePlanes(
                        keys: plain.keys, values: plain.values, headSize: headSize, keyFormat: settings.keyFormat,
                        valueFormat: settings.valueFormat)))
            }
            if place != (row.iteration, row.layer) {
                let isNested = place.iteration == row.iteration && list.count >= row.keys
                list = random.sample(row.keys, of: isNested ? list : Array(0..<row.context))
                place = (row.iteration, row.layer)
            }
            var (attention, placement) = planes[settings]!
            attention.query = random.uniformCodes(headSize, bits: 12)
            attention.list = list.count < row.context ? list : nil
            attention.end = list.count
            let limit = row.values << ValueRule.fractionBits / row.keys
            try program.append(
                attention, settings: settings,
                pruning: PruningSettings(
                    refine: row.keyBits == nil ? .always : .paper, confidence: row.isRefined ? 1 << ValueRule.probabilityBits : 0,
                    values: row.values == row.keys ? .all : .fraction(limit: limit)),
                scope: .row, over: placement)
        }
        return program
    }

    /// Where the trace names no bits, those of the authors' harness: 8+4 and 8.
    private static func settings(_ row: DecodeTrace.Row) throws -> RowSettings {
        let key = row.keyBits.map { "\($0)+\(row.refinedBits ?? 4)" } ?? "8+4"
        return RowSettings(
            tileKeys: RowSettings.tileSizes.last!, keyFormat: try KeyFormat(key), valueFormat: try ValueFormat(bits: row.valueBits ?? 8))
    }
}

/// A replay that cannot count.
enum TraceReplayError: Error, CustomStringConvertible {
    case outputsDiffer

    var description: String { "the lane's outputs are not the golden model's" }
}
