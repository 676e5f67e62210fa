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
        let reference = SoftmaxUnit.reference(scaledScores: scaledScores)
        let weights = SoftmaxUnit.mantissas.withUnsafeBufferPointer { mantissas in
            scaledScores.map {
                SoftmaxUnit.weight(scaledScore: $0, reference: Int32(reference), mantissas: mantissas)
            }
        }
        var outputSums = [Int64](repeating: 0, count: configuration.headSize)
        outputSums.withUnsafeMutableBufferPointer { sums in
            weights.withUnsafeBufferPointer { weights in
                row.values.withUnsafeBufferPointer { values in
                    ProbabilityValueUnit.accumulate(
                        weights: weights, values: UnsafeBufferPointer(rebasing: values[elements]), into: sums)
                }
            }
        }
        return TileStages(
            scores: scores, scaledScores: scaledScores, weights: weights,
            leaf: TileLeaf(reference: reference, weightSum: weights.reduce(0, +), outputSums: outputSums))
    }

    private func check(_ row: LaneRow) throws(LaneInputError) {
        let headSize = configuration.headSize
        guard (0...configuration.maximumContext).contains(row.keyCount) else {
            throw .contextOutOfRange(keyCount: row.keyCount, maximum: configuration.maximumContext)
        }
        guard (0...configuration.maximumContext).contains(row.firstKey) else {
            throw .firstKeyOutOfRange(firstKey: row.firstKey, maximum: configuration.maximumContext)
        }
        guard row.query.count == headSize else {
            throw .wrongQueryLength(elements: row.query.count, headSize: headSize)
        }
        let needed = row.keyCount * headSize
        guard row.keys.count >= needed else {
            throw .tooFewRows(tensor: .key, elements: row.keys.count, keyCount: row.keyCount, headSize: headSize)
        }
        guard row.values.count >= needed else {
            throw .tooFewRows(tensor: .value, elements: row.values.count, keyCount: row.keyCount, headSize: headSize)
        }
        let queryLimit = 1 << (NumericFormats.queryBits - 1)
        try check(.query, row.query, count: headSize, range: -queryLimit...queryLimit - 1)
        try check(.key, row.keys, count: needed, range: settings.keyFormat.codeRange)
        try check(.value, row.values, count: needed, range: settings.valueFormat.codeRange)
    }

    private func check(
        _ tensor: QuantizedTensor, _ codes: [Int16], count: Int, range: ClosedRange<Int>
    ) throws(LaneInputError) {
        let (smallest, largest) = (Int16(range.lowerBound), Int16(range.upperBound))
        // Extremes first: a loop without an early exit runs in vectors.
        let (low, high) = codes.withUnsafeBufferPointer { codes in
            var (low, high) = (Int16(0), Int16(0))
            for index in 0..<count {
                low = min(low, codes[index])
                high = max(high, codes[index])
            }
            return (low, high)
        }
        guard low >= smallest, high <= largest else {
            let index = codes.firstIndex { $0 < smallest || $0 > largest } ?? 0
            throw .codeOutOfRange(
                tensor: tensor, row: index / configuration.headSize, element: index % configuration.headSize,
                code: Int(codes[index]), range: range)
        }
    }
}
