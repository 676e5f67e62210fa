import Foundation

/// Attention in double precision on the same quantized integers: what the hardware's arithmetic is measured against.
public enum DoubleReference {
    /// Softmax of `scale * (query . key)` over the first `keyCount` keys, times their values; [headSize], in units of a
    /// value code. Zeros for a row without keys.
    ///
    /// `scale` is the true real scale, not the mantissa and shift the hardware multiplies by.
    /// - Precondition: `keys` and `values` hold `keyCount` rows of the query's length.
    public static func attention(
        query: [Int16], keys: [Int16], values: [Int16], keyCount: Int, scale: Double
    ) -> [Double] {
        let headSize = query.count
        precondition(min(keys.count, values.count) >= keyCount * headSize, "fewer rows than keys")
        var outputs = [Double](repeating: 0, count: headSize)
        guard keyCount > 0 else { return outputs }

        let realQuery = query.map { Double($0) * scale }
        var exponents = [Double](repeating: 0, count: keyCount)
        keys.withUnsafeBufferPointer { keys in
            for key in 0..<keyCount {
                let row = keys[key * headSize..<(key + 1) * headSize]
                exponents[key] = zip(realQuery, row).reduce(0) { $0 + $1.0 * Double($1.1) }
            }
        }
        let largest = exponents.max() ?? 0
        var total = 0.0
        values.withUnsafeBufferPointer { values in
            outputs.withUnsafeMutableBufferPointer { outputs in
                for key in 0..<keyCount {
                    let weight = exp(exponents[key] - largest)
                    total += weight
                    let row = UnsafeBufferPointer(rebasing: values[key * headSize..<(key + 1) * headSize])
                    for element in 0..<headSize {
                        outputs[element] += weight * Double(row[element])
                    }
                }
            }
        }
        return outputs.map { $0 / total }
    }
}
