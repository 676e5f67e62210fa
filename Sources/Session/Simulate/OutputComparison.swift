import GoldenModel

/// The design's outputs of one layer against the golden model's, element by element.
public struct OutputComparison: Sendable {
    /// Elements that differ.
    public private(set) var mismatches = 0
    /// Rows with such an element.
    public private(set) var mismatchedRows = 0
    /// The first of them.
    public private(set) var firstMismatches: [Mismatch] = []

    public static let mismatchesShown = 8

    /// - Parameter actual: A row of `headSize` elements for each of the layer's queries.
    package init(_ actual: [[Int16]], golden: [LaneResult], of layer: QuantizedLayer) {
        precondition(actual.count == golden.count, "a row of the design for each of the golden model")
        for (query, (actual, golden)) in zip(actual, golden).enumerated() where actual != golden.outputs {
            mismatchedRows += 1
            for element in actual.indices where actual[element] != golden.outputs[element] {
                mismatches += 1
                if firstMismatches.count < Self.mismatchesShown {
                    firstMismatches.append(Mismatch(
                        layer: layer.index, head: query / layer.rows, row: query % layer.rows, element: element,
                        expected: golden.outputs[element], actual: actual[element]))
                }
            }
        }
    }
}

/// An output element of the design that is not the golden model's.
public struct Mismatch: Codable, Hashable, Sendable, CustomStringConvertible {
    public let layer, head, row, element: Int
    public let expected, actual: Int16

    public var description: String {
        "layer \(layer), head \(head), row \(row), element \(element): golden \(expected), design \(actual)"
    }
}
