import Configuration
import FixedPoint
import GoldenModel

/// What a lane that prunes left out of a workload, in reports.
public struct PruningSummary: Codable, Hashable, Sendable {
    public let refine: RefineMode
    public let scope: DecisionScope
    /// Probabilities as the lane takes them; absent where the mode has none.
    public let confidence, valueThreshold, valueKeep: Double?
    public let renormalise: Bool
    /// Parts of all keys that were exact, and of all values that were read.
    public let refinedKeys, valuesKept: Double
    /// The largest of any row, as parts of its weight sum.
    public let largestUnrefinedMass, largestDroppedMass: Double
    /// No output, before rounding and over the row's largest |V|, is further from that of the same row with all keys
    /// refined; absent if a row renormalises.
    public let errorBound: Double?
    /// Rows whose report of the two masses differs from the golden model's.
    public let differentReports: Int?

    /// Nil for a dense lane.
    init?(_ golden: GoldenRun, differentReports: Int? = nil) {
        guard let reduction = golden.workload.reduction else { return nil }
        let rows = golden.pruned.joined()
        let keys = max(1, rows.reduce(0) { $0 + $1.tokens.count })
        let one = Double(1 << RowReport.fractionBits), probability = Double(1 << ValueRule.probabilityBits)
        let decides = reduction.pruning.refine == .paper || reduction.pruning.refine == .perKey
        refine = reduction.pruning.refine
        scope = reduction.scope
        confidence = decides ? Double(reduction.pruning.confidence) / probability : nil
        switch reduction.pruning.values {
        case .all: (valueThreshold, valueKeep) = (nil, nil)
        case .fraction(let limit): (valueThreshold, valueKeep) = (nil, Double(limit) / Double(1 << ValueRule.fractionBits))
        case .threshold(let limit): (valueThreshold, valueKeep) = (Double(limit) / probability, nil)
        }
        renormalise = reduction.pruning.renormalise
        refinedKeys = Double(rows.reduce(0) { $0 + $1.isRefined.count { $0 } }) / Double(keys)
        valuesKept = Double(rows.reduce(0) { $0 + $1.keepsValue.count { $0 } }) / Double(keys)
        largestUnrefinedMass = Double(rows.map(\.report.unrefinedMass).max() ?? 0) / one
        largestDroppedMass = Double(rows.map(\.report.droppedMass).max() ?? 0) / one
        errorBound = Self.largestBound(golden)
        self.differentReports = differentReports
    }

    private static func largestBound(_ golden: GoldenRun) -> Double? {
        var largest = 0.0
        for (layer, rows) in zip(golden.workload.layers, golden.pruned) {
            for (query, row) in rows.enumerated() {
                guard let bound = row.errorBound else { return nil }
                let values = layer.keyValues[layer.kvHead(ofQuery: query)].values.prefix(layer.keyCount(ofQuery: query) * layer.headSize)
                let magnitude = values.reduce(0) { max($0, Int($1.magnitude)) }
                if magnitude > 0 { largest = max(largest, bound / Double(magnitude)) }
            }
        }
        return largest
    }

    /// For the report for people.
    var lines: [(String, String)] {
        var rule = "refine \(refine.rawValue)"
        if let confidence { rule += " at \(short(confidence))" }
        rule += ", scope \(scope.rawValue)"
        if let valueThreshold { rule += ", values of at least \(short(valueThreshold))" }
        if let valueKeep { rule += ", \(percent(valueKeep)) of the values" }
        if renormalise { rule += ", renormalised" }
        var found = "\(percent(refinedKeys)) of the keys refined, \(percent(valuesKept)) of the values read\n"
            + "left out of a row at most: \(percent(largestUnrefinedMass)) unrefined, \(percent(largestDroppedMass)) dropped"
        if let errorBound { found += "\nerror of not refining: at most \(short(errorBound)) of max |V|" }
        return [("pruning", rule + "\n" + found)]
    }
}
