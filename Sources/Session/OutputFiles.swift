import Foundation

/// Files that appear together and whole, or not at all.
public struct OutputFiles {
    private var files: [(path: String, bytes: [UInt8])] = []

    public init() {}

    public mutating func add(_ path: String, _ bytes: [UInt8]) { files.append((path, bytes)) }
    public mutating func add(_ path: String, _ text: String) { add(path, Array(text.utf8)) }

    /// Whether a file could be put at `path`: asked before long work, so that a mistake costs no time.
    public static func check(_ path: String) throws(SessionError) {
        func cannot(_ reason: String) -> SessionError { .cannotWrite(path: path, reason: reason) }
        let url = target(path)
        let directory = url.deletingLastPathComponent().path
        switch FileKind(of: directory) {
        case .directory: break
        case .absent: throw cannot("its directory does not exist")
        case .file, .other: throw cannot("\(directory) is not a directory")
        }
        guard access(directory, W_OK | X_OK) == 0 else { throw cannot("there is no permission to write to \(directory)") }
        switch FileKind(of: url.path) {
        case .absent: break
        case .directory: throw cannot("it is a directory")
        case .other: throw cannot("it is not a regular file")
        case .file: guard access(url.path, W_OK) == 0 else { throw cannot("there is no permission to overwrite it") }
        }
    }

    /// Writes every file beside its place, then puts all in place.
    public func write() throws(SessionError) {
        for file in files { try Self.check(file.path) }
        var staged: [String] = []
        defer { for path in staged { unlink(path) } }
        for file in files {
            let path = Self.target(file.path).path + ".part-\(getpid())"
            staged.append(path)
            try Self.write(file.bytes, to: path, named: file.path)
        }
        for (file, path) in zip(files, staged) {
            guard rename(path, Self.target(file.path).path) == 0 else {
                throw .cannotWrite(path: file.path, reason: String(cString: strerror(errno)))
            }
        }
    }

    /// Through symbolic links: renaming over one would replace the link.
    private static func target(_ path: String) -> URL { URL(fileURLWithPath: path).resolvingSymlinksInPath() }

    /// Foundation's own writing reports less about what went wrong.
    private static func write(_ bytes: [UInt8], to path: String, named name: String) throws(SessionError) {
        let descriptor = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o644)
        guard descriptor >= 0 else { throw .cannotWrite(path: name, reason: String(cString: strerror(errno))) }
        let failure = append(bytes, to: descriptor, named: name)
        // Some file systems report a full disk only when a file is closed.
        let isClosed = close(descriptor) == 0
        if let failure { throw failure }
        guard isClosed else { throw .cannotWrite(path: name, reason: String(cString: strerror(errno))) }
    }

    /// What went wrong, if anything did.
    static func append(_ bytes: [UInt8], to descriptor: Int32, named name: String) -> SessionError? {
        var written = 0
        while written < bytes.count {
            let count = bytes.withUnsafeBytes { Foundation.write(descriptor, $0.baseAddress! + written, $0.count - written) }
            if count < 0, errno != EINTR { return .cannotWrite(path: name, reason: String(cString: strerror(errno))) }
            written += max(0, count)
        }
        return nil
    }
}

/// What a path names, behind symbolic links.
enum FileKind {
    case absent, file, directory, other

    init(of path: String) {
        var status = stat()
        guard stat(path, &status) == 0 else {
            self = .absent
            return
        }
        switch status.st_mode & S_IFMT {
        case S_IFREG: self = .file
        case S_IFDIR: self = .directory
        default: self = .other
        }
    }
}
