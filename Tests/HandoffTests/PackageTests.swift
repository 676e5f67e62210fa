import Blocks
import Cosimulation
import Foundation
import Handoff
import Session
import Synthesis
import Testing

/// The folder for a flow: whole, the same each time, and taken by the tools that are there.
@Suite struct PackageTests {
    private static func package(_ preset: String, prefix: String? = nil) throws -> IPPackage {
        try IPPackage(of: try NamedConfiguration(preset: preset), prefix: prefix, megahertz: 125)
    }

    private static func text(_ path: String, _ package: IPPackage) throws -> String {
        try #require(package.files.first { $0.path == path }, "\(path) is missing").text
    }

    @Test("every file but the manifest is in the manifest, with its hash")
    func manifest() throws {
        struct Manifest: Decodable {
            struct Entry: Decodable { let path, sha256: String }
            let top, configHash, configuration: String
            let files: [Entry]
        }
        let package = try Self.package("lane-d32")
        let last = try #require(package.files.last)
        #expect(last.path == "MANIFEST.json")
        let manifest = try JSONDecoder().decode(Manifest.self, from: Data(last.text.utf8))
        #expect(manifest.top == package.topModule)
        #expect(manifest.files.map(\.path) == package.files.dropLast().map(\.path))
        for (entry, file) in zip(manifest.files, package.files) {
            var hash = SHA256()
            hash.update(file.text.utf8)
            #expect(entry.sha256 == hash.hexadecimal(), "\(file.path)")
        }
    }

    @Test("the file list, the core and the scripts name every module, in order")
    func sources() throws {
        let package = try Self.package("lane-d32")
        let modules = package.files.map(\.path).filter { $0.hasPrefix("rtl/") }
        #expect(modules.last == "rtl/\(package.topModule).v")
        #expect(try Self.text("filelist.f", package) == modules.map { $0 + "\n" }.joined())
        for path in ["lane-d32.core", "scripts/yosys_ecp5.ys", "scripts/vivado_ooc.tcl", "scripts/vivado_package_ip.tcl", "scripts/quartus.tcl"] {
            let words = try Self.text(path, package).split(whereSeparator: \.isWhitespace).map(String.init)
            #expect(words.filter { $0.hasPrefix("rtl/") } == modules, "\(path)")
        }
    }

    @Test("constraints are the clock that was asked for, on a port that is there")
    func constraints() throws {
        let package = try Self.package("lane-d32")
        let clock = "create_clock -name clock -period 8.000 [get_ports clock]\n"
        #expect(try Self.text("constraints/ooc.xdc", package) == clock)
        #expect(try Self.text("constraints/\(package.topModule).sdc", package).hasPrefix(clock))
        #expect(try Self.text("rtl/\(package.topModule).v", package).contains("input  wire clock,"))
    }

    @Test("a prefix is before every module, and nowhere else")
    func prefix() throws {
        let package = try Self.package("lane-d32", prefix: "north_"), plain = try Self.package("lane-d32")
        #expect(package.topModule == "north_" + plain.topModule)
        #expect(package.files.filter { $0.path.hasPrefix("rtl/") }.allSatisfy { $0.path.hasPrefix("rtl/north_") })
        #expect(throws: SessionError.self) { try Self.package("lane-d32", prefix: "9x") }
    }

    @Test("texts that only some cores have are in the folder, the core, the README and the manifest, and in no tool's sources")
    func documents() throws {
        let map = try RegisterMap("lane_control", addressBits: 4, [
            ControlRegister("version", at: 0, "Which core this is.", [RegisterField("number", 0...7, .constant, reset: 1, "Counts up.")]),
        ])
        let plain = try Self.package("lane-d32")
        let header = IPPackage.Document(path: "registers/\(map.name).h", summary: "offsets and masks in C", text: map.cHeader)
        let design = try NamedConfiguration(preset: "lane-d32").configuration.design()
        let package = IPPackage(of: design, plain.identity, documents: [header], megahertz: 125)
        #expect(try Self.text(header.path, package) == map.cHeader)
        #expect(try Self.text("lane-d32.core", package).contains("""
              documents:
                files:
                  - registers/lane_control.h
                file_type: user

            targets:
              default: &default
                filesets: [rtl, documents]
            """))
        #expect(try Self.text("README.md", package).contains("| offsets and masks in C | `registers/lane_control.h` |\n"))
        #expect(try Self.text("MANIFEST.json", package).contains("\"path\" : \"registers/lane_control.h\""))
        let differing = zip(plain.files.dropLast(), package.files).filter { $0.text != $1.text }.map(\.0.path)
        #expect(differing == ["lane-d32.core", "README.md"])
    }

    @Test("the script places with the options of `leanspatten synthesize`")
    func placerOptions() throws {
        let script = try Self.text("scripts/nextpnr_ecp5.sh", try Self.package("lane-d32"))
        let options = try #require(SynthesisTarget.ecp5.placerOptions)
        #expect(script.contains("nextpnr-ecp5 \(options.joined(separator: " ")) \\\n"))
    }

    @Test("what a configuration file may be called becomes a name that files and cores can have")
    func names() {
        #expect(IPPackage.Identity.name(from: "my lane/d64") == "my-lane-d64")
    }

    /// The script that users run, but for the mapping, which takes minutes.
    @Test("Yosys reads and checks what the script names")
    func yosys() throws {
        let package = try Self.package("lane-d32")
        let script = try Self.text("scripts/yosys_ecp5.ys", package).replacing(/synth_ecp5[^\n]*/, with: "stat")
        try Files.withTemporaryDirectory { (directory) throws(CosimulationError) in
            try Files.makeDirectory("\(directory)/rtl")
            for file in package.files where file.path.hasPrefix("rtl/") {
                try Files.write(file.text, to: "\(directory)/\(file.path)")
            }
            try Files.write(script, to: "\(directory)/script.ys")
            let yosys = try ToolSearch().find("yosys", install: "apt install yosys")
            try ToolProcess(yosys, ["-q", "-s", "script.ys"], in: directory).require(timeout: .seconds(300))
        }
    }
}
