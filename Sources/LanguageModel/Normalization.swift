/// Layer normalisation with a gain and a bias an element.
struct LayerNormalization: Sendable {
    static let epsilon = 1e-5

    let gain: [Float]
    let bias: [Float]

    /// Every row of `rows` [count x gain.count], by the mean and the biased variance of its elements.
    func callAsFunction(_ rows: [Float]) -> [Float] {
        let width = gain.count
        return [Float](unsafeUninitializedCapacity: rows.count) { result, count in
            rows.withUnsafeBufferPointer { rows in
                for row in stride(from: 0, to: rows.count, by: width) {
                    var sum = 0.0, squares = 0.0
                    for index in row..<row + width { sum += Double(rows[index]) }
                    let mean = sum / Double(width)
                    for index in row..<row + width {
                        let distance = Double(rows[index]) - mean
                        squares += distance * distance
                    }
                    let factor = Float(1 / (squares / Double(width) + Self.epsilon).squareRoot())
                    for index in 0..<width {
                        result.initializeElement(
                            at: row + index, to: (rows[row + index] - Float(mean)) * factor * gain[index] + bias[index])
                    }
                }
            }
            count = rows.count
        }
    }
}

/// Root-mean-square normalisation of one head's query or key, with a gain an element.
enum RootMeanSquare {
    static let epsilon = 1e-6

    /// `vector / sqrt(mean(vector^2) + epsilon) * gain`, written to `result`; all of `gain.count` elements.
    @inline(__always)
    static func normalize(
        _ vector: UnsafePointer<Float>, gain: ArraySlice<Float>, into result: UnsafeMutablePointer<Float>
    ) {
        var squares = 0.0
        for index in 0..<gain.count { squares += Double(vector[index]) * Double(vector[index]) }
        let factor = Float(1 / (squares / Double(gain.count) + epsilon).squareRoot())
        for (index, gain) in gain.enumerated() { result[index] = vector[index] * factor * gain }
    }
}
