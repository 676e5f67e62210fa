import Foundation

/// Exact attention over single-precision keys and values, in double precision: what every reduction is measured against.
public struct DenseAttention: DecodeAttention {
    private let softmaxScale: Double
    private var caches: [[HeadCache]]
    private var traffic = AttentionTraffic()

    public init(_ prompt: PromptCache) {
        softmaxScale = prompt.softmaxScale
        caches = prompt.caches
    }

    public mutating func beginStep(position: Int) { traffic = AttentionTraffic() }

    public mutating func attend(layer: Int, _ token: LayerToken) -> [Float] {
        let heads = caches[layer].count, size = token.query.count / heads
        return (0..<heads).flatMap { head in
            let elements = head * size..<(head + 1) * size
            caches[layer][head].append(key: token.key[elements], value: token.value[elements])
            let cache = caches[layer][head]
            count(rows: cache.keys.count / size, size: size)
            return Self.attention(Array(token.query[elements]), cache, scale: softmaxScale)
        }
    }

    public mutating func endStep() -> AttentionTraffic { traffic }

    /// Rows are contiguous and their bytes a multiple of every sector.
    private mutating func count(rows: Int, size: Int) {
        var plane = AttentionTraffic.Amount()
        plane.usefulBits = rows * size * 32
        plane.movedBytes32 = plane.usefulBits / 8
        plane.movedBytes64 = plane.usefulBits / 8
        traffic.keyMSB += plane
        traffic.value += plane
        traffic.contextRows += rows
        traffic.keyRows += rows
        traffic.valueRows += rows
        traffic.queryRows += 1
        traffic.computedQueryRows += 1
    }

    /// `softmax(scale * query . keys) . values`.
    private static func attention(_ query: [Float], _ cache: HeadCache, scale: Double) -> [Float] {
        let size = query.count, rows = cache.keys.count / size
        let scaled = query.map { Double($0) * scale }
        var weights = [Double](repeating: 0, count: rows)
        var outputs = [Double](repeating: 0, count: size)
        // Four sums side by side: one alone would wait for each addition.
        let vectors = stride(from: 0, to: size - 3, by: 4).map { SIMD4<Double>(scaled[$0..<$0 + 4]) }
        cache.keys.withUnsafeBytes { keys in
            for row in 0..<rows {
                var sums = SIMD4<Double>.zero
                for (index, vector) in vectors.enumerated() {
                    let offset = (row * size + 4 * index) * MemoryLayout<Float>.size
                    sums += vector * SIMD4<Double>(keys.loadUnaligned(fromByteOffset: offset, as: SIMD4<Float>.self))
                }
                var score = (sums[0] + sums[1]) + (sums[2] + sums[3])
                for element in 4 * vectors.count..<size { score += scaled[element] * Double(cache.keys[row * size + element]) }
                weights[row] = score
            }
        }
        let largest = weights.max() ?? 0
        var total = 0.0
        cache.values.withUnsafeBufferPointer { values in
            outputs.withUnsafeMutableBufferPointer { outputs in
                for row in 0..<rows {
                    let weight = exp(weights[row] - largest)
                    total += weight
                    for element in 0..<size { outputs[element] += weight * Double(values[row * size + element]) }
                }
            }
        }
        return outputs.map { Float($0 / total) }
    }
}
