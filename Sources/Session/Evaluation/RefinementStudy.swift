import Configuration
import FixedPoint
import GoldenModel
import Workloads

/// What rows of a workload lose because keys are not refined, beside the bound that they report (Docs/pruning.md 5).
public struct RefinementStudy: Sendable {
    /// Parts of all keys that are refined, and of all rows that refine any.
    public let refinedKeys, refinedRows: Double
    /// Of an output before rounding, over the row's largest |V|: of each row its largest, the mean and the largest over rows.
    public let meanError, largestError, meanBound, largestBound: Double

    /// Every row of every layer against itself with all keys refined.
    ///
    /// Throws for settings that the lane refuses and for tensors that cannot be quantised.
    public init(
        _ workload: AttentionWorkload, name: String, configuration: SpAttenConfiguration, settings: RowSettings,
        refine: RefineMode, confidence: Double, scope: DecisionScope
    ) throws {
        let lane = try LaneWorkload(workload, name: name, preset: name, configuration: configuration.lane, settings: settings)
        func model(_ pruning: PruningSettings) throws -> SpAttenLane {
            try SpAttenLane(configuration: configuration, settings: settings, pruning: pruning, scope: scope)
        }
        let reduced = try model(PruningSettings(
            refine: refine, confidence: Int((confidence * Double(1 << ValueRule.probabilityBits)).rounded())))
        let whole = try model(PruningSettings(refine: .always))
        var (keys, refined, rows, refinedRows) = (0, 0, 0, 0)
        var errors: [Double] = [], bounds: [Double] = []
        for layer in lane.layers {
            for query in layer.queries.indices {
                let row = layer.prunedRow(query)
                let (result, exact) = (try reduced.run(row), try whole.run(row))
                rows += 1
                keys += result.counts.keys
                refined += result.counts.refined
                refinedRows += result.counts.refined > 0 ? 1 : 0
                let largest = Double(row.values.prefix(row.end * layer.headSize).reduce(0) { max($0, Int($1.magnitude)) })
                guard largest > 0 else { continue }
                let error = zip(result.unrounded, exact.unrounded).reduce(0) { max($0, ($1.0 - $1.1).magnitude) }
                errors.append(error / largest)
                bounds.append((result.errorBound ?? .infinity) / largest)
            }
        }
        refinedKeys = Double(refined) / Double(max(1, keys))
        self.refinedRows = Double(refinedRows) / Double(max(1, rows))
        meanError = errors.reduce(0, +) / Double(max(1, errors.count))
        largestError = errors.max() ?? 0
        meanBound = bounds.reduce(0, +) / Double(max(1, bounds.count))
        largestBound = bounds.max() ?? 0
    }
}
