/// The tensors of one layer as a file holds them; shapes and types are not yet checked.
struct LayerTensors {
    let index: Int
    let query: Tensor
    let key: Tensor
    let value: Tensor
    let lengths: Tensor?
    let output: Tensor?

    /// The layer, after every check that the workload format asks for.
    func checked() throws(WorkloadError) -> AttentionLayer {
        guard query.shape.count == 3, query.shape.allSatisfy({ $0 > 0 }) else {
            throw query.error(.wrongShape(found: query.shape, expected: "[heads, rows, head size], none of them 0"))
        }
        let (heads, rows, headSize) = (query.shape[0], query.shape[1], query.shape[2])
        guard key.shape.count == 3, key.shape[0] > 0, heads % key.shape[0] == 0, key.shape[2] == headSize else {
            throw key.error(.wrongShape(
                found: key.shape, expected: "[kvHeads, keys, \(headSize)] where \(heads) heads are a multiple of kvHeads"))
        }
        let keys = key.shape[1]
        try expectShape(key.shape, of: value)
        if let output { try expectShape(query.shape, of: output) }

        return AttentionLayer(
            index: index, heads: heads, kvHeads: key.shape[0], rows: rows, keys: keys, headSize: headSize,
            query: try query.floats(), key: try key.floats(), value: try value.floats(),
            lengths: try checkedLengths(rows: rows, keys: keys), expectedOutput: try output?.floats())
    }

    private func checkedLengths(rows: Int, keys: Int) throws(WorkloadError) -> [Int]? {
        guard let tensor = lengths else { return nil }
        try expectShape([rows], of: tensor)
        let lengths = try tensor.integers()
        for (row, length) in lengths.enumerated() where !(0...keys).contains(length) {
            throw tensor.error(.contextOutOfRange(row: row, length: length, keys: keys))
        }
        return lengths
    }

    private func expectShape(_ shape: [Int], of tensor: Tensor) throws(WorkloadError) {
        guard tensor.shape == shape else {
            throw tensor.error(.wrongShape(found: tensor.shape, expected: "\(shape)"))
        }
    }
}
