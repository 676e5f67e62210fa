import Foundation

/// Files that appear together and whole, or not at all.
public struct OutputFiles {
    private var directories: [String] = []
    private var files: [(path: String, bytes: [UInt8])] = []

    public init() {}

    /// A directory for files to come, made if it is not there.
    public mutating func addDirectory(_ path: String) { directories.append(path) }
    public mutating func add(_ path: String, _ bytes: [UInt8]) { files.append((path, bytes)) }
    public mutating func add(_ path: String, _ text: String) { add(path, Array(text.utf8)) }

    /// Whether a file could be put at `path`: asked before long work, so that a mistake costs no time.
    public static func check(_ path: String) throws(SessionError) {
        let place = target(path)
        switch FileKind(of: place.deletingLastPathComponent().path) {
        case .directory: break
        case .absent: throw .cannotWrite(path: path, reason: "its directory does not exist")
        case .file, .other: throw .cannotWrite(path: path, reason: "it is said to lie in a file")
        }
        switch FileKind(of: place.path) {
        case .absent: break
        case .directory: throw .cannotWrite(path: path, reason: "it is a directory")
        case .other: throw .cannotWrite(path: path, reason: "it is not a regular file")
        case .file: guard access(place.path, W_OK) == 0 else { throw failure(path) }
        }
        // Permissions do not say everything: only making a file does.
        defer { unlink(staging(path)) }
        try write([], to: staging(path), named: path)
    }

    /// Writes every file beside its place, then puts all in place.
    public func write() throws(SessionError) {
        var made: [String] = [], staged: [String] = []
        do throws(SessionError) {
            for directory in directories {
                switch FileKind(of: directory) {
                case .directory: continue
                case .file, .other: throw SessionError.cannotWrite(path: directory, reason: "it is not a directory")
                case .absent:
                    guard mkdir(directory, 0o755) == 0 else { throw Self.failure(directory) }
                    made.append(directory)
                }
            }
            for file in files {
                try Self.check(file.path)
                staged.append(Self.staging(file.path))
                try Self.write(file.bytes, to: Self.staging(file.path), named: file.path)
            }
            for file in files {
                guard rename(Self.staging(file.path), Self.target(file.path).path) == 0 else { throw Self.failure(file.path) }
            }
        } catch {
            for path in staged { unlink(path) }
            for directory in made.reversed() { rmdir(directory) }
            throw error
        }
    }

    /// Where a file grows until it is whole: on the file system of its place.
    static func staging(_ path: String) -> String { target(path).path + ".part-\(getpid())" }

    static func failure(_ path: String) -> SessionError {
        .cannotWrite(path: path, reason: String(cString: strerror(errno)))
    }

    /// Through symbolic links: renaming over one would replace the link.
    static func target(_ path: String) -> URL { URL(fileURLWithPath: path).resolvingSymlinksInPath() }

    /// Foundation's own writing reports less about what went wrong.
    private static func write(_ bytes: [UInt8], to path: String, named name: String) throws(SessionError) {
        let descriptor = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o644)
        guard descriptor >= 0 else { throw failure(name) }
        let failure = append(bytes, to: descriptor, named: name)
        // Some file systems report a full disk only when a file is closed.
        let isClosed = close(descriptor) == 0
        if let failure { throw failure }
        guard isClosed else { throw Self.failure(name) }
    }

    /// What went wrong, if anything did.
    static func append(_ bytes: [UInt8], to descriptor: Int32, named name: String) -> SessionError? {
        var written = 0
        while written < bytes.count {
            let count = bytes.withUnsafeBytes { Foundation.write(descriptor, $0.baseAddress! + written, $0.count - written) }
            if count < 0, errno != EINTR { return failure(name) }
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
