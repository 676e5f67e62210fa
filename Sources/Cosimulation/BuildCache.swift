import Foundation

/// A directory of finished builds, each named by a hash of all that went into it, so that an entry never changes.
///
/// Entries are built beside their place and renamed into it: what is there is whole. Builds of one key wait for each
/// other, whatever the process. A build that makes the cache larger than `byteLimit` removes the entries that have not
/// been used for longest, but none of the last hour; deleting the directory is always safe.
public struct BuildCache: Sendable {
    /// Absolute path.
    public let root: String
    public let byteLimit: Int
    /// An entry is not removed for so long after its last use: a process may be about to load it.
    let grace: Duration

    public init(root: String, byteLimit: Int = 4 << 30) {
        self.init(root: root, byteLimit: byteLimit, grace: .seconds(3600))
    }

    package init(root: String, byteLimit: Int, grace: Duration) {
        self.root = URL(fileURLWithPath: root).standardizedFileURL.path
        self.byteLimit = byteLimit
        self.grace = grace
    }

    /// `$LEANSPATTEN_CACHE` if set, else `.build/cosimulation` under the package we are in, else under the working directory.
    public static var standard: BuildCache {
        if let root = ProcessInfo.processInfo.environment["LEANSPATTEN_CACHE"], !root.isEmpty { return BuildCache(root: root) }
        let here = URL(fileURLWithPath: FileManager.default.currentDirectoryPath)
        var package = here
        while package.path != "/", !Files.exists(package.appendingPathComponent("Package.swift").path) {
            package.deleteLastPathComponent()
        }
        let base = package.path == "/" ? here : package
        return BuildCache(root: base.appendingPathComponent(".build/cosimulation").path)
    }

    /// The directory of `key`; if it is not there, `build` fills an empty one, which takes its place once `build` returns.
    ///
    /// When `build` throws, nothing stays behind.
    func entry(
        _ key: String, build: (_ directory: String) throws(CosimulationError) -> Void
    ) throws(CosimulationError) -> (directory: String, wasBuilt: Bool) {
        let place = "\(root)/\(key)"
        if Files.touch(place) { return (place, false) }
        try Files.makeDirectory(root)
        let lock = try FileLock("\(place).lock")
        defer { lock.release() }
        if Files.touch(place) { return (place, false) }

        let staging = "\(place).part"
        Files.remove(staging)  // of a process that was killed
        try Files.makeDirectory(staging)
        do {
            try build(staging)
            try Files.rename(staging, to: place)
        } catch {
            Files.remove(staging)
            throw error
        }
        evict()
        return (place, true)
    }

    /// Removes what has not been used for longest until the rest is within `byteLimit`.
    private func evict() {
        let entries = Files.names(in: root).filter { !$0.hasSuffix(".lock") && !$0.hasSuffix(".part") }.map { name in
            (path: "\(root)/\(name)", used: Files.lastUse(of: "\(root)/\(name)"), bytes: Files.bytesBelow("\(root)/\(name)"))
        }
        var bytes = entries.reduce(0) { $0 + $1.bytes }
        let latest = Date().timeIntervalSince1970 - grace / .seconds(1)
        for entry in entries.sorted(by: { $0.used < $1.used }) where bytes > byteLimit && entry.used <= latest {
            // Another process may have begun to use it, and must not find half of it.
            let condemned = "\(entry.path).gone-\(getpid())"
            if Files.lastUse(of: entry.path) > latest || (try? Files.rename(entry.path, to: condemned)) == nil { continue }
            Files.remove(condemned)
            bytes -= entry.bytes
        }
    }
}

/// An exclusive lock between threads and processes; its file is gone when no one holds it.
private struct FileLock {
    private let path: String
    private let descriptor: Int32

    init(_ path: String) throws(CosimulationError) {
        self.path = path
        while true {
            let descriptor = open(path, O_CREAT | O_RDWR | O_CLOEXEC, 0o644)
            if descriptor < 0 { throw Files.failure("make", path) }
            while flock(descriptor, LOCK_EX) != 0 {
                if errno != EINTR {
                    let failure = Files.failure("lock", path)
                    close(descriptor)
                    throw failure
                }
            }
            // The holder before us has removed the file: the lock of a nameless file keeps no one out.
            var held = stat(), named = stat()
            if fstat(descriptor, &held) == 0, stat(path, &named) == 0, held.st_ino == named.st_ino {
                self.descriptor = descriptor
                return
            }
            close(descriptor)
        }
    }

    func release() {
        unlink(path)
        close(descriptor)
    }
}
