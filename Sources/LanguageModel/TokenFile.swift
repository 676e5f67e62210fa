import Workloads

/// A text as token numbers, two bytes each, little-endian.
public struct TokenFile: Sendable {
    public let path: String
    public let tokens: [Int]

    /// Reads the file; every token must be one that a model of `vocabulary` tokens knows.
    public init(path: String, vocabulary: Int) throws {
        let bytes = try readFile(path)
        guard bytes.count % 2 == 0 else { throw LanguageModelError.oddLength(file: path, bytes: bytes.count) }
        self.path = path
        tokens = stride(from: 0, to: bytes.count, by: 2).map { Int(bytes[$0]) | Int(bytes[$0 + 1]) << 8 }
        if let index = tokens.firstIndex(where: { $0 >= vocabulary }) {
            throw LanguageModelError.tokenOutOfRange(place: path, index: index, token: tokens[index], vocabulary: vocabulary)
        }
    }
}
