import Foundation

/// Where the bench finds its peers and leaves its work; it runs in the package's directory, as `make bench` does.
enum Places {
    /// Sources of the peers.
    static let peers = "Sources/leanspatten-bench/Peers"
    /// Builds that stay for the next run.
    static let work = ".build/bench"

    /// The SpAtten authors' traces, if somebody says where they are.
    static let traces = ProcessInfo.processInfo.environment["LEANSPATTEN_TRACES"]

    /// The Python of `Testbenches/requirements.txt`.
    static func python() throws -> String {
        let path = ".build/python/bin/python"
        guard FileManager.default.isExecutableFile(atPath: path) else {
            throw BenchError("\(path) is missing: `make bench` installs it, and is run in the package's directory")
        }
        return absolute(path)
    }

    /// `path` as seen from any directory.
    static func absolute(_ path: String) -> String { FileManager.default.currentDirectoryPath + "/" + path }

    /// This program.
    static let executable = URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath().path

    /// An empty directory, gone with `body`'s return.
    static func withTemporaryDirectory<R>(_ body: (String) throws -> R) throws -> R {
        let directory = NSTemporaryDirectory() + "/leanspatten-bench-\(UUID().uuidString)"
        try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: directory) }
        return try body(directory)
    }

    /// Writes a file unless that is what it holds: tools build anew what has a new date.
    static func write(_ text: String, to path: String) throws {
        if let present = try? String(contentsOfFile: path, encoding: .utf8), present == text { return }
        try FileManager.default.createDirectory(
            atPath: URL(fileURLWithPath: path).deletingLastPathComponent().path, withIntermediateDirectories: true)
        try text.write(toFile: path, atomically: true, encoding: .utf8)
    }
}
