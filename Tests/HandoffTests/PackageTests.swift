import Cosimulation
import Foundation
import Handoff
import Session
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
