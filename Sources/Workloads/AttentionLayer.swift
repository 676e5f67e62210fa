/// Attention of one layer: for each query head and row, softmax(scale * q . K^T) . V over the first `lengths[row]` keys.
///
/// Arrays are flat and in C order. With grouped queries (GQA) the query heads `g * kvHead ..< g * (kvHead + 1)` share
/// a KV head, g = heads / kvHeads.
public struct AttentionLayer: Sendable, Equatable {
    /// N of the tensor names `layerN.*`.
    public let index: Int
    public let heads: Int
    public let kvHeads: Int
    /// Query rows of each head.
    public let rows: Int
    /// Keys of each KV head; may be 0.
    public let keys: Int
    /// Elements of a query, key or value row.
    public let headSize: Int

    /// [heads, rows, headSize]
    public let query: [Float]
    /// [kvHeads, keys, headSize]
    public let key: [Float]
    /// [kvHeads, keys, headSize]
    public let value: [Float]
    /// [rows]: row r attends to keys `0 ..< lengths[r]`; each lies in 0...keys.
    public let lengths: [Int]
    /// [heads, rows, headSize]: the attention of the tensors above in double precision, if the workload brings it.
    public let expectedOutput: [Float]?

    /// Lengths default to all keys. The caller answers for the sizes; files are checked by `AttentionWorkload`.
    public init(
        index: Int, heads: Int, kvHeads: Int, rows: Int, keys: Int, headSize: Int,
        query: [Float], key: [Float], value: [Float], lengths: [Int]? = nil, expectedOutput: [Float]? = nil
    ) {
        let lengths = lengths ?? Array(repeating: keys, count: rows)
        precondition(kvHeads > 0 && heads > 0 && heads % kvHeads == 0, "heads must be a positive multiple of kvHeads")
        precondition(query.count == heads * rows * headSize, "query must be [heads, rows, headSize]")
        precondition(key.count == kvHeads * keys * headSize, "key must be [kvHeads, keys, headSize]")
        precondition(value.count == key.count, "value must have the shape of key")
        precondition(lengths.count == rows && lengths.allSatisfy((0...keys).contains), "lengths must be [rows], in 0...keys")
        precondition(expectedOutput.map { $0.count == query.count } ?? true, "expectedOutput must have the shape of query")
        self.index = index
        self.heads = heads
        self.kvHeads = kvHeads
        self.rows = rows
        self.keys = keys
        self.headSize = headSize
        self.query = query
        self.key = key
        self.value = value
        self.lengths = lengths
        self.expectedOutput = expectedOutput
    }

    /// The KV head that a query head reads.
    public func kvHead(ofHead head: Int) -> Int {
        head / (heads / kvHeads)
    }

    /// Where a query or output row lies in `query` and `expectedOutput`.
    public func queryRange(head: Int, row: Int) -> Range<Int> {
        let start = (head * rows + row) * headSize
        return start..<(start + headSize)
    }

    /// Where the row of a key lies in `key` and `value`.
    public func keyRange(kvHead: Int, key: Int) -> Range<Int> {
        let start = (kvHead * keys + key) * headSize
        return start..<(start + headSize)
    }

    /// The layer with the first `limit` rows of each head only; all its keys stay.
    public func prefix(rows limit: Int) -> AttentionLayer {
        guard limit < rows else { return self }
        func kept(_ elements: [Float]) -> [Float] {
            (0..<heads).flatMap { head in
                let start = head * rows * headSize
                return elements[start..<(start + limit * headSize)]
            }
        }
        return AttentionLayer(
            index: index, heads: heads, kvHeads: kvHeads, rows: limit, keys: keys, headSize: headSize,
            query: kept(query), key: key, value: value, lengths: Array(lengths.prefix(limit)),
            expectedOutput: expectedOutput.map(kept))
    }
}
