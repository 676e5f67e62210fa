import Accelerator
import Configuration
import Cosimulation
import FixedPoint
import Foundation
import RTL
import SeededRandom
import Session
import Simulation
import TestSupport
import Testing
import Verilog

@Suite struct VectorBenchTests {
    /// Rows of random settings.
    private func randomRows(
        _ name: String, seed: UInt64 = 1, lane: LaneConfiguration, rows: Int, maximumKeys: Int
    ) throws -> CheckedProgram {
        var generator = SeededGenerator(seed: seed, name: name)
        var checked = CheckedProgram(lane: lane)
        let settings = (0..<rows).map { _ in RowSettings.all[generator.below(RowSettings.all.count)] }
        try checked.appendRandomRows(settings: settings, maximumKeys: maximumKeys, generator: &generator)
        return checked
    }

    @Test("20 random rows in Icarus, four-state", arguments: [nil, 7] as [UInt64?])
    func icarus(stallSeed: UInt64?) throws {
        let name = "vector-bench/\(stallSeed ?? 0)"
        let lane = try Preset.named("lane-d64").configuration.lane
        let checked = try randomRows(name, seed: TestSeed.global, lane: lane, rows: 10, maximumKeys: 300)
        func run(_ engine: Engine) throws -> LaneTestBench.Result {
            try LaneTestBench(
                try LaneModel(lane, engine: engine).simulator(seed: 1), headSize: lane.headSize, program: checked.program,
                memoryLatency: 30, stallSeed: stallSeed
            ).run()
        }
        let result = try run(.icarus)
        let mismatches = checked.mismatches(result.outputs)
        #expect(mismatches.isEmpty, """
            \(mismatches.count) of 10 rows differ; \(TestSeed.rerun)
            """)
        let native = try run(.native)
        #expect(result.traffic == native.traffic)
        #expect(result.cycles == native.cycles)
    }

    /// The same fault in the engine and in the bench.
    @Test func whatNoResetSetsIsFoundByTheIcarusEngine() throws {
        let lane = try Preset.named("lane-d32").configuration.lane
        let checked = try randomRows("vector-bench/unknown", lane: lane, rows: 1, maximumKeys: 3)
        let design = try Design(Accelerator.Lane(lane: lane))
        let model = try IcarusModel.build(
            sources: Self.withoutAReset(VerilogEmitter().emit(design)), top: design.top.name,
            ports: SimulatedPort.layout(of: design.top))
        let bench = try LaneTestBench(try IcarusSimulator(model), headSize: lane.headSize, program: checked.program)
        let error = try #require(#expect(throws: UnknownOutputs.self) { try bench.run() })
        #expect(error.outputs.contains { $0.port == "request_valid" && $0.bits == "x" })
    }

    @Test func whatNoResetSetsIsFoundInIcarus() throws {
        let lane = try Preset.named("lane-d32").configuration.lane
        let checked = try randomRows("vector-bench/unknown", lane: lane, rows: 1, maximumKeys: 3)
        let design = try Design(Accelerator.Lane(lane: lane))
        let bench = VectorBench(
            name: "lane_d32", design: design, lane: lane, program: checked.program, expected: checked.expected)
        let report = try bench.runInIcarus(Self.withoutAReset(VerilogEmitter().emit(design)))
        #expect(!report.passed)
        #expect(report.text.contains("request_valid x"))
        #expect(report.text.contains("FAIL rows=0 "))
    }

    /// The buffer in front of the memory port keeps what it holds in a reset.
    private static func withoutAReset(_ files: [VerilogFile]) -> [VerilogSource] {
        files.map { file in
            VerilogSource(name: file.name, text: file.name != "SkidBuffer_w46.v" ? file.text
                : file.text.replacingOccurrences(of: "full <= 1'b0;", with: "full <= full;"))
        }
    }

    /// The committed Makefile on a lane and vectors of its own: passes, and fails for a wrong vector and a wrong lane.
    @Test(arguments: ["icarus", "verilator"]) func aFaultIsFound(simulator: String) throws {
        let lane = try Preset.named("lane-d32").configuration.lane
        let checked = try randomRows("vector-bench/faults", lane: lane, rows: 4, maximumKeys: 140)
        let design = try Design(Accelerator.Lane(lane: lane))
        let bench = VectorBench(
            name: "lane_d32", design: design, lane: lane, program: checked.program, expected: checked.expected)
        try withTemporaryDirectory { root in
            let (generated, benches) = ("\(root)/Generated/lane-d32", "\(root)/Testbenches/lane-d32")
            for directory in [generated, benches] {
                try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
            }
            try FileManager.default.copyItem(
                atPath: "\(PackageFiles.root)/Testbenches/Makefile", toPath: "\(root)/Testbenches/Makefile")
            let files = VerilogEmitter().emit(design)
            let compiled = ["\(bench.moduleName).v"] + files.map { "../../Generated/lane-d32/\($0.name)" }
            try write(compiled.map { $0 + "\n" }.joined(), to: "\(benches)/filelist.f")
            for file in files { try write(file.text, to: "\(generated)/\(file.name)") }
            for file in bench.files { try write(file.text, to: "\(benches)/\(file.name)") }
            func run() throws -> ToolResult {
                try ToolProcess("/usr/bin/env", ["make", simulator, "BENCHES=lane-d32"], in: "\(root)/Testbenches")
                    .run(timeout: .seconds(600))
            }

            let good = try run()
            #expect(good.succeeded, "\(good.report)")
            #expect(good.output.contains("PASS rows=4 elements=128 "))

            let vectors = "\(benches)/expected.hex"
            let expected = try String(contentsOfFile: vectors, encoding: .utf8)
            let element = checked.expected[2][3]
            try write(Self.replaceElement(row: 2, element: 3, by: element ^ 1, in: expected), to: vectors)
            let wrongVector = try run()
            #expect(!wrongVector.succeeded)
            #expect(wrongVector.output.contains("MISMATCH row 2 element 3: expected \(element ^ 1), got \(element)\n"))
            #expect(wrongVector.output.contains("FAIL rows=4 elements=128 "))
            try write(expected, to: vectors)

            // A sum of products becomes a difference.
            let unit = try #require(files.first { $0.name.hasPrefix("QueryKeyUnit") })
            let plus = try #require(unit.text.range(of: " + "))
            try write(unit.text.replacingCharacters(in: plus, with: " - "), to: "\(generated)/\(unit.name)")
            let wrongLane = try run()
            #expect(!wrongLane.succeeded)
            #expect(wrongLane.output.contains("MISMATCH row "))
        }
    }

    @Test(arguments: Preset.lanes) func theTextIsCleanInVerilator(_ preset: Preset) throws {
        let lane = preset.configuration.lane
        let checked = try randomRows("vector-bench/lint", lane: lane, rows: 2, maximumKeys: 5)
        let design = try Design(Accelerator.Lane(lane: lane))
        let bench = VectorBench(
            name: "lane", design: design, lane: lane, program: checked.program, expected: checked.expected)
        try withTemporaryDirectory { directory in
            let sources = VerilogEmitter().emit(design).map { VerilogSource(name: $0.name, text: $0.text) } + [bench.files[0]]
            for source in sources { try write(source.text, to: "\(directory)/\(source.name)") }
            let result = try ToolProcess(
                "/usr/bin/env",
                ["verilator", "--lint-only", "-Wall", "--timing", "--top-module", bench.moduleName] + sources.map(\.name),
                in: directory
            ).run(timeout: .seconds(120))
            #expect(result.succeeded && result.report.isEmpty, "\(result.report)")
        }
    }

    private func write(_ text: String, to path: String) throws {
        try text.write(toFile: path, atomically: true, encoding: .utf8)
    }

    private static func replaceElement(row: Int, element: Int, by value: Int16, in text: String) -> String {
        var lines = text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
        let line = lines.firstIndex(of: "// row \(row)")! + 1 + element / 16
        var words = lines[line].split(separator: " ").map(String.init)
        let digits = String(UInt16(bitPattern: value), radix: 16)
        words[element % 16] = String(repeating: "0", count: 4 - digits.count) + digits
        lines[line] = words.joined(separator: " ")
        return lines.joined(separator: "\n")
    }
}
