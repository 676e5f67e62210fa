import Configuration
import FixedPoint

/// The keep ratios of the layers of an iteration as a descriptor has them: 1 for the first, then on a line.
public struct KeepRatio: Hashable, Sendable {
    /// First layers that keep everything.
    public var unpruned: Int
    /// Of the first layer that prunes, 16 fractional bits, and what each further one adds.
    public var start, step: Int

    public init(unpruned: Int, start: Int, step: Int) {
        self.unpruned = unpruned
        self.start = start
        self.step = step
    }

    public static let keepsAll = KeepRatio(unpruned: 255, start: 1 << 16, step: 0)
}

extension ValueRule {
    /// As jobs and descriptors say it.
    package var code: (rule: Int, limit: Int) {
        switch self {
        case .all: (0, 0)
        case .fraction(let limit): (1, limit)
        case .threshold(let limit): (2, limit)
        }
    }
}
