import Foundation

/// A small decoder of the GPT kind with normalised queries and keys, in single precision.
///
/// Before attention and before the MLP a layer normalisation; queries and keys normalised per head (root mean square, with
/// gains); GELU in its tanh form; learned positions; the output matrix is the embedding. Docs/evaluation.md has the formulas.
/// Results do not depend on how tokens are batched nor on threads.
public struct LanguageModel: Sendable {
    public let shape: ModelShape
    /// [vocabulary x width], [context x width].
    private let embedding, positions: [Float]
    private let layers: [LayerWeights]
    private let lastNormalization: LayerNormalization
    private let unembedding: PackedMatrix

    /// Reads all `.safetensors` files of a directory; throws ``LanguageModelError`` or `WorkloadError`.
    public init(directory: String) throws {
        let reader = try WeightReader(directory: directory)
        let shape = try reader.shape()
        self.shape = shape
        embedding = try reader.floats("wte.weight", [shape.vocabulary, shape.width])
        positions = try reader.floats("wpe.weight", [shape.context, shape.width])
        layers = try (0..<shape.layers).map { try reader.layer($0, shape) }
        lastNormalization = try reader.normalization("lnf", shape)
        unembedding = embedding.withUnsafeBufferPointer {
            PackedMatrix(rows: $0, outputs: shape.vocabulary, inputs: shape.width)
        }
    }

    /// All tokens of a prompt at once, from position 0, with dense causal attention.
    public func prompt(_ tokens: [Int]) throws(LanguageModelError) -> PromptCache {
        guard !tokens.isEmpty else { throw .emptyPrompt }
        var states = try embed(tokens, positions: Array(tokens.indices))
        var caches: [[HeadCache]] = [], queries: [[[Float]]] = []
        for layer in layers {
            let heads = queryKeyValue(layer, states, count: tokens.count)
            var outputs = [Float](repeating: 0, count: tokens.count * shape.attentionWidth)
            outputs.withUnsafeMutableBufferPointer { outputs in
                for (index, head) in heads.enumerated() {
                    PromptAttention.run(
                        queries: head.queries, keys: head.keys, values: head.values, size: shape.headSize,
                        scale: shape.softmaxScale, into: outputs.baseAddress! + index * shape.headSize,
                        stride: shape.attentionWidth)
                }
            }
            caches.append(heads.map { HeadCache(keys: $0.keys, values: $0.values) })
            queries.append(heads.map(\.queries))
            finish(layer, &states, attention: outputs, count: tokens.count)
        }
        return PromptCache(
            shape: shape, count: tokens.count, caches: caches, queries: queries, states: lastNormalization(states))
    }

    /// One decode step of several sequences that read the same token: one for each of `attentions`.
    ///
    /// Weights are read once for all of them.
    /// - Returns: The states after the last layer, [attentions.count x width], and what each read.
    public func step(
        token: Int, position: Int, _ attentions: inout [any DecodeAttention]
    ) throws -> (states: [Float], traffic: [AttentionTraffic]) {
        let count = attentions.count, width = shape.attentionWidth
        var states = try embed(
            [Int](repeating: token, count: count), positions: [Int](repeating: position, count: count))
        for index in attentions.indices { try attentions[index].beginStep(position: position) }
        for (number, layer) in layers.enumerated() {
            let heads = queryKeyValue(layer, states, count: count)
            var outputs: [Float] = []
            outputs.reserveCapacity(count * width)
            for index in attentions.indices {
                let elements = index * shape.headSize..<(index + 1) * shape.headSize
                outputs += try attentions[index].attend(layer: number, LayerToken(
                    query: heads.flatMap { $0.queries[elements] }, key: heads.flatMap { $0.keys[elements] },
                    value: heads.flatMap { $0.values[elements] }))
            }
            precondition(outputs.count == count * width, "an attention returned another number of elements than it was given")
            finish(layer, &states, attention: outputs, count: count)
        }
        let traffic = try attentions.indices.map { try attentions[$0].endStep() }
        return (lastNormalization(states), traffic)
    }

