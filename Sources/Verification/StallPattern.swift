/// When one end of a stream hesitates: never, or at random by a seed.
public struct StallPattern: Sendable {
    private var state: UInt64
    private let threshold: UInt64

    /// Never.
    public static let none = StallPattern(seed: 0, probability: 0)

    /// In a fraction `probability` of the cycles.
    public init(seed: UInt64, probability: Double) {
        state = seed
        threshold = UInt64(probability * 0x1p32)
    }

    /// Whether to hesitate this cycle (SplitMix64, upper half).
    public mutating func next() -> Bool {
        guard threshold > 0 else { return false }
        state &+= 0x9e37_79b9_7f4a_7c15
        var z = state
        z = (z ^ z >> 30) &* 0xbf58_476d_1ce4_e5b9
        z = (z ^ z >> 27) &* 0x94d0_49bb_1331_11eb
        return (z ^ z >> 31) >> 32 < threshold
    }
}
