import Foundation

/// Standard output and standard error, unbuffered.
public enum StandardStreams {
    /// Throws `cannotWrite`, as the disk behind standard output may be full.
    public static func print(_ text: String) throws(SessionError) {
        if let failure = OutputFiles.append(Array(text.utf8), to: STDOUT_FILENO, named: "standard output") { throw failure }
    }

    /// There is no one to tell if this fails.
    public static func note(_ text: String) {
        _ = OutputFiles.append(Array(text.utf8), to: STDERR_FILENO, named: "standard error")
    }
}
