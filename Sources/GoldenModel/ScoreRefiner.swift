/// Doubled scores from the MSB plane, and from both (Docs/pruning.md 2).
///
/// Twice a score is an integer also at the centre of a bin; it takes `25 + log2(headSize)` signed bits.
public enum ScoreRefiner {
    /// Twice the scores that keys have at the centre of their bins: the mean over all LSB parts. `keys` are whole codes,
    /// [keyCount x query.count] row after row, of which only what lies above `lsbBits` counts.
    /// - Precondition: `keys` is whole rows of the query's length; every code fits 12 bits.
    public static func centres(query: [Int16], keys: [Int16], lsbBits: Int) -> [Int32] {
        precondition(keys.count % query.count == 0, "keys are not whole rows")
        return query.withUnsafeBufferPointer { query in
            let querySum = sum(query)
            return keys.withUnsafeBufferPointer { keys in
                stride(from: 0, to: keys.count, by: query.count).map { start in
                    centre(
                        query: query, querySum: querySum,
                        key: UnsafeBufferPointer(rebasing: keys[start..<start + query.count]), lsbBits: lsbBits)
                }
            }
        }
    }

    /// Twice the score of a key, [query.count], from its centre score and the low `lsbBits` bits of its code.
    public static func whole(centre: Int32, query: [Int16], key: [Int16], lsbBits: Int) -> Int32 {
        precondition(key.count == query.count, "the key is not of the query's length")
        return query.withUnsafeBufferPointer { query in
            key.withUnsafeBufferPointer { whole(centre: centre, query: query, querySum: sum(query), key: $0, lsbBits: lsbBits) }
        }
    }

    static func sum(_ query: UnsafeBufferPointer<Int16>) -> Int32 {
        query.reduce(0) { $0 + Int32($1) }
    }

    @inline(__always)
    static func centre(
        query: UnsafeBufferPointer<Int16>, querySum: Int32, key: UnsafeBufferPointer<Int16>, lsbBits: Int
    ) -> Int32 {
        let shift = Int16(lsbBits)
        var score: Int32 = 0
        for element in query.indices {
            score &+= Int32(query[element]) &* Int32(key[element] &>> shift)
        }
        return (score << Int32(lsbBits + 1)) + halfBins(querySum, lsbBits)
    }

    @inline(__always)
    static func whole(
        centre: Int32, query: UnsafeBufferPointer<Int16>, querySum: Int32, key: UnsafeBufferPointer<Int16>, lsbBits: Int
    ) -> Int32 {
        let mask = (Int16(1) << Int16(lsbBits)) - 1
        var score: Int32 = 0
        for element in query.indices {
            score &+= Int32(query[element]) &* Int32(key[element] & mask)
        }
        return centre + 2 * score - halfBins(querySum, lsbBits)
    }

    /// Twice the score of a key whose every element is half a bin less half a step.
    @inline(__always)
    private static func halfBins(_ querySum: Int32, _ lsbBits: Int) -> Int32 {
        ((1 << Int32(lsbBits)) - 1) * querySum
    }
}
