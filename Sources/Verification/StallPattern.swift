import SeededRandom
import Simulation

/// When one end of a stream hesitates: never, or at random by a seed.
public struct StallPattern: Sendable {
    private var generator: SeededGenerator
    private let threshold: UInt64

    /// Never.
    public static let none = StallPattern(seed: 0, probability: 0)

    /// In a fraction `probability` of the cycles.
    public init(seed: UInt64, probability: Double) {
        generator = SeededGenerator(seed: seed)
        threshold = UInt64(probability * 0x1p32)
    }

    /// Whether to hesitate this cycle.
    public mutating func next() -> Bool {
        threshold > 0 && generator.next() >> 32 < threshold
    }
}
