import Configuration
import FixedPoint

/// A whole row through all units of a lane that prunes (SpAtten III-C, III-D, IV; Docs/pruning.md 1 to 5).
public struct SpAttenLane: Sendable {
    public let configuration: SpAttenConfiguration
    public let settings: RowSettings
    public let pruning: PruningSettings
    public let scope: DecisionScope
    /// Keys that decide together, and that a leaf is made of.
    public let tileKeys: Int

    /// In scope `row` the settings' own tile size is not used.
    /// Throws if a setting is not supported.
    public init(
        configuration: SpAttenConfiguration, settings: RowSettings, pruning: PruningSettings, scope: DecisionScope = .tile
    ) throws(ConfigurationError) {
        try configuration.validate()
        try pruning.validate()
        tileKeys = scope == .row ? configuration.maximumRowKeys : settings.tileKeys
        guard scope == .row || configuration.tileSizes.contains(tileKeys) else {
            throw .unsupported(
                parameter: "tileKeys", value: "\(tileKeys)",
                remedy: "use one of \(configuration.tileSizes.map(String.init).joined(separator: ", "))")
        }
        self.configuration = configuration
        self.settings = settings
        self.pruning = pruning
        self.scope = scope
    }

    /// Attention of one row.
    public func run(_ row: SpAttenRow) throws(LaneInputError) -> SpAttenResult {
        try check(row)
        let tokens = row.list.map { Array($0[row.first..<row.end]) } ?? Array(row.first..<row.end)
        var keys = RowKeys(count: tokens.count)
        var state = PartialState.empty(headSize: headSize + LeafCompletion.masses)
        for range in tiles(of: row) {
            let tile = run(tokens: tokens[range], of: row, into: &keys, from: range.lowerBound)
            if let leaf = tile.leaf { state = MergeUnit.merge(state, MergeUnit.state(of: leaf)) }
        }
        let outputs = Normalizer.outputs(state, valueFormat: settings.valueFormat)
        let report = RowReport(unrefinedMass: Int(outputs[headSize]), droppedMass: Int(outputs[headSize + 1]))
        return SpAttenResult(
            outputs: Array(outputs[..<headSize]), state: state, report: report, tokens: tokens, weights: keys.weights,
            isRefined: keys.isRefined, keepsValue: keys.keepsValue, tiles: keys.tiles,
            errorBound: errorBound(report, row, tokens, keys))
    }

    private var headSize: Int { configuration.lane.headSize }
    private var lsbBits: Int { settings.keyFormat.lsbBits }

    /// Tiles lie at multiples of their size in the list, so the first and last one can be cut; as indices of what is seen.
    private func tiles(of row: SpAttenRow) -> [Range<Int>] {
        guard row.first < row.end else { return [] }
        return (row.first / tileKeys...(row.end - 1) / tileKeys).map { tile in
            max(tile * tileKeys, row.first) - row.first..<min((tile + 1) * tileKeys, row.end) - row.first
        }
    }

    private func run(tokens: ArraySlice<Int>, of row: SpAttenRow, into keys: inout RowKeys, from start: Int) -> SpAttenTile {
        let (softmax, refined) = scored(tokens: tokens, of: row)
        let kept = LocalValueSelector.kept(weights: softmax.weights, rule: pruning.values)
        let sums = LocalValueSelector.sums(
            reference: softmax.reference, weights: softmax.weights, refined: refined, kept: kept,
            renormalise: pruning.renormalise)
        let readWeights = zip(softmax.weights, kept).map { $1 ? $0 : 0 }
        var outputSums = [Int64](repeating: 0, count: headSize)
        outputSums.withUnsafeMutableBufferPointer { outputSums in
            readWeights.withUnsafeBufferPointer { weights in
                row.values.withUnsafeBufferPointer { values in
                    ProbabilityValueUnit.accumulate(weights: weights, rows: tokens, values: values, into: outputSums)
                }
            }
        }
        let leaf = LeafCompletion.leaf(sums, outputSums: outputSums, valueFormat: settings.valueFormat)
        let tile = SpAttenTile(keys: start..<start + tokens.count, reference: softmax.reference, leaf: leaf)
        keys.append(tile, weights: softmax.weights, refined: refined, kept: kept)
        return tile
    }

