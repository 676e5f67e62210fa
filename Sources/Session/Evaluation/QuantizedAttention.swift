import Configuration
import FixedPoint
import GoldenModel
import LanguageModel

/// Attention of decode steps by the golden model of the dense lane: in every bit what the hardware gives.
///
/// The prompt freezes the scales, with headroom; keys and values of later tokens are encoded with the same ones.
package struct QuantizedAttention: DecodeAttention {
    /// Keys and values of one layer and head as the lane reads them.
    private struct Head {
        let scales: FrozenScales
        /// Each [tokens x headSize].
        var keys, values: [Int16]
    }

    private let lane: Lane
    private let softmaxScale: Double
    private let planes: (keyMSB: PlaneLayout, keyLSB: PlaneLayout?, value: PlaneLayout)
    /// [layers][heads].
    private var layers: [[Head]]
    private var traffic = AttentionTraffic()

    /// Throws for settings that need more than formats and a tile, and for tensors that cannot be quantised.
    package init(_ prompt: PromptCache, settings: ReductionSettings) throws {
        try settings.validate()
        guard settings.isStatic else {
            throw ConfigurationError.unsupported(
                parameter: "pruning or refinement", value: "by scores", remedy: "this attention has formats and a tile only")
        }
        let headSize = prompt.shape.headSize
        lane = try Lane(
            configuration: LaneConfiguration(headSize: headSize, multipliers: LaneConfiguration.multiplierCounts[0]),
            settings: settings.row)
        softmaxScale = prompt.softmaxScale
        planes = (
            .keyMSB(settings.keyFormat, headSize: headSize), .keyLSB(settings.keyFormat, headSize: headSize),
            .value(settings.valueFormat, headSize: headSize))
        let quantizer = HostQuantizer(
            keyFormat: settings.keyFormat, valueFormat: settings.valueFormat, headroom: QuantizedLayer.headroom)
        layers = try prompt.caches.enumerated().map { layer, heads in
            try heads.enumerated().map { head, cache in
                try SessionError.naming(layer: layer, head: head, row: nil) { () throws(QuantizationError) in
                    let scales = try quantizer.scales(ofPrompt: cache.keys, values: cache.values, headSize: headSize)
                    return Head(
                        scales: scales, keys: scales.encodeKeys(cache.keys).codes,
                        values: scales.encodeValues(cache.values).codes)
                }
            }
        }
    }

    package mutating func beginStep(position: Int) { traffic = AttentionTraffic() }

    package mutating func attend(layer: Int, _ token: LayerToken) throws -> [Float] {
        let size = lane.configuration.headSize
        var outputs: [Float] = []
        outputs.reserveCapacity(token.query.count)
        for head in layers[layer].indices {
            let elements = head * size..<(head + 1) * size
            let scales = layers[layer][head].scales
            layers[layer][head].keys += scales.encodeKeys(Array(token.key[elements])).codes
            layers[layer][head].values += scales.encodeValues(Array(token.value[elements])).codes
            let cache = layers[layer][head], keyCount = cache.keys.count / size
            let query = try SessionError.naming(layer: layer, head: head, row: keyCount - 1) { () throws(QuantizationError) in
                try scales.encodeQuery(Array(token.query[elements]), softmaxScale: softmaxScale)
            }
            let result = try lane.run(LaneRow(
                query: query.codes, keys: cache.keys, values: cache.values, keyCount: keyCount, scale: query.scoreScale))
            outputs += result.outputs.map { Float(Double($0) * scales.outputScale) }
            count(rows: keyCount)
        }
        return outputs
    }

    package mutating func endStep() -> AttentionTraffic { traffic }

    /// One query row over all keys and values.
    private mutating func count(rows: Int) {
        traffic.keyMSB.add(rows: 0..<rows, of: planes.keyMSB)
        traffic.keyLSB.add(rows: 0..<rows, of: planes.keyLSB)
        traffic.value.add(rows: 0..<rows, of: planes.value)
        traffic.contextRows += rows
        traffic.keyRows += rows
        traffic.valueRows += rows
        traffic.queryRows += 1
        traffic.computedQueryRows += 1
        if planes.keyLSB != nil {
            traffic.refinedKeyRows += rows
            traffic.refinedQueryRows += 1
        }
    }
}
