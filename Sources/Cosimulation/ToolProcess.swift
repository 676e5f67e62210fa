import Foundation
import Synchronization

/// How a tool ended.
public enum ToolStatus: Equatable, Sendable, CustomStringConvertible {
    case exited(Int32)
    case signalled(Int32)

    public var description: String {
        switch self {
        case .exited(let code): "exited with \(code)"
        case .signalled(let signal): "was killed by signal \(signal)"
        }
    }
}

/// What a tool left: both streams whole, and how it ended.
public struct ToolResult: Sendable {
    public let status: ToolStatus
    public let output: String
    public let errors: String
    public var succeeded: Bool { status == .exited(0) }
    /// Both streams, the errors first: what a message to the user quotes.
    package var report: String { [errors, output].filter { !$0.isEmpty }.joined(separator: "\n") }
}

/// A command to run: executable, arguments, directory.
///
/// It runs in a process group of its own, so that a timeout ends its children too (make's compilers, say), with
/// standard input empty and messages in English.
package struct ToolProcess {
    /// Absolute path.
    package let executable: String
    package let arguments: [String]
    /// Working directory; nil: ours.
    package let directory: String?
    /// Variables it sees beside ours.
    package let environment: [String: String]

    package init(
        _ executable: String, _ arguments: [String], in directory: String? = nil, environment: [String: String] = [:]
    ) {
        self.executable = executable
        self.arguments = arguments
        self.directory = directory
        self.environment = environment
    }

    /// As a user would type it.
    package var commandLine: String { ([executable] + arguments).joined(separator: " ") }

    /// Runs to the end, collecting both streams however much is printed.
    /// - Throws: `cannotStart`, `timedOut`, `tooMuchOutput`; a nonzero exit is a result.
    package func run(
        timeout: Duration, outputLimit: Int = 64 << 20
    ) throws(CosimulationError) -> ToolResult {
        // Files rather than pipes: they never fill up, and a grandchild that outlives the child keeps no one waiting.
        let output = try CapturedStream()
        defer { output.close() }
        let errors = try CapturedStream()
        defer { errors.close() }
        let child = try spawn(output: output.descriptor, errors: errors.descriptor)

        let start = ContinuousClock.now
        while true {
            if let status = Self.reap(child, block: false) {
                return ToolResult(status: status, output: output.text(), errors: errors.text())
            }
            let elapsed = start.duration(to: .now)
            let printed = output.byteCount + errors.byteCount
            if elapsed > timeout || printed > outputLimit {
                kill(-child, SIGKILL)
                _ = Self.reap(child, block: true)
                let text = errors.text(limit: 4096) + output.text(limit: 4096)
                throw printed > outputLimit
                    ? .tooMuchOutput(command: commandLine, bytes: printed, output: text)
                    : .timedOut(command: commandLine, seconds: timeout / .seconds(1), output: text)
            }
            // Short commands are seen to end soon, long ones are looked at rarely.
            usleep(UInt32(min(10_000, 200 + elapsed / .microseconds(8))))
        }
    }

    /// `run` for a tool whose failure is an error.
    @discardableResult
    package func require(timeout: Duration) throws(CosimulationError) -> ToolResult {
        let result = try run(timeout: timeout)
        if result.succeeded { return result }
        throw .toolFailed(command: commandLine, status: result.status, output: result.report)
    }

    /// `require` for several at once, in order, `jobs` at a time; after a failure no more are started.
    package static func requireAll(
        _ commands: [ToolProcess], jobs: Int, timeout: Duration
    ) throws(CosimulationError) {
        let failures = failures(of: commands, jobs: jobs, timeout: timeout, stopsAtFailure: true)
        if let first = failures.compactMap(\.self).first { throw first }
    }

    /// Runs them as `requireAll` does, whatever becomes of the others.
    /// - Returns: Why each of them failed; nil for one that did not, or was not started.
    package static func failures(
        of commands: [ToolProcess], jobs: Int, timeout: Duration, stopsAtFailure: Bool = false
    ) -> [CosimulationError?] {
        let state = Mutex((next: 0, failures: [CosimulationError?](repeating: nil, count: commands.count)))
        DispatchQueue.concurrentPerform(iterations: min(jobs, commands.count)) { _ in
            while let index = state.withLock({ state -> Int? in
                defer { state.next += 1 }
                let stops = stopsAtFailure && state.failures.contains { $0 != nil }
                return !stops && state.next < commands.count ? state.next : nil
            }) {
                do throws(CosimulationError) {
                    try commands[index].require(timeout: timeout)
                } catch {
                    state.withLock { $0.failures[index] = error }
                }
            }
        }
        return state.withLock(\.failures)
    }

    /// Starts it with these descriptors as its 0 (nil: nothing to read), 1, 2 and 3 (nil: none).
    func spawn(
        input: Int32? = nil, output: Int32, errors: Int32, third: Int32? = nil
    ) throws(CosimulationError) -> pid_t {
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        if let input { posix_spawn_file_actions_adddup2(&actions, input, 0) } else {
            posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
        }
        posix_spawn_file_actions_adddup2(&actions, output, 1)
        posix_spawn_file_actions_adddup2(&actions, errors, 2)
        if let third { posix_spawn_file_actions_adddup2(&actions, third, 3) }

        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETPGROUP))
        posix_spawnattr_setpgroup(&attributes, 0)

        var environment = ProcessInfo.processInfo.environment.merging(environment) { $1 }
        environment["LC_ALL"] = "C"
        // Those of a make above us would confuse the one a tool starts.
        environment["MAKEFLAGS"] = nil
        environment["MAKELEVEL"] = nil
        let variables = environment.sorted { $0.key < $1.key }.map { strdup("\($0.key)=\($0.value)") } + [nil]
        let command = [executable] + arguments
        let words = (directory.map { Self.changeDirectory + [$0] + command } ?? command).map { strdup($0) } + [nil]
        defer { for text in variables + words { free(text) } }

        var child: pid_t = 0
        let failure = Self.descriptors.withLock { _ in
            posix_spawn(&child, words[0]!, &actions, &attributes, words, variables)
        }
        if failure != 0 { throw .cannotStart(command: commandLine, reason: String(cString: strerror(failure))) }
        return child
    }

    /// Held while a descriptor could be passed on to a child that is started meanwhile, and while one is started.
    private static let descriptors = Mutex(())

    /// A pipe that no child inherits unasked.
    static func makePipe() throws(CosimulationError) -> (reading: Int32, writing: Int32) {
        var ends: [Int32] = [-1, -1]
        let made = descriptors.withLock { _ in
            let made = pipe(&ends)
            for end in ends where made == 0 { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
            return made
        }
        if made != 0 { throw .cannotStart(command: "a pipe", reason: String(cString: strerror(errno))) }
        return (ends[0], ends[1])
    }

    /// posix_spawn itself cannot portably change directory.
    private static let changeDirectory = ["/bin/sh", "-c", "cd \"$1\" && shift && exec \"$@\"", "sh"]

    /// The status of `child` if it has ended, else nil; it leaves no zombie.
    static func reap(_ child: pid_t, block: Bool) -> ToolStatus? {
        var status: Int32 = 0
        while true {
            let reaped = waitpid(child, &status, block ? 0 : WNOHANG)
            if reaped == child { break }
            if reaped == 0 { return nil }
            // Nobody else waits for our children: all that is left is a signal's interruption.
            precondition(errno == EINTR, "waitpid: \(String(cString: strerror(errno)))")
        }
        let signal = status & 0x7f
        return signal == 0 ? .exited((status >> 8) & 0xff) : .signalled(signal)
    }
}

/// Where one of a child's streams goes: a nameless file.
struct CapturedStream {
    let descriptor: Int32

    init() throws(CosimulationError) {
        var template = Array((NSTemporaryDirectory() + "/leanspatten-XXXXXX").utf8CString)
        descriptor = mkstemp(&template)
        if descriptor < 0 { throw Files.failure("make a file in", NSTemporaryDirectory()) }
        unlink(template)
        _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
    }

    func close() { _ = Foundation.close(descriptor) }

    var byteCount: Int {
        var status = stat()
        return fstat(descriptor, &status) == 0 ? Int(status.st_size) : 0
    }

    func text(limit: Int = .max) -> String {
        let size = min(limit, byteCount)
        return String(unsafeUninitializedCapacity: size) { buffer in
            var count = 0
            while count < size {
                let more = pread(descriptor, buffer.baseAddress! + count, size - count, off_t(count))
                if more <= 0 { break }
                count += more
            }
            return count
        }
    }
}
