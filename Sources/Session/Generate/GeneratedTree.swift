import Accelerator
import Configuration
import Cosimulation
import Foundation
import Handoff
import RTL
import UnitScenarios
import Verification
import Verilog
import Workloads

/// The files of this package that are generated and committed all the same, so that the Verilog can be read, run and taken
/// into a flow without Swift: in `Generated` a folder for every preset and the modules of units that none of the written
/// presets has, in `Testbenches` the benches of the dense lane and of all units, and what
/// software and clients other than ours need.
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

    /// The presets whose Verilog is committed: one of each kind of core, where that is a megabyte at most. Of every other
    /// preset there is all but `rtl/`, and its manifest has the hashes of what would be there.
    public static let written = ["lane-d64", "spatten-d64", "prefill-d64"]

    /// Generates the tree of the package at `root`, whose `Tests/Fixtures` is read.
    public init(root: String) throws {
        let presets = Preset.all
        let cores = try concurrentMap(count: presets.count) { index in
            let preset = presets[index]
            return Core(try IPPackage(of: try NamedConfiguration(preset: preset.name)), isWritten: Self.written.contains(preset.name))
        }
        let lane = try Preset.named("lane-d64").configuration.lane
        let workload = try AttentionWorkload(path: "\(root)/Tests/Fixtures/decode-attention.safetensors")
        let rows = try CheckedProgram.committed(lane: lane, workload: workload)
        let bench = VectorBench(
            name: "lane_d64", design: try Design(Accelerator.Lane(lane: lane)), lane: lane, program: rows.program,
            expected: rows.expected)
        // Of modules that several presets have, the first one's file serves all benches.
        let parts = cores.filter(\.isWritten).flatMap(\.parts)
        var files = cores.flatMap(\.committed)
        files.append(File("Generated/README.md", Self.readme(cores)))
        files += bench.files.map { File("Testbenches/lane-d64/\($0.name)", $0.text) }
        files.append(Self.benchFileList("lane-d64", bench.files, parts.filter { $0.path.hasPrefix("Generated/lane-d64/") }))
        files += try Self.units(lane, on: parts)
        files += try Self.system()
        self.files = files
    }

    /// What software other than ours needs: the header of the records, and a job of a system for the clients of cocotb.
    private static func system() throws -> [File] {
        let system = try Preset.named("spatten-eighth").system
        return [
            File("Software/c/leanspatten_records.h", RecordLayout.cHeader("leanspatten")),
            File("Testbenches/cocotb/system/job.json", try SystemVectors.committed(system).json()),
            File("Testbenches/cocotb/system/leanspatten_registers.h", ControlRegisters.map(system).cHeader),
        ]
    }

    /// The folder of a preset.
    private struct Core: Sendable {
        let package: IPPackage
        let isWritten: Bool
        var name: String { package.identity.name }

        init(_ package: IPPackage, isWritten: Bool) {
            self.package = package
            self.isWritten = isWritten
        }

        var verilog: [IPPackage.File] { package.files.filter { $0.path.hasPrefix("rtl/") } }

        var committed: [File] {
            package.files.filter { isWritten || !$0.path.hasPrefix("rtl/") }.map { File("Generated/\(name)/\($0.path)", $0.text) }
        }

        var parts: [Part] {
            verilog.map { Part(module: String($0.path.dropFirst("rtl/".count).dropLast(".v".count)), path: "Generated/\(name)/\($0.path)") }
        }
    }

    /// A module's file in `Generated`.
    private struct Part {
        let module, path: String
    }

    private static func readme(_ cores: [Core]) -> String {
        let rows = cores.map { core in
            let lines = core.verilog.reduce(0) { $0 + $1.text.utf8.count { $0 == UInt8(ascii: "\n") } }
            return "| \(core.isWritten ? "[`\(core.name)`](\(core.name)/rtl)" : "`\(core.name)`") | `\(core.package.topModule)` "
                + "| \(core.verilog.count) | \(lines) | \(core.isWritten ? "here" : "hashes") |\n"
        }
        return """
            # Generated

            What `leanspatten package` writes for every preset ([Docs/handoff.md](../Docs/handoff.md)), byte for byte. So that the
            repository stays small, the Verilog itself is here for \(written.map { "`\($0)`" }.joined(separator: ", ")) only; of the other
            presets `rtl/` is missing, and MANIFEST.json has the hash of every file in it. To have all files of one:

            ```sh
            leanspatten package --preset lean-8 --output ip/lean-8
            cmp ip/lean-8/MANIFEST.json Generated/lean-8/MANIFEST.json    # nothing to say: every file is the one that was tested
            ```

            | preset | top | modules | lines | Verilog |
            |---|---|---|---|---|
            \(rows.joined())
            `units` holds the modules that the benches of units need and none of those presets has, `axi` the blocks towards AXI.
            `make generated` writes everything here anew.

            """
    }

    /// The benches of the units, on the Verilog of the written presets, and in `Generated/units` the modules that none of them has.
    private static func units(_ lane: LaneConfiguration, on parts: [Part]) throws -> [File] {
        let units = try UnitScenario.names.map { try UnitScenario.committedBench($0, lane) }
        let benches = units.map(\.0)
        let together = ScenarioBench.together(name: "units", benches)
        let needed = Set(units.flatMap { $0.1.design.modules.map(\.name) })
        var taken: Set<String> = [], used = parts.filter { needed.contains($0.module) && taken.insert($0.module).inserted }
        var own: [File] = []
        for file in units.flatMap({ VerilogEmitter().emit($0.1.design) }) where taken.insert(file.moduleName).inserted {
            let path = "Generated/units/\(file.name)"
            own.append(File(path, file.text))
            used.append(Part(module: file.moduleName, path: path))
        }
        let files = benches.flatMap(\.files) + [together]
        return own + files.map { File("Testbenches/units/\($0.name)", $0.text) } + [benchFileList("units", files, used)]
    }

    /// What a simulator compiles, from the bench's directory.
    private static func benchFileList(_ bench: String, _ files: [VerilogSource], _ design: [Part]) -> File {
        let names = files.map(\.name).filter { $0.hasSuffix(".v") } + design.map { "../../\($0.path)" }
        return File("Testbenches/\(bench)/filelist.f", names.map { $0 + "\n" }.joined())
    }
}

