import RTL

extension Array where Element == Bit {
    /// How many of them are set, as a balanced tree; `bitsToCount(count)` bits.
    public func populationCount() -> Unsigned {
        precondition(!isEmpty, "a count of no bits")
        var level = map(\.asUnsigned)
        while level.count > 1 {
            level = stride(from: 0, to: level.count, by: 2).map { i in
                i + 1 < level.count ? level[i] + level[i + 1] : level[i]
            }
        }
        return level[0].resized(to: bitsToCount(count))
    }

    /// For each bit, how many are set up to and with it; log2 of the count levels of adders, each sum as wide as it must be.
    public func prefixCounts() -> [Unsigned] {
        precondition(!isEmpty, "a count of no bits")
        if count == 1 { return [self[0].asUnsigned] }
        let half = 1 << (bitsToIndex(count) - 1)
        let low = Array(self[..<half]).prefixCounts(), high = Array(self[half...]).prefixCounts()
        return low + high.enumerated().map { index, count in
            (low[half - 1] + count).resized(to: bitsToCount(half + index + 1))
        }
    }
}
