/// What the rows of a prompt give to the importance of its tokens and heads, from dense attention in single precision.
///
/// The same for every reduction that decodes after the prompt: computed once, shared by all.
public struct PromptImportance: Sendable {
    /// Prompt tokens.
    public let count: Int
    /// Rows of a token: one a layer and head.
    public let rowsPerToken: Int
    /// For each token, as query: the probability of each token up to itself, summed over layers and heads. A probability is
    /// rounded to the fractional bits that were asked for.
    public let probabilities: [[UInt32]]
    /// [layers][heads][tokens]: sum over the elements of |output|.
    public let outputMagnitudes: [[[Float]]]

    /// - Precondition: a sum over all layers and heads fits 32 bits.
    public init(_ prompt: PromptCache, fractionBits: Int) {
        let shape = prompt.shape, count = prompt.count, size = shape.headSize
        precondition(shape.layers * shape.heads <= 1 << (31 - fractionBits), "sums of probabilities do not fit 32 bits")
        let one = Float(1 << fractionBits)
        var sums = (0..<count).map { [UInt32](repeating: 0, count: $0 + 1) }
        var outputs = [Float](repeating: 0, count: count * size)
        outputMagnitudes = prompt.caches.indices.map { layer in
            prompt.caches[layer].indices.map { head in
                let cache = prompt.caches[layer][head]
                outputs.withUnsafeMutableBufferPointer { outputs in
                    PromptAttention.run(
                        queries: prompt.queries[layer][head], keys: cache.keys, values: cache.values, size: size,
                        scale: shape.softmaxScale, into: outputs.baseAddress!, stride: size
                    ) { row, probabilities in
                        sums[row].withUnsafeMutableBufferPointer { sums in
                            // Half up: a probability is not negative.
                            for key in sums.indices { sums[key] &+= UInt32(probabilities[key] * one + 0.5) }
                        }
                    }
                }
                return (0..<count).map { row in
                    outputs[row * size..<(row + 1) * size].reduce(0) { $0 + $1.magnitude }
                }
            }
        }
        self.count = count
        rowsPerToken = shape.layers * shape.heads
        probabilities = sums
    }
}
