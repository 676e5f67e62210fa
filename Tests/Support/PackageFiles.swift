import Foundation
import Testing

/// Files of this package by their absolute paths, as tests run in any directory.
public enum PackageFiles {
    public static let root = URL(fileURLWithPath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent().path

    /// Queries, keys and values of three layers of a trained decoder.
    public static let decodeAttention = root + "/Tests/Fixtures/decode-attention.safetensors"

    /// The folder of a trained decoder.
    public static let languageModel = root + "/Tests/Fixtures/language-model"

    /// Text in its tokens.
    public static let languageModelTokens = languageModel + "/dev_tokens.u16"

    /// The text of a committed file; `name` is its path in the package.
    public static func text(_ name: String) throws -> String {
        try String(contentsOfFile: "\(root)/\(name)", encoding: .utf8)
    }

    /// Expects a committed page to say `text`; with `UPDATE_DOCS` set it is first written anew.
    public static func expect(_ name: String, says text: String, at location: SourceLocation = #_sourceLocation) throws {
        if ProcessInfo.processInfo.environment["UPDATE_DOCS"] != nil {
            try text.write(toFile: "\(root)/\(name)", atomically: true, encoding: .utf8)
        }
        let found = try Self.text(name)
        #expect(
            found == text, "\(name) is out of date: run this test with UPDATE_DOCS=1 and review the change", sourceLocation: location)
    }
}
