import Foundation
import Synchronization

/// A directory in which every instance of a run leaves its coverage under a name of its own.
struct CoverageDirectory: Sendable {
    let path: String

    static let variable = "LEANSPATTEN_COVERAGE"

    /// The directory that `LEANSPATTEN_COVERAGE` names, made if it is not there; nil if it names none.
    static func fromEnvironment() throws(CosimulationError) -> CoverageDirectory? {
        guard let path = ProcessInfo.processInfo.environment[variable], !path.isEmpty else { return nil }
        try Files.makeDirectory(path)
        return CoverageDirectory(path: path)
    }

    /// The next number to try for each top: so many instances would else look through all names from the first on.
    private static let next = Mutex<[String: Int]>([:])

    /// Gives `body` the path of a new file `<top>-<n>.dat`, of the least n that no other instance or process has taken.
    ///
    /// What cannot be written is left out and said on standard error: instances go when nobody can be told otherwise.
    func withNewFile(of top: String, _ body: (String) -> Void) {
        while true {
            let number = Self.next.withLock { next in
                defer { next["\(path)/\(top)", default: 0] += 1 }
                return next["\(path)/\(top)", default: 0]
            }
            let file = "\(path)/\(top)-\(number).dat"
            let descriptor = open(file, O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC, 0o644)
            if descriptor >= 0 {
                close(descriptor)
                return body(file)
            }
            if errno != EEXIST {
                let reason = String(cString: strerror(errno))
                return FileHandle.standardError.write(Data("\(Self.variable): cannot make \(file): \(reason)\n".utf8))
            }
        }
    }
}
