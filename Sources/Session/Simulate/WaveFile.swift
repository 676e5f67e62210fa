import Foundation
import Synchronization

/// A file of waves that grows while a design runs, and that takes its place when the run has ended.
public final class WaveFile: Sendable {
    private struct State {
        var buffer: [UInt8] = []
        var failure: SessionError?
        var isOpen = true
    }

    private let path, target: String
    /// Where it grows: an engine that writes by itself writes there.
    public let staging: String
    private let descriptor: Int32
    private let state = Mutex(State())

    private static let bufferBytes = 1 << 20

    public init(_ path: String) throws(SessionError) {
        try OutputFiles.check(path)
        self.path = path
        target = OutputFiles.target(path).path
        staging = OutputFiles.staging(path)
        descriptor = open(staging, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o644)
        guard descriptor >= 0 else { throw OutputFiles.failure(path) }
    }

    /// Without `finish()`, nothing stays.
    deinit {
        if state.withLock(\.isOpen) {
            close(descriptor)
            unlink(staging)
        }
    }

    /// A failure is kept for `finish()`.
    public func append(_ text: String) {
        state.withLock { state in
            state.buffer += text.utf8
            if state.buffer.count >= Self.bufferBytes { flush(&state) }
        }
    }

    public func finish() throws(SessionError) {
        let failure = state.withLock { state in
            flush(&state)
            state.isOpen = false
            if close(descriptor) != 0 || state.failure == nil && rename(staging, target) != 0 {
                state.failure = state.failure ?? OutputFiles.failure(path)
            }
            return state.failure
        }
        if let failure {
            unlink(staging)
            throw failure
        }
    }

    private func flush(_ state: inout State) {
        if state.failure == nil { state.failure = OutputFiles.append(state.buffer, to: descriptor, named: path) }
        state.buffer.removeAll(keepingCapacity: true)
    }
}
