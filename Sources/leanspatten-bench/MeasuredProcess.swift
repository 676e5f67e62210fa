import Foundation

/// A command run to its end with nothing between it and the clock.
///
/// `ToolProcess` looks for the end of its command at intervals: good for tools, not for milliseconds.
struct MeasuredProcess {
    /// By the clock.
    let seconds: Double
    /// Of processor time, with the processes it waited for.
    let processorSeconds: Double

    /// - Throws: `BenchError` if it cannot be started or does not end with 0.
    init(_ executable: String, _ arguments: [String]) throws {
        let command = ([executable] + arguments).joined(separator: " ")
        let words = ([executable] + arguments).map { strdup($0) } + [nil]
        defer { for word in words { free(word) } }
        var child: pid_t = 0, status: Int32 = 0
        var failure: Int32 = 0, usage = rusage()
        seconds = leanspatten_bench.seconds {
            failure = posix_spawn(&child, executable, nil, nil, words, environ)
            if failure != 0 { return }
            while wait4(child, &status, 0, &usage) < 0, errno == EINTR {}
        }
        if failure != 0 { throw BenchError("cannot start \(command): \(String(cString: strerror(failure)))") }
        if status != 0 { throw BenchError("\(command) failed; run it by hand to see why") }
        let times = [usage.ru_utime, usage.ru_stime].map { time in Double(time.tv_sec) + Double(time.tv_usec) * 1e-6 }
        processorSeconds = times[0] + times[1]
    }
}

/// What keeps a figure from being measured.
struct BenchError: Error, CustomStringConvertible {
    let description: String

    init(_ description: String) { self.description = description }
}
