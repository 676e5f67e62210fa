import RTL

extension Unsigned {
    /// Index of the highest set bit, by halves; 0 if none is set.
    public func leadingOneIndex() -> Unsigned {
        let size = 1 << bitsToIndex(width)
        return Self.leadingOne(of: extended(to: size), size: size).index!
    }

    private static func leadingOne(of bits: Unsigned, size: Int) -> (found: Bit, index: Unsigned?) {
        if size == 1 { return (bits[0], nil) }
        let half = size / 2
        let high = leadingOne(of: bits[half..<size], size: half), low = leadingOne(of: bits[0..<half], size: half)
        let upper = high.found.asUnsigned
        guard let highIndex = high.index, let lowIndex = low.index else { return (high.found | low.found, upper) }
        return (high.found | low.found, concatenate(upper, mux(high.found, highIndex, lowIndex)))
    }
}
