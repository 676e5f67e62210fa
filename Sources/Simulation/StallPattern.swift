import SeededRandom

/// When one end of a stream hesitates: never, at random by a seed, or as a list of bits says.
public struct StallPattern: Sendable {
    /// What the next answers follow from; an engine that runs a whole exchange takes it over.
    package private(set) var generator: SeededGenerator
    /// Of 2^32.
    package let threshold: UInt64
    package let bits: [UInt64]
    package let bitCount: Int
    package private(set) var nextBit = 0

    /// Never.
    public static let none = StallPattern(seed: 0, probability: 0)

    /// In a fraction `probability` of the cycles.
    public init(seed: UInt64, probability: Double) {
        generator = SeededGenerator(seed: seed)
        threshold = UInt64(probability * 0x1p32)
        (bits, bitCount) = ([], 0)
    }

    /// Bit i, from the lowest of the first word on, answers question i; from `count` on the end never hesitates.
    public init(bits: [UInt64], count: Int) {
        generator = SeededGenerator(seed: 0)
        threshold = 0
        self.bits = bits
        bitCount = min(count, 64 * bits.count)
    }

    /// Asked once a cycle, hesitates in the cycles of ascending, disjoint `ranges`.
    public init(cycles ranges: [Range<Int>]) {
        let end = ranges.last?.upperBound ?? 0
        var bits = [UInt64](repeating: 0, count: (end + 63) / 64)
        for cycle in ranges.joined() { bits[cycle / 64] |= 1 << UInt64(cycle % 64) }
        self.init(bits: bits, count: end)
    }

    /// Whether to hesitate in a cycle in which it only matters if `isDue`; a random pattern draws only then.
    public mutating func next(where isDue: Bool) -> Bool {
        isDue || bitCount > 0 ? next() : false
    }

    /// Whether to hesitate this cycle.
    public mutating func next() -> Bool {
        if nextBit < bitCount {
            defer { nextBit += 1 }
            return bits[nextBit / 64] >> UInt64(nextBit % 64) & 1 == 1
        }
        return threshold > 0 && generator.next() >> 32 < threshold
    }
}