    /// The negative logarithm of each target's probability after the state of the same row: [targets.count].
    ///
    /// - Parameter states: [targets.count x width].
    public func nats(states: [Float], targets: [Int]) throws(LanguageModelError) -> [Double] {
        precondition(states.count == targets.count * shape.width, "not a state for each target")
        try check(targets, place: "targets")
        let block = 32
        var logits = [Float](repeating: 0, count: block * shape.vocabulary)
        var nats: [Double] = []
        for first in stride(from: 0, to: targets.count, by: block) {
            let rows = min(block, targets.count - first)
            states.withUnsafeBufferPointer { states in
                logits.withUnsafeMutableBufferPointer { logits in
                    let base = logits.baseAddress!
                    unembedding.multiply(
                        states.baseAddress! + first * shape.width, stride: shape.width, count: rows, into: base,
                        resultStride: shape.vocabulary)
                    for row in 0..<rows {
                        let all = UnsafeMutableBufferPointer(start: base + row * shape.vocabulary, count: shape.vocabulary)
                        let target = Double(all[targets[first + row]])
                        let (sum, largest) = Elementwise.exponentials(all)
                        nats.append(log(sum) + Double(largest) - target)
                    }
                }
            }
        }
        return nats
    }

    private struct HeadTokens {
        /// Each [tokens x headSize].
        var queries, keys, values: [Float]
    }

    private func embed(_ tokens: [Int], positions places: [Int]) throws(LanguageModelError) -> [Float] {
        try check(tokens, place: "prompt")
        if let place = places.first(where: { !(0..<shape.context).contains($0) }) {
            throw .positionOutOfRange(position: place, context: shape.context)
        }
        let width = shape.width
        var states: [Float] = []
        states.reserveCapacity(tokens.count * width)
        for (token, place) in zip(tokens, places) {
            for index in 0..<width { states.append(embedding[token * width + index] + positions[place * width + index]) }
        }
        return states
    }

    private func check(_ tokens: [Int], place: String) throws(LanguageModelError) {
        if let index = tokens.firstIndex(where: { !(0..<shape.vocabulary).contains($0) }) {
            throw .tokenOutOfRange(place: place, index: index, token: tokens[index], vocabulary: shape.vocabulary)
        }
    }

    /// [heads].
    private func queryKeyValue(_ layer: LayerWeights, _ states: [Float], count: Int) -> [HeadTokens] {
        let joined = product(layer.queryKeyValue, layer.beforeAttention(states), count: count)
        let size = shape.headSize, width = shape.attentionWidth
        return (0..<shape.heads).map { head in
            let gains = head * size..<(head + 1) * size
            var tokens = HeadTokens(
                queries: [Float](repeating: 0, count: count * size), keys: [Float](repeating: 0, count: count * size),
                values: [])
            tokens.values.reserveCapacity(count * size)
            joined.withUnsafeBufferPointer { joined in
                for token in 0..<count {
                    let source = joined.baseAddress! + token * 3 * width + head * size
                    tokens.queries.withUnsafeMutableBufferPointer {
                        RootMeanSquare.normalize(source, gain: layer.queryGain[gains], into: $0.baseAddress! + token * size)
                    }
                    tokens.keys.withUnsafeMutableBufferPointer {
                        RootMeanSquare.normalize(
                            source + width, gain: layer.keyGain[gains], into: $0.baseAddress! + token * size)
                    }
                    tokens.values.append(contentsOf: UnsafeBufferPointer(start: source + 2 * width, count: size))
                }
            }
            return tokens
        }
    }

    /// What follows attention in a layer: projection and MLP, both added to the states.
    private func finish(_ layer: LayerWeights, _ states: inout [Float], attention: [Float], count: Int) {
        Elementwise.add(
            product(layer.projection, attention, count: count), bias: layer.projectionBias, to: &states)
        var hidden = product(layer.up, layer.beforeMLP(states), count: count)
        Elementwise.addBiasAndActivate(&hidden, bias: layer.upBias)
        Elementwise.add(product(layer.down, hidden, count: count), bias: layer.downBias, to: &states)
    }

    private func product(_ matrix: PackedMatrix, _ vectors: [Float], count: Int) -> [Float] {
        [Float](unsafeUninitializedCapacity: count * matrix.outputs) { result, initialized in
            vectors.withUnsafeBufferPointer {
                matrix.multiply(
                    $0.baseAddress!, stride: matrix.inputs, count: count, into: result.baseAddress!,
                    resultStride: matrix.outputs)
            }
            initialized = count * matrix.outputs
        }
    }
}
