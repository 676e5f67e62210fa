import Configuration
import Foundation
import Session
import Testing
import TestSupport

@Suite struct GeneratedTreeTests {
    /// Made once for all tests: it takes seconds.
    private static let generated = Result { try GeneratedTree(root: PackageFiles.root) }

    /// With `LEANSPATTEN_REGENERATE` set (`make generated`) the files are first written anew.
    @Test func committedFilesAreAsGenerated() throws {
        let tree = try Self.generated.get()
        if ProcessInfo.processInfo.environment["LEANSPATTEN_REGENERATE"] != nil { try tree.write(to: PackageFiles.root) }
        let differences = tree.differences(from: PackageFiles.root)
        #expect(differences.isEmpty, """
            \(differences.joined(separator: "\n"))
            The sources make other files than are committed. If that is meant, run `make generated`, read `git diff` and \
            commit the files with the change.
            """)
    }

    @Test func differencesAreNamed() throws {
        let tree = try Self.generated.get()
        try withTemporaryDirectory { root in
            try tree.write(to: root)
            #expect(tree.differences(from: root) == [])

            let jobs = "\(root)/Testbenches/lane-d64/jobs.hex"
            let text = try String(contentsOfFile: jobs, encoding: .utf8)
            var lines = text.split(separator: "\n", omittingEmptySubsequences: false)
            lines[4] = "0"
            try lines.joined(separator: "\n").write(toFile: jobs, atomically: true, encoding: .utf8)
            try FileManager.default.removeItem(atPath: "\(root)/Generated/lane-d64/rtl/Reciprocal.v")
            try "".write(toFile: "\(root)/Generated/lane-d64/rtl/Old.v", atomically: true, encoding: .utf8)
            // The Verilog of this preset is not written, but a change of one bit in it is seen all the same.
            let manifest = "\(root)/Generated/lean-16/MANIFEST.json"
            var hashes = try String(contentsOfFile: manifest, encoding: .utf8)
            let hash = try #require(hashes.firstRange(of: "\"sha256\" : \"")?.upperBound)
            let line = hashes[..<hash].count { $0 == "\n" } + 1
            hashes.replaceSubrange(hash...hash, with: hashes[hash] == "0" ? "1" : "0")
            try hashes.write(toFile: manifest, atomically: true, encoding: .utf8)
            #expect(tree.differences(from: root) == [
                "Generated/lane-d64/rtl/Reciprocal.v: is missing", "Generated/lean-16/MANIFEST.json: differs in line \(line)",
                "Testbenches/lane-d64/jobs.hex: differs in line 5", "Generated/lane-d64/rtl/Old.v: is not generated any more",
            ])

            try tree.write(to: root)
            #expect(tree.differences(from: root) == [])
        }
    }

    @Test("every preset has its folder, with the Verilog of those that are written, and all of it stays small")
    func sizes() throws {
        let files = try Self.generated.get().files.filter { $0.path.hasPrefix("Generated/") }
        for preset in Preset.all {
            let folder = "Generated/\(preset.name)/", verilog = files.filter { $0.path.hasPrefix(folder + "rtl/") }
            #expect(files.contains { $0.path == folder + "MANIFEST.json" }, "\(preset.name)")
            #expect(!verilog.isEmpty == GeneratedTree.written.contains(preset.name), "\(preset.name)")
            #expect(verilog.reduce(0) { $0 + $1.bytes.count } <= 1_000_000, "\(preset.name) is too long to be written")
        }
        #expect(files.reduce(0) { $0 + $1.bytes.count } <= 8_000_000, "the repository ought to stay small")
    }

    /// What has a name of its own is the top that integrators instantiate, and its registers.
    @Test("modules of one name have one text, whichever presets they are of")
    func names() throws {
        struct Manifest: Decodable {
            struct File: Decodable { let path, sha256: String }
            let files: [File]
        }
        var hashes: [String: String] = [:]
        for file in try Self.generated.get().files where file.path.hasSuffix("/MANIFEST.json") {
            let manifest = try JSONDecoder().decode(Manifest.self, from: Data(file.bytes))
            for module in manifest.files where module.path.hasPrefix("rtl/") && module.path.hasSuffix(".v") {
                if ["rtl/LeanSpAtten.v", "rtl/AXILiteRegisters_leanspatten.v"].contains(module.path) { continue }
                #expect(hashes[module.path, default: module.sha256] == module.sha256, "\(file.path): \(module.path)")
                hashes[module.path] = module.sha256
            }
        }
        #expect(hashes.count > 300)
    }
}
