/// SplitMix64: a random stream that is the same on every machine and for every Swift version.
///
/// Use the methods here rather than `Int.random(in:using:)` or `shuffled(using:)`: the standard library does not
/// promise which draws those make, so a new toolchain could change every recorded workload.
/// Algorithm: Steele, Lea and Flood, "Fast splittable pseudorandom number generators", OOPSLA 2014.
public struct SeededGenerator: RandomNumberGenerator, Sendable {
    /// The seed of a generator that goes on from here.
    public private(set) var state: UInt64

    public init(seed: UInt64) {
        state = seed
    }

    /// The stream of one named consumer of a run; see `derivedSeed`.
    public init(seed: UInt64, name: String) {
        self.init(seed: derivedSeed(seed, name))
    }

    public mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        return mixed(state)
    }

    /// A whole number in `0 ..< bound`; `bound` is at least 1. The bias is below `bound` * 2^-64.
    public mutating func below(_ bound: Int) -> Int {
        precondition(bound > 0, "below(_:) needs a positive bound")
        return Int(next().multipliedFullWidth(by: UInt64(bound)).high)
    }

    /// `count` numbers of `bits` bits, two's complement, each as likely as any other; `bits` is 1 to 16.
    public mutating func uniformCodes(_ count: Int, bits: Int) -> [Int16] {
        (0..<count).map { _ in Int16(below(1 << bits) - (1 << (bits - 1))) }
    }

    /// A multiple of 2^-53 in [0, 1).
    public mutating func unit() -> Double {
        Double(next() >> 11) * 0x1p-53
    }

    /// `count` of `items`, in their order, every choice as likely as any other; `count` is at most as many as there are.
    public mutating func sample<Item>(_ count: Int, of items: [Item]) -> [Item] {
        precondition(count <= items.count, "no more than there are can be chosen")
        var wanted = count, left = items.count
        return items.filter { _ in
            defer { left -= 1 }
            guard below(left) < wanted else { return false }
            wanted -= 1
            return true
        }
    }

    /// `items` in another order, each as likely as any other (Fisher and Yates).
    public mutating func shuffled<Item>(_ items: [Item]) -> [Item] {
        var items = items
        for last in stride(from: items.count - 1, to: 0, by: -1) { items.swapAt(last, below(last + 1)) }
        return items
    }

    /// +1 or -1.
    public mutating func sign() -> Double {
        next() >> 63 == 0 ? 1 : -1
    }

    /// Nearly normal: mean 0, variance 1, within +-6.
    ///
    /// A sum of twelve 21-bit uniforms, in integers: logarithms and cosines differ between C libraries in the last bit,
    /// this cannot. Kurtosis is 2.9 instead of 3.
    public mutating func gaussian() -> Double {
        let mask: UInt64 = 1 << 21 - 1
        var sum: UInt64 = 0
        for _ in 0..<4 {
            let bits = next()
            sum += (bits & mask) + (bits >> 21 & mask) + (bits >> 42 & mask)
        }
        // Each uniform has mean (2^21 - 1) / 2.
        return Double(Int(sum) - 6 * Int(mask)) * 0x1p-21
    }
}

/// A seed for one named consumer (a test, a tensor) of a run: the same in every process and on every machine, and
/// unrelated to that of other names. Give the one global seed of a run and this reproduces the consumer alone.
public func derivedSeed(_ global: UInt64, _ name: String) -> UInt64 {
    // FNV-1a over the UTF-8 bytes; `Hasher` is seeded anew by each process.
    var hash: UInt64 = 0xCBF2_9CE4_8422_2325
    for byte in name.utf8 {
        hash = (hash ^ UInt64(byte)) &* 0x0000_0100_0000_01B3
    }
    return mixed(mixed(global) ^ hash)
}

/// The output function of SplitMix64: a bijection in which every input bit reaches every output bit.
private func mixed(_ value: UInt64) -> UInt64 {
    var z = value
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
}
