/// Causal attention of all tokens of a prompt at once, one head, in single precision.
enum PromptAttention {
    /// Query rows whose scores are held at a time.
    private static let rowBlock = 32

    /// - Parameters:
    ///   - queries, keys, values: [tokens x size].
    ///   - result: [tokens x `stride`]; the first `size` elements of each row are written.
    ///   - visit: Called for every row with the probabilities of the keys that it sees.
    static func run(
        queries: [Float], keys: [Float], values: [Float], size: Int, scale: Double,
        into result: UnsafeMutablePointer<Float>, stride: Int,
        visit: (_ row: Int, _ probabilities: UnsafeBufferPointer<Float>) -> Void = { _, _ in }
    ) {
        let tokens = queries.count / size
        let packedKeys = keys.withUnsafeBufferPointer { PackedMatrix(rows: $0, outputs: tokens, inputs: size) }
        let packedValues = values.withUnsafeBufferPointer { PackedMatrix(columns: $0, outputs: size, inputs: tokens) }
        let scaled = queries.map { $0 * Float(scale) }
        var weights = [Float](repeating: 0, count: rowBlock * tokens)
        for first in Swift.stride(from: 0, to: tokens, by: rowBlock) {
            let rows = min(rowBlock, tokens - first), visible = first + rows
            scaled.withUnsafeBufferPointer { scaled in
                weights.withUnsafeMutableBufferPointer { weights in
                    let base = weights.baseAddress!
                    packedKeys.multiply(
                        scaled.baseAddress! + first * size, stride: size, count: rows, into: base, resultStride: tokens,
                        outputs: visible)
                    for row in 0..<rows {
                        let seen = UnsafeMutableBufferPointer(start: base + row * tokens, count: first + row + 1)
                        let factor = Float(1 / Elementwise.exponentials(seen).sum)
                        for index in seen.indices { seen[index] *= factor }
                        visit(first + row, UnsafeBufferPointer(seen))
                        // Later tokens of the block weigh nothing.
                        for index in seen.count..<visible { base[row * tokens + index] = 0 }
                    }
                    packedValues.multiply(
                        base, stride: tokens, count: rows, into: result + first * stride, resultStride: stride, inputs: visible)
                }
            }
        }
    }
}
