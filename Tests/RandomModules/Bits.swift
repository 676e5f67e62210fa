/// Bits of a value, lowest first.
package typealias Bits = [Bool]

extension Array where Element == Bool {
    package init(words: some Collection<UInt64>, width: Int) {
        let words = Array<UInt64>(words)
        self = (0..<width).map { $0 / 64 < words.count && words[$0 / 64] >> UInt64($0 % 64) & 1 == 1 }
    }

    /// Least significant word first.
    package var words: [UInt64] {
        var words = [UInt64](repeating: 0, count: Swift.max(1, (count + 63) / 64))
        for (index, bit) in enumerated() where bit { words[index / 64] |= 1 << UInt64(index % 64) }
        return words
    }

    /// As a number, `limit` if it is more.
    func number(limit: Int) -> Int {
        reversed().reduce(0) { Swift.min(limit, $0 * 2 + ($1 ? 1 : 0)) }
    }

    /// A digit for every four bits begun.
    var hex: String {
        stride(from: 0, to: count, by: 4).reversed().map { low in
            String((low..<Swift.min(low + 4, count)).reduce(0) { $0 | (self[$1] ? 1 << ($1 - low) : 0) }, radix: 16)
        }.joined()
    }
}
