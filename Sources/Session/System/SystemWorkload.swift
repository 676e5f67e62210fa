import Configuration
import Driver
import FixedPoint
import GoldenModel

/// A workload as one sequence on a whole accelerator: an iteration is a chain with a job for each layer, which the driver gives
/// when the iteration before is done, as a host does that has to wait for the token.
package struct SystemWorkload: Sendable {
    /// Ends with the sequence's state being saved.
    let program: SystemProgram

    /// Keys and values of all tokens are in memory from the beginning. Every query head has planes of its own: a job knows one
    /// distance from head to head.
    package init(_ workload: LaneWorkload, on system: SystemConfiguration, _ plan: CascadePlan) throws {
        let layers = workload.layers, settings = workload.settings, first = layers[0]
        guard let reduction = workload.reduction else { preconditionFailure("a system's lanes prune") }
        var program = try SystemProgram(system, region: SystemOutcome.region, seed: 1)
        var sequence = try CascadeProgram.Sequence(
            layers: layers.count, heads: first.heads, tokenRatios: plan.tokenRatios, headRatios: plan.headRatios, settings: plan.settings)
        let placed = try layers.map { layer in
            var place = try program.placeLayer(
                heads: layer.heads, keyFormat: settings.keyFormat, valueFormat: settings.valueFormat, capacity: layer.keys)
            let rows = (0..<layer.heads).map { layer.keyValues[layer.kvHead(ofQuery: $0 * layer.rows)] }.map { ($0.keys, $0.values) }
            try program.append(rows, to: &place, byHost: false)
            return place
        }
        let headScales = HeadScales(valueScales: layers.map { $0.keyValues.map(\.scales.valueScale) }).values
        let state = try program.placeState()
        let tileKeys = reduction.scope == .row ? system.lane.maximumRowKeys : settings.tileKeys
        for row in 0..<first.rows {
            let works = layers.indices.map { index in
                let layer = layers[index]
                let heads = (0..<layer.heads).map { head in
                    let number = head * layer.rows + row, query = layer.queries[number]
                    return HeadRecord(query: query.codes, scale: query.scoreScale, headScale: headScales[index][layer.kvHead(ofQuery: number)])
                }
                return SystemProgram.LayerWork(placed[index], heads: heads, tileKeys: tileKeys, pruning: reduction.pruning)
            }
            program.append([try program.iteration(
                of: &sequence, context: first.lengths[row], isNew: row == 0, layers: works,
                state: row == first.rows - 1 ? (place: state, restores: false, saves: true) : nil)])
        }
        self.program = program
    }
}

extension GoldenRun {
    /// Runs all layers as jobs of a whole accelerator.
    package func measure(_ system: SystemWorkload, on runner: LaneRunner) throws -> RunMeasurement {
        guard let cascade else { preconditionFailure("a system's layers are those of a cascade") }
        let steps = system.program.steps, outcome = try runner.run(system.program)
        var outputs = workload.layers.map { [[Int16]](repeating: [], count: $0.queries.count) }
        var reports = workload.layers.map { _ in 0 }, cycles = reports, decisions = outcome.isElsewhereWrong ? 1 : 0
        for (iteration, step) in steps.enumerated() {
            for (layer, job) in step.chains.joined().enumerated() {
                let expected = job.completion, found = outcome.completions[iteration][layer]
                for head in 0..<job.descriptor.heads {
                    outputs[layer][head * workload.layers[layer].rows + iteration] = outcome.outputs[iteration][layer][head]
                }
                cycles[layer] += found.cycles
                if (found.unrefinedMass, found.droppedMass, found.faultyRows)
                    != (expected.unrefinedMass, expected.droppedMass, expected.faultyRows) { reports[layer] += 1 }
                if (found.rows, found.skippedRows, found.keptTokens) != (expected.rows, expected.skippedRows, expected.keptTokens) {
                    decisions += 1
                }
            }
        }
        let program = cascade.program, lanes = workload.kind.lanes
        let layers = workload.layers.indices.map { index in
            LayerMeasurement(
                of: workload.layers[index], outputs: outputs[index], golden: results[index], cycles: cycles[index],
                boundCycles: program.bound(layer: index).shared(by: lanes).cycles, differentReports: reports[index])
        }
        return RunMeasurement(
            layers, cycles: outcome.counters["cycles"], traffic: outcome.traffic(beatBytes: runner.beat.bytes),
            bound: program.bound().shared(by: lanes), runner, differentDecisions: decisions)
    }
}
