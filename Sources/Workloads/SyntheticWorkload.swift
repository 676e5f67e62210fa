import FixedPoint
import SeededRandom

/// A seeded workload of one family: the same arguments give the same bits on any machine, for only integer arithmetic and
/// the IEEE operations + - * / and square root are used. The softmax scale is 1/sqrt(headSize).
///
/// Each head's tensor has a stream of its own, so a key does not change when rows or heads are added.
public struct SyntheticWorkload: Sendable, Hashable {
    public struct Shape: Sendable, Hashable {
        public let heads: Int
        public let kvHeads: Int
        public let rows: Int
        public let keys: Int
        public let headSize: Int

        /// `heads` is a positive multiple of `kvHeads`; `rows` and `headSize` are positive; `keys` may be 0.
        public init(heads: Int, kvHeads: Int, rows: Int, keys: Int, headSize: Int) {
            precondition(kvHeads > 0 && heads > 0 && heads % kvHeads == 0, "heads must be a positive multiple of kvHeads")
            precondition(rows > 0 && keys >= 0 && headSize > 0, "rows and headSize must be positive, keys not negative")
            self.heads = heads
            self.kvHeads = kvHeads
            self.rows = rows
            self.keys = keys
            self.headSize = headSize
        }
    }

    /// How many keys each row attends to.
    public enum Lengths: Sendable, Hashable {
        /// The last rows of a causal sequence, as in decoding: row r sees `keys - rows + 1 + r` keys, at least one.
        case causal
        /// All keys.
        case full
        /// Uniform in 0...keys.
        case ragged
    }

    public let family: Family
    public let shape: Shape
    public let lengths: Lengths

    public init(_ family: Family, shape: Shape, lengths: Lengths = .causal) {
        self.family = family
        self.shape = family.adjusted(shape)
        self.lengths = lengths
    }

    /// Layers 0 ..< count, each from a seed of its own.
    public func workload(seed: UInt64, layers count: Int = 1) -> AttentionWorkload {
        AttentionWorkload(layers: (0..<count).map { layer(index: $0, seed: seed) })
    }

    /// The layer of that index.
    public func layer(index: Int = 0, seed: UInt64) -> AttentionLayer {
        let seed = derivedSeed(seed, "layer\(index)")
        let lengths = rowLengths(seed: seed)
        var key: [Float] = []
        var value: [Float] = []
        var query: [Float] = []
        key.reserveCapacity(shape.kvHeads * shape.keys * shape.headSize)
        value.reserveCapacity(key.capacity)
        query.reserveCapacity(shape.heads * shape.rows * shape.headSize)

        let group = shape.heads / shape.kvHeads
        for kvHead in 0..<shape.kvHeads {
            let synthesis = HeadSynthesis(
                family: family, shape: shape, visible: lengths.min() ?? 0, seed: derivedSeed(seed, "kvHead\(kvHead)"))
            synthesis.appendKeys(to: &key)
            synthesis.appendValues(to: &value)
            for head in (kvHead * group)..<((kvHead + 1) * group) {
                synthesis.appendQueries(to: &query, seed: derivedSeed(seed, "head\(head)"))
            }
        }
        return AttentionLayer(
            index: index, heads: shape.heads, kvHeads: shape.kvHeads, rows: shape.rows, keys: shape.keys,
            headSize: shape.headSize, query: query, key: key, value: value, lengths: lengths)
    }

    private func rowLengths(seed: UInt64) -> [Int] {
        var generator = SeededGenerator(seed: seed, name: "lengths")
        return (0..<shape.rows).map { row in
            if family == .zeroContext {
                return row % 2 == 0 ? 0 : generator.below(shape.keys + 1)
            }
            switch lengths {
            case .causal: return max(min(1, shape.keys), shape.keys - shape.rows + 1 + row)
            case .full: return shape.keys
            case .ragged: return generator.below(shape.keys + 1)
            }
        }
    }
}
