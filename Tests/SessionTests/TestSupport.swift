import Foundation

/// Root of the package, whatever directory the tests run in.
let packageRoot = URL(fileURLWithPath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent().path

/// The one seed all random tests derive theirs from.
enum TestSeed {
    /// `LEANSPATTEN_SEED` if set, else 1.
    static let global = ProcessInfo.processInfo.environment["LEANSPATTEN_SEED"].flatMap { UInt64($0) } ?? 1

    /// How to run a failed test again.
    static func rerun(_ name: String, filter: String) -> String {
        "\(name): LEANSPATTEN_SEED=\(global) swift test -c release --skip-build --filter \(filter)"
    }
}

/// Runs the body with the path of an empty directory that is removed afterwards.
func withTemporaryDirectory<Result>(_ body: (String) throws -> Result) throws -> Result {
    let url = FileManager.default.temporaryDirectory.appendingPathComponent("session-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: url) }
    return try body(url.path)
}
