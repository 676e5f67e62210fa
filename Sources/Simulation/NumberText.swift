/// The digits of a number in words, least significant word first, without leading zeros.
package func hexadecimalDigits(_ words: [UInt64]) -> String {
    let digits = words.reversed().map { word in
        let hex = String(word, radix: 16)
        return String(repeating: "0", count: 16 - hex.count) + hex
    }.joined().drop { $0 == "0" }
    return digits.isEmpty ? "0" : String(digits)
}

/// A number of up to 64 bits, two's complement of its width if signed.
package func decimal(_ word: UInt64, width: Int, isSigned: Bool) -> String {
    guard isSigned else { return "\(word)" }
    let shift = Int64(64 - width)
    return "\(Int64(bitPattern: word << UInt64(shift)) >> shift)"
}
