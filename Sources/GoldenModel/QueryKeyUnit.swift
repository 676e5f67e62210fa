/// Integer scores: the exact inner product of the query with every key.
///
/// A score takes `24 + log2(headSize)` signed bits, at most 31.
public enum QueryKeyUnit {
    /// Scores of `keys`, [keyCount x query.count] row after row.
    /// - Precondition: `keys` is whole rows of the query's length; every code fits 12 bits.
    public static func scores(query: [Int16], keys: [Int16]) -> [Int32] {
        precondition(keys.count % max(1, query.count) == 0, "keys are not whole rows")
        let keyCount = keys.count / max(1, query.count)
        return [Int32](unsafeUninitializedCapacity: keyCount) { scores, count in
            query.withUnsafeBufferPointer { query in
                keys.withUnsafeBufferPointer { keys in
                    Self.scores(query: query, keys: keys, into: UnsafeMutableBufferPointer(rebasing: scores[..<keyCount]))
                }
            }
            count = keyCount
        }
    }

    static func scores(
        query: UnsafeBufferPointer<Int16>, keys: UnsafeBufferPointer<Int16>, into scores: UnsafeMutableBufferPointer<Int32>
    ) {
        let headSize = query.count
        for key in scores.indices {
            scores[key] = score(query: query, key: UnsafeBufferPointer(rebasing: keys[key * headSize..<(key + 1) * headSize]))
        }
    }

    /// Score of one key, [query.count].
    @inline(__always)
    static func score(query: UnsafeBufferPointer<Int16>, key: UnsafeBufferPointer<Int16>) -> Int32 {
        var sum: Int32 = 0
        for element in query.indices {
            sum &+= Int32(query[element]) &* Int32(key[element])
        }
        return sum
    }
}
