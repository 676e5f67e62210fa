import Foundation

/// File operations with our errors.
enum Files {
    static func exists(_ path: String) -> Bool { access(path, F_OK) == 0 }

    static func remove(_ path: String) { try? FileManager.default.removeItem(atPath: path) }

    static func failure(_ action: String, _ path: String) -> CosimulationError {
        .fileSystem(path: path, action: action, reason: String(cString: strerror(errno)))
    }

    static func makeDirectory(_ path: String) throws(CosimulationError) {
        do {
            try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
        } catch {
            throw .fileSystem(path: path, action: "make", reason: error.localizedDescription)
        }
    }

    static func rename(_ path: String, to place: String) throws(CosimulationError) {
        if Foundation.rename(path, place) != 0 { throw failure("rename", path) }
    }

    static func write(_ text: String, to path: String) throws(CosimulationError) {
        do {
            try Data(text.utf8).write(to: URL(fileURLWithPath: path))
        } catch {
            throw .fileSystem(path: path, action: "write", reason: error.localizedDescription)
        }
    }

    static func read(_ path: String) throws(CosimulationError) -> String {
        do {
            return String(decoding: try Data(contentsOf: URL(fileURLWithPath: path)), as: UTF8.self)
        } catch {
            throw .fileSystem(path: path, action: "read", reason: error.localizedDescription)
        }
    }

    static func byteCount(of path: String) throws(CosimulationError) -> Int {
        var status = stat()
        if stat(path, &status) != 0 { throw failure("read", path) }
        return Int(status.st_size)
    }

    /// The names in a directory, sorted; empty if there is none.
    static func names(in directory: String) -> [String] {
        ((try? FileManager.default.contentsOfDirectory(atPath: directory)) ?? []).sorted()
    }

    /// Runs `body` in a new directory, which is gone when it returns.
    static func withTemporaryDirectory<R>(
        _ body: (_ directory: String) throws(CosimulationError) -> R
    ) throws(CosimulationError) -> R {
        var template = Array((NSTemporaryDirectory() + "/leanspatten-XXXXXX").utf8CString)
        guard let made = mkdtemp(&template) else { throw failure("make a directory in", NSTemporaryDirectory()) }
        let directory = String(cString: made)
        defer { remove(directory) }
        return try body(directory)
    }
}