/// The tree against the files that are there.
extension GeneratedTree {
    /// Writes all files under `root`, and removes what is no longer generated.
    public func write(to root: String) throws(CosimulationError) {
        for file in files where Self.bytes(of: "\(root)/\(file.path)") != file.bytes {
            let url = URL(fileURLWithPath: "\(root)/\(file.path)")
            do {
                try FileManager.default.createDirectory(at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
                try Data(file.bytes).write(to: url, options: .atomic)
            } catch {
                throw .fileSystem(path: url.path, action: "write", reason: error.localizedDescription)
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

    /// Files where only generated ones belong, in order. In the directories of benches those are of these kinds; what
    /// simulators leave behind is none of our business. `Generated/axi` has its own test.
    private func strangers(in root: String) -> [String] {
        let known = Set(files.map(\.path)), kinds = [".v", ".f", ".hex"]
        let found = Self.paths(in: "Generated", of: root).filter { !$0.hasPrefix("Generated/axi/") }
            + ["Testbenches/lane-d64", "Testbenches/units"].flatMap { Self.paths(in: $0, of: root) }
                .filter { path in kinds.contains { path.hasSuffix($0) } }
        return found.filter { !known.contains($0) }
    }

    /// Files in `directory` and below, from `root`, in order.
    private static func paths(in directory: String, of root: String) -> [String] {
        let names = (try? FileManager.default.subpathsOfDirectory(atPath: "\(root)/\(directory)")) ?? []
        return names.sorted().map { "\(directory)/\($0)" }.filter { path in
            var isDirectory: ObjCBool = false
            return FileManager.default.fileExists(atPath: "\(root)/\(path)", isDirectory: &isDirectory) && !isDirectory.boolValue
        }
    }

    /// Nil if there is no such file.
    private static func bytes(of path: String) -> [UInt8]? { FileManager.default.contents(atPath: path).map { [UInt8]($0) } }
}
