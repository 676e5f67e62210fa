import Configuration
import FixedPoint

/// What a row's tensors may hold.
struct LaneCodes {
    let headSize: Int
    let settings: RowSettings

    /// [headSize], 12 bits.
    func check(query: [Int16]) throws(LaneInputError) {
        guard query.count == headSize else { throw .wrongQueryLength(elements: query.count, headSize: headSize) }
        try check(.query, query, rows: 0..<1)
    }

    /// At least `keyCount` rows.
    func check(_ tensor: QuantizedTensor, _ codes: [Int16], holds keyCount: Int) throws(LaneInputError) {
        guard codes.count >= keyCount * headSize else {
            throw .tooFewRows(tensor: tensor, elements: codes.count, keyCount: keyCount, headSize: headSize)
        }
    }

    /// Codes of `rows` that fit the tensor's format; `codes` holds these rows.
    func check(_ tensor: QuantizedTensor, _ codes: [Int16], rows: Range<Int>) throws(LaneInputError) {
        let range = codeRange(tensor)
        let (smallest, largest) = (Int16(range.lowerBound), Int16(range.upperBound))
        let elements = rows.lowerBound * headSize..<rows.upperBound * headSize
        // Extremes first: a loop without an early exit runs in vectors.
        let (low, high) = codes.withUnsafeBufferPointer { codes in
            var (low, high) = (Int16(0), Int16(0))
            for code in UnsafeBufferPointer(rebasing: codes[elements]) {
                low = min(low, code)
                high = max(high, code)
            }
            return (low, high)
        }
        guard low >= smallest, high <= largest else {
            let index = codes[elements].firstIndex { $0 < smallest || $0 > largest } ?? 0
            throw .codeOutOfRange(
                tensor: tensor, row: index / headSize, element: index % headSize, code: Int(codes[index]), range: range)
        }
    }

    private func codeRange(_ tensor: QuantizedTensor) -> ClosedRange<Int> {
        switch tensor {
        case .query: -(1 << (NumericFormats.queryBits - 1))...(1 << (NumericFormats.queryBits - 1)) - 1
        case .key: settings.keyFormat.codeRange
        case .value: settings.valueFormat.codeRange
        }
    }
}
