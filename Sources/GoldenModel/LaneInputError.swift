import FixedPoint

/// A row that the lane cannot run.
public enum LaneInputError: Error, Hashable, CustomStringConvertible {
    case contextOutOfRange(keyCount: Int, maximum: Int)
    case firstKeyOutOfRange(firstKey: Int, maximum: Int)
    case wrongQueryLength(elements: Int, headSize: Int)
    case tooFewRows(tensor: QuantizedTensor, elements: Int, keyCount: Int, headSize: Int)
    case codeOutOfRange(tensor: QuantizedTensor, row: Int, element: Int, code: Int, range: ClosedRange<Int>)
    case rangeOutOfOrder(first: Int, end: Int)
    case rangePastList(end: Int, entries: Int)
    case listTooLong(entries: Int, maximum: Int)
    case listNotAscending(entry: Int, token: Int, previous: Int)
    case listedTokenOutOfRange(entry: Int, token: Int, maximum: Int)
    case rowNotInOneBlock(first: Int, end: Int, blockKeys: Int)

    public var description: String {
        switch self {
        case .contextOutOfRange(let keyCount, let maximum):
            "a context of \(keyCount) keys is outside 0...\(maximum): shorten it, or use a configuration with a larger "
                + "maximumContext"
        case .firstKeyOutOfRange(let firstKey, let maximum):
            "a row that begins at key \(firstKey) is outside 0...\(maximum): begin it at a key of its context"
        case .wrongQueryLength(let elements, let headSize):
            "the query has \(elements) elements, the lane's head size is \(headSize): use the preset of that head size"
        case .tooFewRows(let tensor, let elements, let keyCount, let headSize):
            "\(tensor) has \(elements) elements, \(keyCount) keys of head size \(headSize) need \(keyCount * headSize): "
                + "pass the whole context"
        case .codeOutOfRange(let tensor, let row, let element, let code, let range):
            "\(tensor) code \(code) at row \(row), element \(element) is outside \(range): quantize with the row's format"
        case .rangeOutOfOrder(let first, let end):
            "the row sees positions \(first) ..< \(end), which is no range: pass 0 <= first <= end"
        case .rangePastList(let end, let entries):
            "the row sees positions up to \(end), its kept list has \(entries) entries: end it at the list's length"
        case .listTooLong(let entries, let maximum):
            "the kept list has \(entries) entries, the lane holds \(maximum): keep fewer tokens, pass no list if all are "
                + "kept, or use a configuration with a larger maximumRowKeys"
        case .listNotAscending(let entry, let token, let previous):
            "entry \(entry) of the kept list is token \(token) after token \(previous): sort the list, each token once"
        case .listedTokenOutOfRange(let entry, let token, let maximum):
            "entry \(entry) of the kept list is token \(token), outside 0...\(maximum): list tokens of the context only"
        case .rowNotInOneBlock(let first, let end, let blockKeys):
            "in scope row all keys decide together, but positions \(first) ..< \(end) are not within one block of "
                + "\(blockKeys): use scope tile, a shorter row, or a configuration with a larger maximumRowKeys"
        }
    }
}
