import SeededRandom

/// In which cycles one end of a stream hesitates.
public struct StallPattern: Sendable {
    private enum Kind {
        /// In each cycle with a probability of threshold / 2^32.
        case random(SeededGenerator, threshold: UInt64)
        /// In these cycles, in ascending order, counted from the first.
        case cycles([Range<Int>], next: Int)
    }

    private var kind: Kind
    private var cycle = 0
    private let isNone: Bool

    /// Never.
    public static let none = StallPattern(cycles: [])

    /// At random by a seed, in a fraction `probability` of the cycles.
    public init(seed: UInt64, probability: Double) {
        kind = .random(SeededGenerator(seed: seed), threshold: UInt64(probability * 0x1p32))
        isNone = probability == 0
    }

    /// In the cycles of ascending, disjoint `ranges`.
    public init(cycles ranges: [Range<Int>]) {
        kind = .cycles(ranges, next: 0)
        isNone = ranges.isEmpty
    }

    /// Whether to hesitate in a cycle in which it only matters if `isDue`; a random pattern draws only then.
    public mutating func next(where isDue: Bool) -> Bool {
        if case .random = kind, !isDue { return false }
        return next()
    }

    /// Whether to hesitate this cycle.
    public mutating func next() -> Bool {
        if isNone { return false }
        switch kind {
        case .random(var generator, let threshold):
            let stalls = generator.next() >> 32 < threshold
            kind = .random(generator, threshold: threshold)
            return stalls
        case .cycles(let ranges, var next):
            defer { cycle += 1 }
            guard next < ranges.count else { return false }
            if cycle >= ranges[next].upperBound {
                next += 1
                kind = .cycles(ranges, next: next)
            }
            return next < ranges.count && ranges[next].contains(cycle)
        }
    }
}
