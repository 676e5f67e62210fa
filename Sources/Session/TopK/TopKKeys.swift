import Configuration
import Foundation

/// Keys to select from: a text file of one unsigned number a line.
public struct TopKKeyFile {
    public let keys: [UInt32]

    /// - Parameter bits: of a key.
    /// - Throws: `SessionError.badKeys`, which names file and line.
    public init(_ path: String, bits: Int) throws(SessionError) {
        guard let data = FileManager.default.contents(atPath: path), !FileKind(of: path).isDirectory else {
            throw .badKeys(file: path, line: nil, reason: "cannot be read: give a text file of one unsigned number a line")
        }
        guard let text = String(data: data, encoding: .utf8) else {
            throw .badKeys(file: path, line: nil, reason: "is not text: give one unsigned decimal number a line")
        }
        var keys: [UInt32] = []
        let largest = UInt32.max >> UInt32(32 - bits), capacity = TopKConfiguration.capacities.last!
        // A newline, with or without a carriage return ahead of it, ends a line; the last one may lack it.
        for (index, line) in text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline).enumerated() {
            let word = line.trimmingCharacters(in: .whitespaces)
            if word.isEmpty {
                let rest = text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline).dropFirst(index)
                if rest.allSatisfy({ $0.allSatisfy(\.isWhitespace) }) { break }
            }
            guard !word.isEmpty, word.utf8.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }) else {
                throw .badKeys(file: path, line: index + 1, reason: "'\(word.prefix(40))' is not an unsigned decimal number")
            }
            guard let key = UInt32(word), key <= largest else {
                throw .badKeys(
                    file: path, line: index + 1,
                    reason: "\(word.prefix(40)) does not fit \(bits) bits, whose largest number is \(largest)"
                        + (bits < 32 ? ": give more --bits, up to 32" : ""))
            }
            if keys.count == capacity {
                throw .badKeys(file: path, line: index + 1, reason: "is beyond the \(capacity) keys that the largest engine holds")
            }
            keys.append(key)
        }
        guard !keys.isEmpty else { throw .badKeys(file: path, line: nil, reason: "is empty: give one unsigned number a line") }
        self.keys = keys
    }
}

extension FileKind {
    fileprivate var isDirectory: Bool { if case .directory = self { true } else { false } }
}
