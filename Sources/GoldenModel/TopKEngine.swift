import Configuration

/// The k largest of n keys (Docs/pruning.md, Top-k).
public struct TopKEngine: Equatable, Sendable {
    /// The smallest key that is kept; with none kept, the largest that a key can be.
    public let value: UInt32
    /// How many keys that equal `value` are kept.
    public let equals: Int
    /// Of the kept keys, ascending.
    public let indices: [Int]

    /// - Parameters:
    ///   - keys: unsigned numbers of `keyBits` bits.
    ///   - k: how many are to be kept; more than there are is as many as there are.
    public init(_ keys: [UInt32], k: Int, keyBits: Int) {
        precondition(k >= 0 && (1...32).contains(keyBits), "k is not negative, and a key has 1 ... 32 bits")
        let order = keys.indices.sorted { (keys[$0], $1) > (keys[$1], $0) }
        let kept = order.prefix(k)
        let value = kept.last.map { keys[$0] } ?? UInt32.max >> UInt32(32 - keyBits)
        self.value = value
        equals = kept.filter { keys[$0] == value }.count
        indices = kept.sorted()
    }
}
