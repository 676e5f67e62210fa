import Foundation

/// The wave files that failed runs leave.
package enum FailureWaves {
    /// `LEANSPATTEN_FAILURES` if set, else `.build/failures`.
    package static let directory = ProcessInfo.processInfo.environment["LEANSPATTEN_FAILURES"] ?? ".build/failures"

    /// Writes a Value Change Dump as `<top>-<seed>.vcd`.
    /// - Returns: its path; nil if it could not be written, which must not hide the failure itself.
    package static func write(_ dump: String, top: String, seed: UInt64, to directory: String) -> String? {
        let path = "\(directory)/\(top)-\(seed).vcd"
        try? FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
        return (try? dump.write(toFile: path, atomically: true, encoding: .utf8)) == nil ? nil : path
    }
}
