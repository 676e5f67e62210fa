import Configuration
import FixedPoint
import GoldenModel
import PerformanceModel

/// A workload as one sequence of a cascade, run by the golden models: its layers are those of an iteration, its rows the
/// iterations.
struct CascadeWorkload: Sendable {
    /// Ends with the sequence's state being saved.
    let program: CascadeProgram
    /// For each layer [heads x rows]; of a pruned head the result of a row without keys, whose outputs are zeros.
    let results: [[SpAttenResult]]
    /// After the last iteration.
    let cascade: Cascade

    init(_ workload: LaneWorkload, _ reduction: RowReduction, _ plan: CascadePlan) throws {
        let settings = workload.settings, layers = workload.layers
        var program = try CascadeProgram(
            reduction.configuration, rows: settings, pruning: reduction.pruning, scope: reduction.scope)
        var sequence = try CascadeProgram.Sequence(
            layers: layers.count, heads: layers[0].heads, tokenRatios: plan.tokenRatios, headRatios: plan.headRatios,
            settings: plan.settings)
        let planes = try layers.map { layer in
            try layer.keyValues.map {
                program.place(try KeyValuePlanes(
                    keys: $0.keys, values: $0.values, headSize: layer.headSize, keyFormat: settings.keyFormat,
                    valueFormat: settings.valueFormat))
            }
        }
        let headScales = HeadScales(valueScales: layers.map { $0.keyValues.map(\.scales.valueScale) }).values
        for row in 0..<layers[0].rows {
            try program.appendIteration(of: &sequence, context: layers[0].lengths[row]) { index, head in
                let layer = layers[index], number = head * layer.rows + row, kvHead = layer.kvHead(ofQuery: number)
                let query = layer.queries[number], keyValues = layer.keyValues[kvHead]
                return CascadeProgram.HeadRow(
                    query: query.codes, keys: keyValues.keys, values: keyValues.values, scale: query.scoreScale,
                    headScale: headScales[index][kvHead], planes: planes[index][kvHead])
            }
        }
        program.save(sequence)

        let empty = try program.lane.run(SpAttenRow(
            query: [Int16](repeating: 0, count: layers[0].headSize), keys: [], values: [], end: 0, scale: layers[0].queries[0].scoreScale))
        var results = layers.map { [SpAttenResult](repeating: empty, count: $0.queries.count) }
        for (place, result) in zip(program.computed, program.expected) {
            results[place.layer][place.head * layers[place.layer].rows + place.iteration] = result
        }
        (self.program, self.results, cascade) = (program, results, sequence.cascade)
    }
}

extension CascadeProgram {
    /// What a lane needs at least for the rows of a layer, or of all.
    func bound(layer: Int? = nil) -> LaneBound {
        var bound = SpAttenBound(configuration: configuration)
        for (place, row) in zip(computed, expected) where layer == nil || place.layer == layer {
            bound.addRow(
                .init(tokens: row.tokens, first: 0, isRefined: row.isRefined, keepsValue: row.keepsValue),
                settings: lane.settings, refine: lane.pruning.refine)
        }
        return bound.lane
    }
}
