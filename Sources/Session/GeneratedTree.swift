import Accelerator
import Configuration
import Cosimulation
import Foundation
import RTL
import UnitScenarios
import Verification
import Verilog
import Workloads

/// The files of this package that are generated and committed all the same, so that the Verilog can be read, and run,
/// without Swift: `Generated/lane-d64`, `Generated/prefill-d64`, and the benches of the lane and of the units of both in
/// `Testbenches`.
public struct GeneratedTree: Sendable {
    public struct File: Sendable {
        /// From the root of the package.
        public let path: String
        public let bytes: [UInt8]

        init(_ path: String, _ text: String) {
            self.path = path
            bytes = Array(text.utf8)
        }
    }

    /// In order of directory; a function of the sources and the fixture alone.
    public let files: [File]
    /// All files in these are generated.
    public static let directories = ["Generated/lane-d64", "Generated/prefill-d64", "Testbenches/lane-d64", "Testbenches/units"]

    /// Generates the tree of the package at `root`, whose `Tests/Fixtures` is read.
    public init(root: String) throws {
        let preset = try Preset.named("lane-d64")
        let design = try Design(Accelerator.Lane(lane: preset.configuration))
        let verilog = VerilogEmitter().emit(design)
        let prefill = VerilogEmitter().emit(try Design(PrefillLane(prefill: PrefillConfiguration(lane: preset.configuration))))
        let workload = try AttentionWorkload(path: "\(root)/Tests/Fixtures/decode-attention.safetensors")
        let rows = try CheckedProgram.committed(lane: preset.configuration, workload: workload)
        let bench = VectorBench(
            name: "lane_d64", design: design, lane: preset.configuration, program: rows.program, expected: rows.expected)
        let designs = [("Generated/lane-d64", verilog), ("Generated/prefill-d64", prefill)]
        files = designs.flatMap { Self.design($0, $1) }
            + bench.files.map { File("Testbenches/lane-d64/\($0.name)", $0.text) }
            + [Self.benchFileList("lane-d64", bench.files, verilog.map { "Generated/lane-d64/\($0.name)" })]
            + (try Self.units(preset.configuration, inside: designs))
    }

    private static func design(_ directory: String, _ verilog: [VerilogFile]) -> [File] {
        verilog.map { File("\(directory)/\($0.name)", $0.text) }
            + [File("\(directory)/filelist.f", verilog.map { $0.name + "\n" }.joined())]
    }

    /// The benches of the units, on the Verilog of the first design that they are a part of.
    private static func units(
        _ lane: LaneConfiguration, inside designs: [(directory: String, verilog: [VerilogFile])]
    ) throws -> [File] {
        let units = try UnitScenario.names.map { try UnitScenario.committedBench($0, lane) }
        let benches = units.map(\.0)
        let together = ScenarioBench.together(name: "units", benches)
        let needed = Set(units.flatMap { $0.1.design.modules.map(\.name) })
        var found: Set<String> = []
        let parts = designs.flatMap { directory, verilog in
            verilog.filter { needed.contains($0.moduleName) && found.insert($0.moduleName).inserted }.map { "\(directory)/\($0.name)" }
        }
        precondition(found == needed, "a unit has a bench at parameters that the lane does not have")
        let files = benches.flatMap(\.files) + [together]
        return files.map { File("Testbenches/units/\($0.name)", $0.text) } + [benchFileList("units", files, parts)]
    }

    /// What a simulator compiles, from the bench's directory.
    private static func benchFileList(_ bench: String, _ files: [VerilogSource], _ design: [String]) -> File {
        let names = files.map(\.name).filter { $0.hasSuffix(".v") } + design.map { "../../\($0)" }
        return File("Testbenches/\(bench)/filelist.f", names.map { $0 + "\n" }.joined())
    }

    /// Writes all files under `root`, and removes from the directories what is no longer generated.
    public func write(to root: String) throws(CosimulationError) {
        for directory in Self.directories {
            do {
                try FileManager.default.createDirectory(atPath: "\(root)/\(directory)", withIntermediateDirectories: true)
            } catch {
                throw .fileSystem(path: "\(root)/\(directory)", action: "make", reason: error.localizedDescription)
            }
        }
        for file in files where Self.bytes(of: "\(root)/\(file.path)") != file.bytes {
            do {
                try Data(file.bytes).write(to: URL(fileURLWithPath: "\(root)/\(file.path)"), options: .atomic)
            } catch {
                throw .fileSystem(path: "\(root)/\(file.path)", action: "write", reason: error.localizedDescription)
            }
        }
        for path in strangers(in: root) { try? FileManager.default.removeItem(atPath: "\(root)/\(path)") }
    }

    /// What of the files under `root` is not as generated, a line for each: `PATH: why`.
    public func differences(from root: String) -> [String] {
        let missing = files.compactMap { file -> String? in
            guard let found = Self.bytes(of: "\(root)/\(file.path)") else { return "\(file.path): is missing" }
            if found == file.bytes { return nil }
            let same = zip(found, file.bytes).prefix { $0 == $1 }
            return "\(file.path): differs in line \(same.count { $0.0 == UInt8(ascii: "\n") } + 1)"
        }
        return missing + strangers(in: root).map { "\($0): is not generated any more" }
    }

    /// Other files of the kinds that are generated; what simulators leave behind is none of our business.
    private func strangers(in root: String) -> [String] {
        let known = Set(files.map(\.path))
        let kinds = [".v", ".f", ".hex"]
        return Self.directories.flatMap { directory in
            let names = (try? FileManager.default.contentsOfDirectory(atPath: "\(root)/\(directory)")) ?? []
            return names.sorted().filter { name in kinds.contains { name.hasSuffix($0) } }
                .map { "\(directory)/\($0)" }.filter { !known.contains($0) }
        }
    }

    /// Nil if there is no such file.
    private static func bytes(of path: String) -> [UInt8]? { FileManager.default.contents(atPath: path).map { [UInt8]($0) } }
}
