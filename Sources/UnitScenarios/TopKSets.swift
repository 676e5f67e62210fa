import Accelerator
import Configuration
import SeededRandom

extension TopKSet {
    /// Kinds of sets that selection may stumble over.
    package enum Family: String, CaseIterable, Sendable {
        case uniform, few, two, equal, ascending, descending, organPipe, lowest, highest, nearThreshold, geometric

        /// `count` keys of `bits` bits.
        package func keys(_ count: Int, bits: Int, _ random: inout SeededGenerator) -> [UInt32] {
            let top = UInt32.max >> UInt32(32 - bits)
            func any() -> UInt32 { UInt32(truncatingIfNeeded: random.next() >> 32) & top }
            func many(_ make: () -> UInt32) -> [UInt32] { (0..<count).map { _ in make() } }
            switch self {
            case .uniform: return many(any)
            case .few:
                let values = (0..<5).map { _ in any() }
                return many { values[random.below(values.count)] }
            case .two:
                let base = any()
                return many { random.flip() ? base : base ^ 1 }
            case .equal:
                let value = any()
                return many { value }
            case .ascending: return many(any).sorted()
            case .descending: return many(any).sorted(by: >)
            case .organPipe:
                let sorted = many(any).sorted()
                return stride(from: 0, to: count, by: 2).map { sorted[$0] }
                    + stride(from: 1, to: count, by: 2).reversed().map { sorted[$0] }
            case .lowest: return many { random.below(8) == 0 ? any() : 0 }
            case .highest: return many { random.below(8) == 0 ? any() : top }
            case .nearThreshold:
                let value = any()
                return many { random.below(3) == 0 ? any() : value }
            case .geometric: return many { any() >> UInt32(random.below(bits)) }
            }
        }
    }

    /// n, k and keys of any family, with the edges of each often.
    package static func random(_ topK: TopKConfiguration, largest: Int? = nil, _ random: inout SeededGenerator) -> TopKSet {
        let largest = min(topK.capacity, largest ?? topK.capacity), lanes = topK.parallelism
        let count = switch random.below(10) {
        case 0: random.below(3)
        case 1: min(largest, lanes * (1 + random.below(4)) + random.below(3) - 1)
        case 2: largest - random.below(2)
        default: random.below(largest + 1)
        }
        let k = switch random.below(8) {
        case 0: 0
        case 1: min(1, count)
        case 2: max(0, count - 1)
        case 3: count
        case 4: min(count + 1 + random.below(3), (1 << topK.countBits) - 1)
        default: random.below(count + 1)
        }
        let family = Family.allCases[random.below(Family.allCases.count)]
        return TopKSet(keys: family.keys(count, bits: topK.keyBits, &random), k: k)
    }

    /// Every n and k of the edges with every family.
    package static func edges(_ topK: TopKConfiguration, _ random: inout SeededGenerator) -> [TopKSet] {
        let lanes = topK.parallelism
        let counts = Set([0, 1, 2, lanes - 1, lanes, lanes + 1, 2 * lanes, topK.capacity - 1, topK.capacity]).sorted()
        var sets: [TopKSet] = []
        for count in counts {
            for family in Family.allCases {
                let keys = family.keys(count, bits: topK.keyBits, &random)
                for k in Set([0, 1, count / 2, count - 1, count, count + 1]).sorted() where k >= 0 {
                    // Of a full set, one k for each family.
                    if count > 4 * lanes, (k + family.rawValue.count) % 3 != 0 { continue }
                    sets.append(TopKSet(keys: keys, k: k))
                }
            }
        }
        return sets
    }
}
