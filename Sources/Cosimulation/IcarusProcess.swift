import Foundation

/// A `vvp` that runs an `IcarusHarness`, and the two pipes to it. It goes with this object, and when this process dies.
final class IcarusProcess {
    let child: pid_t
    private let commands, answers: Int32
    private let printed: CapturedStream
    private var hasEnded = false

    init(_ runtime: String, program: String) throws(CosimulationError) {
        // A socket, as writing into a pipe whose reader has died would end this process.
        var ends: [Int32] = [-1, -1]
        if socketpair(AF_UNIX, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0, &ends) != 0 {
            throw Files.failure("make a socket for", program)
        }
        defer { close(ends[1]) }
        do throws(CosimulationError) {
            let pipe = try ToolProcess.makePipe()
            defer { close(pipe.writing) }
            answers = pipe.reading
            do throws(CosimulationError) {
                printed = try CapturedStream()
                child = try ToolProcess(runtime, ["-n", program]).spawn(
                    input: ends[1], output: printed.descriptor, errors: printed.descriptor, third: pipe.writing)
            } catch {
                close(pipe.reading)
                throw error
            }
        } catch {
            close(ends[0])
            throw error
        }
        commands = ends[0]
    }

    deinit {
        // The end of its input ends the harness; one that does not listen is killed.
        close(commands)
        for _ in 0..<100 where !hasEnded {
            hasEnded = ToolProcess.reap(child, block: false) != nil
            if !hasEnded { usleep(1000) }
        }
        if !hasEnded {
            kill(-child, SIGKILL)
            _ = ToolProcess.reap(child, block: true)
        }
        close(answers)
        printed.close()
    }

    /// Why the process is of no more use: how it ended and what it printed. Kills it if it still runs.
    private func obituary(_ what: String) -> String {
        var end = what
        if !hasEnded {
            // It may be about to end by itself.
            var status: ToolStatus?
            for _ in 0..<100 where status == nil {
                status = ToolProcess.reap(child, block: false)
                if status == nil { usleep(1000) }
            }
            if let status { end = "vvp \(status)" } else {
                kill(-child, SIGKILL)
                _ = ToolProcess.reap(child, block: true)
            }
            hasEnded = true
        }
        let text = printed.text(limit: 4096)
        return text.isEmpty ? end : "\(end):\n\(text)"
    }

    /// Sends a command; returns what went wrong.
    func send(_ bytes: UnsafeRawBufferPointer) -> String? {
        var sent = 0
        while sent < bytes.count {
            let count = Foundation.send(commands, bytes.baseAddress! + sent, bytes.count - sent, Int32(MSG_NOSIGNAL))
            if count < 0, errno == EINTR { continue }
            if count <= 0 { return obituary("vvp takes no more commands") }
            sent += count
        }
        return nil
    }

    /// Fills `bytes` with an answer; returns what went wrong.
    func receive(_ bytes: UnsafeMutableRawBufferPointer, timeout: Duration) -> String? {
        let milliseconds = Int32(clamping: Int(timeout / .milliseconds(1)))
        var received = 0
        while received < bytes.count {
            var request = pollfd(fd: answers, events: Int16(POLLIN), revents: 0)
            let ready = poll(&request, 1, milliseconds)
            if ready < 0, errno == EINTR { continue }
            if ready == 0 { return obituary("no answer for \(timeout / .seconds(1)) s") }
            let count = read(answers, bytes.baseAddress! + received, bytes.count - received)
            if count < 0, errno == EINTR { continue }
            if count <= 0 { return obituary("vvp closed its output") }
            received += count
        }
        return nil
    }
}
