import Foundation
import Testing
import TestSupport
import Workloads

/// What the world around the program can lack: tools, and places to write to.
@Suite struct EnvironmentTests {
    static let small = ["--preset", "lane-d32", "--workload", "synthetic:gaussian,keys=9,rows=1,heads=1"]

    @Test(arguments: [("verilator", "verilator"), ("icarus", "iverilog")])
    func missingTool(_ engine: String, _ tool: String) throws {
        let directory = try TemporaryDirectory()
        let run = try LeanSpAtten(
            ["simulate", "--engine", engine, "--json", "report.json"] + Self.small, in: directory, environment: ["PATH": ""])
        #expect(run.status == 69)
        #expect(run.errors.contains("\(tool) is not on PATH; install it (apt install \(engine == "icarus" ? "iverilog" : tool))"))
        #expect(directory.contents.isEmpty)
    }

    @Test func aVerilatorThatIsNotThere() throws {
        let run = try LeanSpAtten(
            ["simulate", "--engine", "verilator"] + Self.small, in: try TemporaryDirectory(),
            environment: ["LEANSPATTEN_VERILATOR": "/nowhere"])
        #expect(run.status == 69)
        #expect(run.errors.contains("cannot start `/nowhere`: LEANSPATTEN_VERILATOR must be the absolute path"))
    }

    @Test func withoutVerilatorTheNativeEngineRunsAndSaysSo() throws {
        let run = try LeanSpAtten(["simulate"] + Self.small, in: try TemporaryDirectory(), environment: ["PATH": ""])
        #expect(run.status == 0)
        #expect(run.errors.contains("verilator is not on PATH"))
        #expect(run.errors.contains("Using the native engine."))
        #expect(run.output.contains("the native engine"))
    }

    @Test func doctorNamesWhatIsMissing() throws {
        let run = try LeanSpAtten(["doctor", "--json", "-"], in: try TemporaryDirectory(), environment: ["PATH": ""])
        #expect(run.status == 0)
        let report = try run.json()
        #expect(report["engines"] as? [String] == ["native"])
        #expect((report["cache"] as? String)?.hasSuffix(".build/cosimulation") == true)
        let tools = try #require(report["tools"] as? [[String: Any]])
        #expect(tools.first { $0["name"] as? String == "verilator" }?["remedy"] as? String == "apt install verilator")
    }

    /// As root one may write anywhere, so the places here are ones that no one can.
    @Test(arguments: ["nowhere/report", "file/report", "directory", "/dev/full", "/proc/report"])
    func unwritablePlace(_ path: String) throws {
        let directory = try TemporaryDirectory()
        _ = try directory.write("file", "")
        try FileManager.default.createDirectory(atPath: directory.file("directory"), withIntermediateDirectories: false)
        let before = directory.contents
        let commands: [[String]] = [
            ["golden", "--output", path] + Self.small,
            ["golden", "--output", "golden.safetensors", "--json", path] + Self.small,
            ["simulate", "--engine", "native", "--json", path] + Self.small,
            ["generate", "--preset", "lane-d32", "--output", "rtl", "--json", path],
            ["presets", "--json", path],
            ["generate", "--preset", "lane-d32", "--output", path],
        ]
        // A directory is where `generate` may write to.
        for command in path == "directory" ? commands.dropLast() : commands[...] {
            let run = try LeanSpAtten(command, in: directory)
            #expect(run.status == 73, "\(command): \(run.errors)")
            #expect(run.errors.contains("\(path): cannot be written"), "\(run.errors)")
            #expect(directory.contents == before, "\(command)")
        }
    }

    @Test func wavesThatCannotBeWritten() throws {
        let directory = try TemporaryDirectory()
        let run = try LeanSpAtten(
            ["simulate", "--engine", "native", "--waves", "nowhere/w.vcd"] + Self.small, in: directory)
        #expect(run.status == 73)
        #expect(directory.contents.isEmpty)
    }

    /// A Verilator that builds a lane whose output lacks its sign: the comparison must see it.
    @Test func designThatDiffers() throws {
        let path = ProcessInfo.processInfo.environment["PATH"] ?? ""
        func find(_ tool: String) -> String? {
            path.split(separator: ":").map { "\($0)/\(tool)" }.first { FileManager.default.isExecutableFile(atPath: $0) }
        }
        guard let verilator = find("verilator"), let compiler = find("g++") else { return }
        let directory = try TemporaryDirectory()
        _ = try directory.write("verilator", """
            #!/bin/sh
            case "$*" in *--cc*) sed -i 's/output_payload_element(\\(p[0-9]*\\))/output_payload_element(\\1[14:0])/' V*_harness.v
              exec \(verilator) -Wno-fatal "$@" ;; esac
            exec \(verilator) "$@"

            """)
        _ = try directory.write("g++", "#!/bin/sh\nexec \(compiler) \"$@\" -O0\n")
        for tool in ["verilator", "g++"] { chmod(directory.file(tool), 0o755) }
        let run = try LeanSpAtten(
            ["simulate", "--engine", "verilator", "--json", "report.json"] + Self.small, in: directory,
            environment: ["PATH": "\(directory.path):\(path)", "LEANSPATTEN_CACHE": directory.file("cache")])
        #expect(run.status == 1, "\(run.errors)")
        #expect(run.output.contains("outputs differ"))
        let report = try #require(try JSONSerialization.jsonObject(
            with: Data(contentsOf: URL(fileURLWithPath: directory.file("report.json")))) as? [String: Any])
        #expect(report["mismatches"] as? Int ?? 0 > 0)
        #expect(report["mismatchedRows"] as? Int == 1)
        #expect((report["firstMismatches"] as? [[String: Any]])?.first?["expected"] as? Int ?? 0 < 0)
    }
}
