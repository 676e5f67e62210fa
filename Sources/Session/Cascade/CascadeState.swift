import GoldenModel
import Verification

/// A part of a sequence's state as a lane with the cascade saves it and takes it back: first the context and the rows that have
/// accumulated, then the tokens, then the heads, a word of
/// `SpAttenConfiguration.importanceLanes` after another; what is not there is 0.
struct CascadeStateWord: Sendable, Hashable {
    /// Importance; of the first word `context` and `rows`.
    var numbers: [UInt32]
    /// Of tokens: rows that had accumulated when each came.
    var born: [UInt32]
    var isLast: Bool

    /// - Parameters:
    ///   - heads: As many as the lane has room for.
    ///   - lanes: Numbers of a word.
    static func words(of cascade: Cascade, heads: Int, lanes: Int) -> [CascadeStateWord] {
        func padded(_ numbers: some Collection<UInt32>) -> [UInt32] {
            numbers + [UInt32](repeating: 0, count: lanes - numbers.count)
        }
        let tokens = cascade.tokenImportance, importance = cascade.headImportance.values
        let first = CascadeStateWord(numbers: padded([UInt32(tokens.context), tokens.rows]), born: padded([]))
        let banks = stride(from: 0, to: tokens.context, by: lanes).map { start in
            let end = min(start + lanes, tokens.context)
            return CascadeStateWord(numbers: padded(tokens.values[start..<end]), born: padded(tokens.born[start..<end]))
        }
        let all = importance + [UInt32](repeating: 0, count: heads - importance.count)
        let heads = stride(from: 0, to: heads, by: lanes).map {
            CascadeStateWord(numbers: Array(all[$0..<$0 + lanes]), born: padded([]), isLast: $0 + lanes == heads)
        }
        return [first] + banks + heads
    }

    init(numbers: [UInt32], born: [UInt32], isLast: Bool = false) {
        (self.numbers, self.born, self.isLast) = (numbers, born, isLast)
    }

    /// As it comes out.
    init(_ beat: Beat) throws {
        self.init(
            numbers: try beat.elements("numbers", width: 32), born: try beat.elements("born", width: 32),
            isLast: try beat.value("last") == 1)
    }

    func encode(into beat: Beat) throws {
        try beat.set("numbers", numbers, width: 32)
        try beat.set("born", born, width: 32)
        try beat.set("last", isLast)
    }
}
