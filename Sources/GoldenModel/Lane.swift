import Configuration
import FixedPoint

/// A whole row through all units of the lane, tile after tile.
public struct Lane: Sendable {
    public let configuration: LaneConfiguration
    public let settings: RowSettings

    /// Throws if the configuration or the settings are not supported.
    public init(configuration: LaneConfiguration, settings: RowSettings) throws(ConfigurationError) {
        try configuration.validate()
        try settings.validate()
        self.configuration = configuration
        self.settings = settings
    }

    /// Attention of one row. `stages` keeps what passes between the units.
    public func run(_ row: LaneRow, stages keepsStages: Bool = false) throws(LaneInputError) -> LaneResult {
        try check(row)
        let headSize = configuration.headSize
        var state = PartialState.empty(headSize: headSize)
        var stages = LaneStages()
        // Tiles are counted from position 0, wherever the row begins.
        var start = row.firstKey
        while start < row.keyCount {
            let tile = start..<min((start / settings.tileKeys + 1) * settings.tileKeys, row.keyCount)
            start = tile.upperBound
            let result = run(tile: tile, of: row)
            state = MergeUnit.merge(state, MergeUnit.state(of: result.leaf))
            if keepsStages { stages.append(result) }
        }
        return LaneResult(
            outputs: Normalizer.outputs(state, valueFormat: settings.valueFormat), state: state,
            stages: keepsStages ? stages : nil)
    }

    private func run(tile: Range<Int>, of row: LaneRow) -> TileStages {
        let elements = tile.lowerBound * configuration.headSize..<tile.upperBound * configuration.headSize
        let scores = [Int32](unsafeUninitializedCapacity: tile.count) { scores, count in
            count = tile.count
            row.query.withUnsafeBufferPointer { query in
                row.keys.withUnsafeBufferPointer { keys in
                    QueryKeyUnit.scores(
                        query: query, keys: UnsafeBufferPointer(rebasing: keys[elements]),
                        into: UnsafeMutableBufferPointer(rebasing: scores[..<count]))
                }
            }
        }
        let scaledScores = scores.map { ScoreScaler.scaled(score: $0, scale: row.scale) }
        let (reference, weights) = SoftmaxUnit.softmax(scaledScores: scaledScores)
        var outputSums = [Int64](repeating: 0, count: configuration.headSize)
        outputSums.withUnsafeMutableBufferPointer { sums in
            weights.withUnsafeBufferPointer { weights in
                row.values.withUnsafeBufferPointer { values in
                    ProbabilityValueUnit.accumulate(weights: weights, rows: tile, values: values, into: sums)
                }
            }
        }
        return TileStages(
            scores: scores, scaledScores: scaledScores, weights: weights,
            leaf: TileLeaf(reference: reference, weightSum: SoftmaxUnit.sum(weights), outputSums: outputSums))
    }

    private func check(_ row: LaneRow) throws(LaneInputError) {
        let headSize = configuration.headSize
        guard (0...configuration.maximumContext).contains(row.keyCount) else {
            throw .contextOutOfRange(keyCount: row.keyCount, maximum: configuration.maximumContext)
        }
        guard (0...configuration.maximumContext).contains(row.firstKey) else {
            throw .firstKeyOutOfRange(firstKey: row.firstKey, maximum: configuration.maximumContext)
        }
        let codes = LaneCodes(headSize: headSize, settings: settings)
        try codes.check(query: row.query)
        try codes.check(.key, row.keys, holds: row.keyCount)
        try codes.check(.value, row.values, holds: row.keyCount)
        try codes.check(.key, row.keys, rows: 0..<row.keyCount)
        try codes.check(.value, row.values, rows: 0..<row.keyCount)
    }
}
