import Foundation

/// File operations with our errors.
package enum Files {
    static func exists(_ path: String) -> Bool { access(path, F_OK) == 0 }

    static func remove(_ path: String) { try? FileManager.default.removeItem(atPath: path) }

    static func failure(_ action: String, _ path: String) -> CosimulationError {
        .fileSystem(path: path, action: action, reason: String(cString: strerror(errno)))
    }

    package static func makeDirectory(_ path: String) throws(CosimulationError) {
        do {
            try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
        } catch {
            throw .fileSystem(path: path, action: "make", reason: error.localizedDescription)
        }
    }

    static func rename(_ path: String, to place: String) throws(CosimulationError) {
        if Foundation.rename(path, place) != 0 { throw failure("rename", path) }
    }

    static func copy(_ path: String, to place: String) throws(CosimulationError) {
        do {
            try FileManager.default.copyItem(atPath: path, toPath: place)
        } catch {
            throw .fileSystem(path: place, action: "write", reason: error.localizedDescription)
        }
    }

    package static func write(_ text: String, to path: String) throws(CosimulationError) {
        do {
            try Data(text.utf8).write(to: URL(fileURLWithPath: path))
        } catch {
            throw .fileSystem(path: path, action: "write", reason: error.localizedDescription)
        }
    }

    package static func read(_ path: String) throws(CosimulationError) -> String {
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

    /// Notes that a file or directory is used now; false if there is none.
    static func touch(_ path: String) -> Bool { utimes(path, nil) == 0 || exists(path) }

    /// Seconds since 1970.
    static func lastUse(of path: String) -> Double {
        var status = stat()
        if stat(path, &status) != 0 { return 0 }
        return Double(status.st_mtim.tv_sec) + Double(status.st_mtim.tv_nsec) * 1e-9
    }

    /// Of all files in a directory and below.
    static func bytesBelow(_ directory: String) -> Int {
        let names = FileManager.default.enumerator(atPath: directory)?.compactMap { $0 as? String } ?? []
        return names.reduce(0) { $0 + ((try? byteCount(of: "\(directory)/\($1)")) ?? 0) }
    }

    /// The names in a directory, sorted; empty if there is none.
    static func names(in directory: String) -> [String] {
        ((try? FileManager.default.contentsOfDirectory(atPath: directory)) ?? []).sorted()
    }

    /// Runs `body` in a new directory, which is gone when it returns.
    package static func withTemporaryDirectory<R>(
        _ body: (_ directory: String) throws(CosimulationError) -> R
    ) throws(CosimulationError) -> R {
        var template = Array((NSTemporaryDirectory() + "/leanspatten-XXXXXX").utf8CString)
        guard let made = mkdtemp(&template) else { throw failure("make a directory in", NSTemporaryDirectory()) }
        let directory = String(cString: made)
        defer { remove(directory) }
        return try body(directory)
    }
}
