/// Un-normalised output of a tile: the sum of weight times value row.
///
/// A sum takes 42 signed bits for a tile of 1,024 keys, 44 for one of 4,096.
public enum ProbabilityValueUnit {
    /// Sums over all keys, [headSize], of `values`, [weights.count x headSize] row after row.
    /// - Precondition: `values` holds a row for every weight; weights fit 21 bits, values 12.
    public static func outputSums(weights: [UInt32], values: [Int16], headSize: Int) -> [Int64] {
        precondition(values.count == weights.count * headSize, "values are not one row a weight")
        var sums = [Int64](repeating: 0, count: headSize)
        sums.withUnsafeMutableBufferPointer { sums in
            weights.withUnsafeBufferPointer { weights in
                values.withUnsafeBufferPointer { values in
                    accumulate(weights: weights, rows: weights.indices, values: values, into: sums)
                }
            }
        }
        return sums
    }

    /// Adds the rows of `values` that belong to the weights, in their order; what weighs nothing is not read.
    static func accumulate(
        weights: UnsafeBufferPointer<UInt32>, rows: some RandomAccessCollection<Int>, values: UnsafeBufferPointer<Int16>,
        into sums: UnsafeMutableBufferPointer<Int64>
    ) {
        let headSize = sums.count
        // A weight is split in 11 high and 10 low bits: products of 16 bits by 16 run in vectors, and the sums of 1,024 of
        // either fit 32 bits, down to 1,024 * 2^10 * -2^11 = -2^31.
        let keysOfBlock = 1024
        withUnsafeTemporaryAllocation(of: Int32.self, capacity: 2 * headSize) { halves in
            halves.initialize(repeating: 0)
            let high = UnsafeMutableBufferPointer(rebasing: halves[..<headSize])
            let low = UnsafeMutableBufferPointer(rebasing: halves[headSize...])
            var keysLeft = keysOfBlock
            for (weight, row) in zip(weights, rows) where weight != 0 {
                let highPart = Int32(Int16(truncatingIfNeeded: weight >> 10))
                let lowPart = Int32(Int16(truncatingIfNeeded: weight & 1023))
                let value = UnsafeBufferPointer(rebasing: values[row * headSize..<(row + 1) * headSize])
                for element in 0..<headSize {
                    high[element] &+= highPart &* Int32(value[element])
                    low[element] &+= lowPart &* Int32(value[element])
                }
                keysLeft -= 1
                if keysLeft == 0 {
                    flush(high, low, into: sums)
                    keysLeft = keysOfBlock
                }
            }
            flush(high, low, into: sums)
        }
    }

    /// Moves both halves to the sums.
    private static func flush(
        _ high: UnsafeMutableBufferPointer<Int32>, _ low: UnsafeMutableBufferPointer<Int32>,
        into sums: UnsafeMutableBufferPointer<Int64>
    ) {
        for element in sums.indices {
            sums[element] += Int64(high[element]) << 10 + Int64(low[element])
        }
        high.update(repeating: 0)
        low.update(repeating: 0)
    }
}
