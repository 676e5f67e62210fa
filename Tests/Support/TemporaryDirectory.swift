import Foundation

/// An empty directory that is gone with the last use of it.
public final class TemporaryDirectory {
    public let path: String

    public init() throws {
        let url = FileManager.default.temporaryDirectory.appending(path: "leanspatten-tests-\(UUID())")
        try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
        path = url.path
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    public func file(_ name: String) -> String { "\(path)/\(name)" }

    /// - Returns: the path of the file.
    public func write(_ name: String, _ text: String) throws -> String {
        try text.write(toFile: file(name), atomically: false, encoding: .utf8)
        return file(name)
    }

    /// All files below it, sorted, as paths from it.
    public var contents: [String] { (FileManager.default.subpaths(atPath: path) ?? []).sorted() }
}

/// Runs the body with the path of an empty directory that is removed afterwards.
public func withTemporaryDirectory<Result>(_ body: (String) throws -> Result) throws -> Result {
    try withExtendedLifetime(TemporaryDirectory()) { try body($0.path) }
}
