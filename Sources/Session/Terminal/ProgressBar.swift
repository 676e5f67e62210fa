import Foundation
import Synchronization

/// A line on standard error that says how far long work has come; nothing unless that is a terminal.
public final class ProgressBar: Sendable {
    private struct State {
        var done = 0
        var shownPercent = -1
    }

    private let label: String
    private let total: Int
    private let isShown = isatty(STDERR_FILENO) == 1
    private let state = Mutex(State())

    public init(_ label: String, total: Int) {
        self.label = label
        self.total = max(1, total)
        if isShown { show(percent: 0, done: 0) }
    }

    /// One more step is done; from any thread.
    public func advance() {
        guard isShown else { return }
        state.withLock { state in
            state.done += 1
            let percent = 100 * state.done / total
            if percent > state.shownPercent {
                state.shownPercent = percent
                show(percent: percent, done: state.done)
            }
        }
    }

    /// Clears the line.
    public func finish() {
        if isShown { StandardStreams.note("\r\u{1b}[K") }
    }

    private func show(percent: Int, done: Int) {
        let filled = percent * 30 / 100
        let bar = String(repeating: "#", count: filled) + String(repeating: ".", count: 30 - filled)
        StandardStreams.note("\r\(label) [\(bar)] \(done)/\(total)")
    }
}
