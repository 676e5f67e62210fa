import Foundation

/// What a tool said.
struct ToolResult {
    let exitCode: Int32
    /// Standard output and standard error together.
    let output: String
}

struct ToolMissing: Error, CustomStringConvertible {
    let name: String
    var description: String { "`\(name)` is not on the PATH; install it to run this test" }
}

/// Runs a program of the PATH in a directory.
func run(_ name: String, _ arguments: [String], in directory: URL) throws -> ToolResult {
    let path = ProcessInfo.processInfo.environment["PATH"] ?? ""
    let candidates = name.contains("/") ? [name] : path.split(separator: ":").map { "\($0)/\(name)" }
    guard let executable = candidates.first(where: FileManager.default.isExecutableFile) else { throw ToolMissing(name: name) }
    let log = directory.appendingPathComponent("log-\(UUID().uuidString)")
    try Data().write(to: log)
    defer { try? FileManager.default.removeItem(at: log) }
    let handle = try FileHandle(forWritingTo: log)
    let process = Process()
    process.executableURL = URL(fileURLWithPath: executable)
    process.arguments = arguments
    process.currentDirectoryURL = directory
    process.standardOutput = handle
    process.standardError = handle
    try process.run()
    process.waitUntilExit()
    return ToolResult(exitCode: process.terminationStatus, output: try String(contentsOf: log, encoding: .utf8))
}

/// A directory that is gone after `body`, unless `VERILOG_TESTS_KEEP` names one to be kept.
func withTemporaryDirectory<T>(_ body: (URL) throws -> T) throws -> T {
    let kept = ProcessInfo.processInfo.environment["VERILOG_TESTS_KEEP"].map { URL(fileURLWithPath: $0) }
    let directory = (kept ?? FileManager.default.temporaryDirectory).appendingPathComponent("verilog-tests-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
    defer { if kept == nil { try? FileManager.default.removeItem(at: directory) } }
    return try body(directory)
}
