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
/// without Swift: three lanes in `Generated`, the benches of the dense one and of all units in `Testbenches`, and what the C driver includes.
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
    public static let directories = presets.map { "Generated/\($0)" }
        + ["Generated/units", "Testbenches/lane-d64", "Testbenches/units", "Testbenches/cocotb/system", "Software/c"]
    /// The lanes whose Verilog is committed.
    private static let presets = ["lane-d64", "spatten-d64", "prefill-d64"]

    /// Generates the tree of the package at `root`, whose `Tests/Fixtures` is read.
    public init(root: String) throws {
        let lanes = try Self.presets.map { name in
            (name: name, generation: try Generation(Preset.named(name).configuration))
        }
        let lane = try Preset.named("lane-d64").configuration.lane
        let workload = try AttentionWorkload(path: "\(root)/Tests/Fixtures/decode-attention.safetensors")
        let rows = try CheckedProgram.committed(lane: lane, workload: workload)
        let bench = VectorBench(
            name: "lane_d64", design: try Design(Accelerator.Lane(lane: lane)), lane: lane, program: rows.program,
            expected: rows.expected)
        // Of modules that several lanes have, the first lane's file serves all benches.
        let parts = lanes.flatMap { lane in lane.generation.files.map { Part(file: $0, directory: lane.name) } }
        files = lanes.flatMap { lane in
            lane.generation.files.map { File("Generated/\(lane.name)/\($0.name)", $0.text) }
                + [File("Generated/\(lane.name)/\(Generation.fileListName)", lane.generation.fileList)]
        }
            + bench.files.map { File("Testbenches/lane-d64/\($0.name)", $0.text) }
            + [Self.benchFileList("lane-d64", bench.files, parts.filter { $0.directory == "lane-d64" })]
            + (try Self.units(lane, on: parts))
            + (try Self.system())
    }

    /// What software other than ours needs: the header of the records, and a job of a system for the clients of cocotb.
    private static func system() throws -> [File] {
        guard case .system(let system) = try Preset.named("spatten-eighth").configuration else { preconditionFailure("no system") }
        return [
            File("Software/c/leanspatten_records.h", RecordLayout.cHeader("leanspatten")),
            File("Testbenches/cocotb/system/job.json", try SystemVectors.committed(system).json()),
            File("Testbenches/cocotb/system/leanspatten_registers.h", ControlRegisters.map(system).cHeader),
        ]
    }

    /// A module's file in a directory of `Generated`.
    private struct Part {
        let file: VerilogFile
        let directory: String
    }

    /// The benches of the units, on the Verilog of the lanes, and in `Generated/units` the modules that none of them has.
    private static func units(_ lane: LaneConfiguration, on parts: [Part]) throws -> [File] {
        let units = try UnitScenario.names.map { try UnitScenario.committedBench($0, lane) }
        let benches = units.map(\.0)
        let together = ScenarioBench.together(name: "units", benches)
        let needed = Set(units.flatMap { $0.1.design.modules.map(\.name) })
        let own = units.flatMap { VerilogEmitter().emit($0.1.design) }.map { Part(file: $0, directory: "units") }
        var taken: Set<String> = []
        let used = (parts + own).filter { needed.contains($0.file.moduleName) && taken.insert($0.file.moduleName).inserted }
        let files = benches.flatMap(\.files) + [together]
        return used.filter { $0.directory == "units" }.map { File("Generated/units/\($0.file.name)", $0.file.text) }
            + files.map { File("Testbenches/units/\($0.name)", $0.text) } + [benchFileList("units", files, used)]
    }

    /// What a simulator compiles, from the bench's directory.
    private static func benchFileList(_ bench: String, _ files: [VerilogSource], _ design: [Part]) -> File {
        let names = files.map(\.name).filter { $0.hasSuffix(".v") }
            + design.map { "../../Generated/\($0.directory)/\($0.file.name)" }
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
