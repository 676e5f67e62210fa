import Configuration
import FixedPoint
import GoldenModel
import LanguageModel

/// Attention of decode steps by the golden models of a lane that prunes and of the cascade around it: in every bit what the
/// hardware gives.
///
/// Scales are as in ``QuantizedAttention``. A token's keys and values are appended whether or not its head is computed. Every
/// step is an iteration of the cascade; importance begins with the prompt's.
package struct PrunedAttention: DecodeAttention {
    /// Keys and values of one layer and head as the lane reads them.
    private struct Head {
        let scales: FrozenScales
        let centre: ValueCentre
        /// In proportion to the value scale: see ``HeadImportance``.
        var headScale = 0
        /// Each [tokens x headSize].
        var keys, values: [Int16]
    }

    /// A row as it was computed.
    package struct Row: Sendable {
        /// Token from which it came.
        package let position: Int
        package let layer, head: Int
        package let query: QuantizedQuery
        /// Nil: all tokens up to its own.
        package let list: [Int]?
        package let result: SpAttenResult
    }

    package let settings: ReductionSettings
    package let lane: SpAttenLane
    private let softmaxScale: Double
    private let planes: (keyMSB: PlaneLayout, keyLSB: PlaneLayout?, value: PlaneLayout)
    /// [layers][heads].
    private var layers: [[Head]]
    /// Nil if neither tokens nor heads are pruned.
    package private(set) var cascade: Cascade?
    private var traffic = AttentionTraffic()
    private var position = 0
    /// What has been computed since it was set to an empty list; nil keeps nothing.
    package var rows: [Row]?

    /// Whether these settings need the importance that the prompt leaves.
    package static func needsImportance(_ settings: ReductionSettings) -> Bool {
        settings.tokens.keepRatio < 1 || settings.tokens.startRatio < 1 || settings.headKeepRatio < 1
    }

    /// Throws for settings that the lane or the cascade refuses, and for tensors that cannot be quantised.
    ///
    /// - Precondition: there is an `importance` if the settings need one.
    package init(_ prompt: PromptCache, settings: ReductionSettings, importance: PromptImportance? = nil) throws {
        try settings.validate()
        self.settings = settings
        let headSize = prompt.shape.headSize
        lane = try SpAttenLane(
            configuration: SpAttenConfiguration(
                lane: LaneConfiguration(headSize: headSize, multipliers: LaneConfiguration.multiplierCounts[0])),
            settings: settings.row, pruning: settings.pruning, scope: settings.scope)
        softmaxScale = prompt.softmaxScale
        planes = (
            .keyMSB(settings.keyFormat, headSize: headSize), .keyLSB(settings.keyFormat, headSize: headSize),
            .value(settings.valueFormat, headSize: headSize))
        let quantizer = HostQuantizer(
            keyFormat: settings.keyFormat, valueFormat: settings.valueFormat, headroom: QuantizedLayer.headroom)
        layers = try prompt.caches.enumerated().map { layer, heads in
            try heads.enumerated().map { head, cache in
                let centre = settings.centresValues
                    ? ValueCentre(of: cache.values, headSize: headSize) : ValueCentre(headSize: headSize)
                let values = centre.removed(from: cache.values)
                return try SessionError.naming(layer: layer, head: head, row: nil) { () throws(QuantizationError) in
                    let scales = try quantizer.scales(ofPrompt: cache.keys, values: values, headSize: headSize)
                    return Head(
                        scales: scales, centre: centre, keys: scales.encodeKeys(cache.keys).codes,
                        values: scales.encodeValues(values).codes)
                }
            }
        }
        if Self.needsImportance(settings) {
            guard let importance else { preconditionFailure("a cascade begins with the prompt's importance") }
            setHeadScales()
            cascade = try Cascade(schedule: settings.schedule(layers: layers.count), heads: layers[0].count, settings: settings.cascade)
            try accumulate(importance)
        }
    }

    package mutating func beginStep(position: Int) throws {
        traffic = AttentionTraffic()
        self.position = position
        try cascade?.beginIteration(context: position + 1)
    }

    package mutating func attend(layer: Int, _ token: LayerToken) throws -> [Float] {
        let size = planes.value.headSize
        let kept = try cascade?.beginLayer()
        var outputs: [Float] = []
        outputs.reserveCapacity(token.query.count)
        for head in layers[layer].indices {
            let elements = head * size..<(head + 1) * size
            let scales = layers[layer][head].scales, centre = layers[layer][head].centre
            layers[layer][head].keys += scales.encodeKeys(Array(token.key[elements])).codes
            layers[layer][head].values += scales.encodeValues(centre.removed(from: Array(token.value[elements]))).codes
            traffic.contextRows += position + 1
            traffic.queryRows += 1
            guard kept?.keepsHead[head] ?? true else {
                outputs += [Float](repeating: 0, count: size)
                continue
            }
            let query = try SessionError.naming(layer: layer, head: head, row: position) { () throws(QuantizationError) in
                try scales.encodeQuery(Array(token.query[elements]), softmaxScale: softmaxScale)
            }
            let cache = layers[layer][head]
            let result = try lane.run(SpAttenRow(
                query: query.codes, keys: cache.keys, values: cache.values, list: kept?.tokens,
                end: kept?.tokens?.count ?? position + 1, scale: query.scoreScale))
            try cascade?.accumulate(result, head: head, headScale: cache.headScale)
            outputs += centre.restored(to: result.outputs.map { Float(Double($0) * scales.outputScale) })
            count(result)
            rows?.append(Row(position: position, layer: layer, head: head, query: query, list: kept?.tokens, result: result))
        }
        return outputs
    }

    package mutating func endStep() -> AttentionTraffic { traffic }

    /// Codes of a layer and head, each [tokens x headSize].
    package func codes(layer: Int, head: Int) -> (keys: [Int16], values: [Int16]) {
        (layers[layer][head].keys, layers[layer][head].values)
    }

    /// What a row's outputs are multiplied by for the head's importance; 0 if there is no cascade.
    package func headScale(layer: Int, head: Int) -> Int { layers[layer][head].headScale }

    /// One query row.
    private mutating func count(_ result: SpAttenResult) {
        let refined = planes.keyLSB == nil ? [] : result.refinedTokens, values = result.keptValueTokens
        traffic.keyMSB.add(rows: result.tokens, of: planes.keyMSB)
        traffic.keyLSB.add(rows: refined, of: planes.keyLSB)
        traffic.value.add(rows: values, of: planes.value)
        traffic.keyRows += result.tokens.count
        traffic.refinedKeyRows += refined.count
        traffic.valueRows += values.count
        traffic.computedQueryRows += 1
        traffic.refinedQueryRows += refined.isEmpty ? 0 : 1
    }

    private mutating func setHeadScales() {
        let scales = HeadScales(valueScales: layers.map { $0.map(\.scales.valueScale) })
        for layer in layers.indices {
            for head in layers[layer].indices { layers[layer][head].headScale = scales.values[layer][head] }
        }
    }

    /// As if the prompt's tokens had come one by one, each an iteration.
    private mutating func accumulate(_ importance: PromptImportance) throws {
        for token in 0..<importance.count {
            try cascade!.beginIteration(context: token + 1)
            try cascade!.accumulate(sums: importance.probabilities[token], rows: importance.rowsPerToken)
            for (layer, heads) in layers.enumerated() {
                for (index, head) in heads.enumerated() {
                    let magnitude = Double(importance.outputMagnitudes[layer][index][token]) / head.scales.outputScale
                    try cascade!.accumulate(magnitude: UInt64(magnitude.rounded()), head: index, headScale: head.headScale)
                }
            }
        }
    }
}

