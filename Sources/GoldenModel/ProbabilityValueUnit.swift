/// Un-normalised output of a tile: the sum of weight times value row.
///
/// A sum takes 42 signed bits for a tile of 1,024 keys.
public enum ProbabilityValueUnit {
    /// Sums over all keys, [headSize], of `values`, [weights.count x headSize] row after row.
    /// - Precondition: `values` holds a row for every weight; weights fit 21 bits, values 12.
    public static func outputSums(weights: [UInt32], values: [Int16], headSize: Int) -> [Int64] {
        precondition(values.count == weights.count * headSize, "values are not one row a weight")
        var sums = [Int64](repeating: 0, count: headSize)
        sums.withUnsafeMutableBufferPointer { sums in
            weights.withUnsafeBufferPointer { weights in
                values.withUnsafeBufferPointer { values in
                    accumulate(weights: weights, values: values, into: sums)
                }
            }
        }
        return sums
    }

    /// Adds to `sums`.
    static func accumulate(
        weights: UnsafeBufferPointer<UInt32>, values: UnsafeBufferPointer<Int16>, into sums: UnsafeMutableBufferPointer<Int64>
    ) {
        let headSize = sums.count
        for key in weights.indices where weights[key] != 0 {
            let weight = Int32(weights[key])
            let row = UnsafeBufferPointer(rebasing: values[key * headSize..<(key + 1) * headSize])
            for element in 0..<headSize {
                // The product fits 32 bits, down to 2^20 * -2^11 = -2^31; the sum does not.
                sums[element] &+= Int64(weight &* Int32(row[element]))
            }
        }
    }
}
