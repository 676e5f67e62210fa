import Cosimulation
import Foundation
import Testing

@Suite struct ToolProcessTests {
    func shell(_ script: String, in directory: String? = nil) -> ToolProcess {
        ToolProcess("/bin/sh", ["-c", script], in: directory)
    }

    @Test func streamsStatusAndDirectory() throws {
        let result = try shell("pwd; echo bad >&2; exit 7", in: "/usr").run(timeout: .seconds(10))
        #expect(result.output == "/usr\n")
        #expect(result.errors == "bad\n")
        #expect(result.status == .exited(7))
        #expect(try shell("kill -9 $$").run(timeout: .seconds(10)).status == .signalled(9))
    }

    @Test func muchOutputOnBothStreams() throws {
        let result = try shell("i=0; while [ $i -lt 20000 ]; do echo 0123456789012345678901234567890123456789; echo e$i >&2; i=$((i+1)); done")
            .run(timeout: .seconds(60))
        #expect(result.output.utf8.count == 41 * 20000)
        #expect(result.errors.hasSuffix("e19999\n"))
    }

    /// The child of the child goes too.
    @Test func timeoutEndsTheWholeGroup() {
        let mark = NSTemporaryDirectory() + "/cosimulation-\(UUID().uuidString)"
        let elapsed = seconds {
            let error = #expect(throws: CosimulationError.self) {
                try shell("echo started; (sleep 1; touch \(mark)) & sleep 30").run(timeout: .milliseconds(200))
            }
            guard case .timedOut(_, 0.2, "started\n") = error else { Issue.record("\(error as Any)"); return }
        }
        #expect(elapsed < 10)
        Thread.sleep(forTimeInterval: 1.2)
        #expect(!FileManager.default.fileExists(atPath: mark))
    }

    @Test func endlessOutputIsStopped() {
        #expect {
            try shell("while true; do echo 0123456789; done").run(timeout: .seconds(60), outputLimit: 100_000)
        } throws: { error in
            if case CosimulationError.tooMuchOutput = error { true } else { false }
        }
    }

    @Test func aGrandchildKeepsNobodyWaiting() throws {
        let elapsed = try seconds {
            let result = try shell("sleep 20 & echo done").run(timeout: .seconds(30))
            #expect(result.output == "done\n")
        }
        #expect(elapsed < 10)
    }

    @Test func noZombies() throws {
        for _ in 0..<20 { _ = try shell("true").run(timeout: .seconds(10)) }
        let tasks = "/proc/self/task/\(getpid())/children"
        let children = try String(contentsOfFile: tasks, encoding: .utf8).split(separator: " ")
        for child in children {
            let stat = (try? String(contentsOfFile: "/proc/\(child)/stat", encoding: .utf8)) ?? ""
            #expect(!stat.contains(" Z "))
        }
    }

    @Test func firstFailureOfSeveral() {
        let commands = [shell("true"), shell("echo no >&2; exit 3"), shell("true")]
        let error = #expect(throws: CosimulationError.self) {
            try ToolProcess.requireAll(commands, jobs: 2, timeout: .seconds(10))
        }
        #expect("\(error!)".contains("exited with 3:\nno"))
    }

    @Test func missingToolsSayHowToGetThem() {
        let nowhere = ToolSearch(path: "/nonexistent")
        #expect(throws: CosimulationError.missingTool(name: "verilator", install: "apt install verilator")) {
            try VerilatorToolchain(searching: nowhere)
        }
        #expect(throws: CosimulationError.missingTool(name: "iverilog", install: "apt install iverilog")) {
            try IcarusRunner(searching: nowhere)
        }
    }

    @Test(arguments: [
        ("", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
        ("abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
        ("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq", "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"),
    ])
    func sha256(text: String, digest: String) {
        var hash = SHA256()
        hash.update(text.utf8)
        #expect(hash.hexadecimal() == digest)
    }

    @Test func sha256OfAMillionInPieces() {
        var hash = SHA256()
        for _ in 0..<1000 { hash.update([UInt8](repeating: UInt8(ascii: "a"), count: 1000)) }
        #expect(hash.hexadecimal() == "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0")
    }
}