    /// Final weights of a tile, and which of its keys are exact.
    private func scored(
        tokens: ArraySlice<Int>, of row: SpAttenRow
    ) -> (softmax: (reference: Int, weights: [UInt32]), refined: [Bool]) {
        row.query.withUnsafeBufferPointer { query in
            row.keys.withUnsafeBufferPointer { keys in
                func softmax(_ doubledScores: [Int32]) -> (reference: Int, weights: [UInt32]) {
                    SoftmaxUnit.softmax(
                        scaledScores: doubledScores.map { ScoreScaler.scaled(doubledScore: Int64($0), scale: row.scale) })
                }
                if lsbBits == 0 || pruning.refine == .always {
                    let doubled = tokens.map { 2 * QueryKeyUnit.score(query: query, key: rowOf($0, in: keys)) }
                    return (softmax(doubled), [Bool](repeating: true, count: tokens.count))
                }
                let querySum = ScoreRefiner.sum(query)
                var doubled = tokens.map {
                    ScoreRefiner.centre(query: query, querySum: querySum, key: rowOf($0, in: keys), lsbBits: lsbBits)
                }
                let first = softmax(doubled)
                let refined = ConfidenceUnit.refined(
                    weights: first.weights, mode: pruning.refine, confidence: pruning.confidence)
                guard refined.contains(true) else { return (first, refined) }
                for (key, token) in tokens.enumerated() where refined[key] {
                    doubled[key] = ScoreRefiner.whole(
                        centre: doubled[key], query: query, querySum: querySum, key: rowOf(token, in: keys), lsbBits: lsbBits)
                }
                return (softmax(doubled), refined)
            }
        }
    }

    @inline(__always)
    private func rowOf(_ token: Int, in codes: UnsafeBufferPointer<Int16>) -> UnsafeBufferPointer<Int16> {
        UnsafeBufferPointer(rebasing: codes[token * headSize..<(token + 1) * headSize])
    }

    /// See ``SpAttenResult/errorBound``.
    private func errorBound(_ report: RowReport, _ row: SpAttenRow, _ tokens: [Int], _ keys: RowKeys) -> Double? {
        guard keys.isRefined.contains(false) else { return 0 }
        guard !pruning.renormalise || !keys.keepsValue.contains(false) else { return nil }
        let largestValue = row.values.withUnsafeBufferPointer { values in
            var largest: UInt16 = 0
            for (key, token) in tokens.enumerated() where keys.keepsValue[key] {
                for code in rowOf(token, in: values) { largest = max(largest, code.magnitude) }
            }
            return Int(largest)
        }
        return RefinementBound.outputError(
            report: report, query: row.query, scale: row.scale, lsbBits: lsbBits, tileKeys: tileKeys, keyCount: tokens.count,
            largestValue: largestValue)
    }

    private func check(_ row: SpAttenRow) throws(LaneInputError) {
        let maximum = configuration.lane.maximumContext
        guard 0 <= row.first, row.first <= row.end else { throw .rangeOutOfOrder(first: row.first, end: row.end) }
        guard row.end <= maximum else { throw .contextOutOfRange(keyCount: row.end, maximum: maximum) }
        if scope == .row, row.first < row.end {
            guard row.first / tileKeys == (row.end - 1) / tileKeys else {
                throw .rowNotInOneBlock(first: row.first, end: row.end, blockKeys: tileKeys)
            }
        }
        if let list = row.list { try check(list: list, end: row.end) }
        let codes = LaneCodes(headSize: headSize, settings: settings)
        try codes.check(query: row.query)
        let needed = row.list.map { $0[..<row.end].last.map { $0 + 1 } ?? 0 } ?? row.end
        try codes.check(.key, row.keys, holds: needed)
        try codes.check(.value, row.values, holds: needed)
        guard let list = row.list else {
            try codes.check(.key, row.keys, rows: row.first..<row.end)
            try codes.check(.value, row.values, rows: row.first..<row.end)
            return
        }
        for token in list[row.first..<row.end] {
            try codes.check(.key, row.keys, rows: token..<token + 1)
            try codes.check(.value, row.values, rows: token..<token + 1)
        }
    }

    private func check(list: [Int], end: Int) throws(LaneInputError) {
        guard list.count <= configuration.maximumRowKeys else {
            throw .listTooLong(entries: list.count, maximum: configuration.maximumRowKeys)
        }
        guard end <= list.count else { throw .rangePastList(end: end, entries: list.count) }
        let largest = configuration.lane.maximumContext - 1
        for (entry, token) in list.enumerated() {
            guard (0...largest).contains(token) else {
                throw .listedTokenOutOfRange(entry: entry, token: token, maximum: largest)
            }
            guard entry == 0 || list[entry - 1] < token else {
                throw .listNotAscending(entry: entry, token: token, previous: list[entry - 1])
            }
        }
    }
}

/// The per-key part of a result as it grows, tile after tile.
private struct RowKeys {
    private(set) var weights: [UInt32] = []
    private(set) var isRefined: [Bool] = []
    private(set) var keepsValue: [Bool] = []
    private(set) var tiles: [SpAttenTile] = []

    init(count: Int) {
        weights.reserveCapacity(count)
        isRefined.reserveCapacity(count)
        keepsValue.reserveCapacity(count)
    }

    mutating func append(_ tile: SpAttenTile, weights: [UInt32], refined: [Bool], kept: [Bool]) {
        self.weights += weights
        isRefined += refined
        keepsValue += kept
        tiles.append(tile)
    }
}