/// What the outputs of each head are multiplied by, so that their importances compare.
struct HeadScales {
    /// [layers][heads].
    let values: [[Int]]

    /// A quarter of what they may be at most: accumulated outputs of a thousand tokens fit 32 bits.
    init(valueScales: [[Double]]) {
        let largest = valueScales.joined().max() ?? 0
        let most = Double(1 << (HeadImportance.scaleBits - 2))
        values = valueScales.map { $0.map { largest > 0 ? Int((most * $0 / largest).rounded()) : 0 } }
    }
}

/// The mean of a prompt's values, channel by channel: taken from values before they are encoded, given back to outputs.
/// Weights of a row sum to 1 with those of its dropped values, which so count as the mean.
struct ValueCentre: Sendable {
    /// [headSize].
    private let means: [Float]

    /// Zeros: changes nothing.
    init(headSize: Int) { means = [Float](repeating: 0, count: headSize) }

    /// Of `values`, [tokens x headSize].
    init(of values: [Float], headSize: Int) {
        var sums = [Double](repeating: 0, count: headSize)
        for (index, value) in values.enumerated() { sums[index % headSize] += Double(value) }
        means = sums.map { Float($0 / Double(values.count / headSize)) }
    }

    func removed(from values: [Float]) -> [Float] {
        values.enumerated().map { $1 - means[$0 % means.count] }
    }

    func restored(to output: [Float]) -> [Float] {
        zip(output, means).map { $0 + $1 }
    }
}

extension ReductionSettings {
    /// As the lane takes it.
    var pruning: PruningSettings {
        let values: ValueRule = switch self.values.rule {
        case .none: .all
        case .topFraction: .fraction(self.values.amount)
        case .threshold: .threshold(self.values.amount)
        }
        return PruningSettings(
            refine: refinement.mode, confidence: ValueRule.fixedProbability(refinement.confidence), values: values,
            renormalise: self.values.renormalises)
    }

    var cascade: CascadeSettings {
        CascadeSettings(importance: tokens.importance, sink: tokens.sinkTokens, recent: tokens.recentTokens)
    }

    /// The ratios of tokens by the paper's rule.
    func tokenRatios(layers: Int) throws -> RatioLine {
        try Self.line(tokens.keepRatio, tokens.startRatio, unprunedPercent: RatioRule.unprunedTokenPercent, layers: layers)
    }

    /// Those of heads.
    func headRatios(layers: Int) throws -> RatioLine {
        try Self.line(headKeepRatio, headKeepRatio, unprunedPercent: RatioRule.unprunedHeadPercent, layers: layers)
    }

    /// What each layer keeps.
    func schedule(layers: Int) throws -> CascadeSchedule {
        try CascadeSchedule(tokens: tokenRatios(layers: layers), heads: headRatios(layers: layers), layers: layers)
    }

    private static func line(_ average: Double, _ start: Double, unprunedPercent: Int, layers: Int) throws -> RatioLine {
        try RatioRule(
            average: Int((average * 65536).rounded()), start: Int((start * 65536).rounded()), unprunedPercent: unprunedPercent
        ).line(layers: layers)
    }
}
