import Foundation
import Testing
import TestSupport

@Suite struct GenerateTests {
    private func files(_ directory: TemporaryDirectory, _ name: String) throws -> [String: Data] {
        let root = directory.file(name)
        var files: [String: Data] = [:]
        for file in try FileManager.default.contentsOfDirectory(atPath: root) {
            files[file] = try Data(contentsOf: URL(fileURLWithPath: "\(root)/\(file)"))
        }
        return files
    }

    @Test func twoProcessesWriteTheSameBytes() throws {
        let directory = try TemporaryDirectory()
        for name in ["first", "second"] {
            let run = try LeanSpAtten(["generate", "--preset", "lane-d128-m32", "--output", name], in: directory)
            #expect(run.status == 0, "\(run.errors)")
        }
        let first = try files(directory, "first")
        #expect(try files(directory, "second") == first)
        let list = try #require(first["filelist.f"].map { String(decoding: $0, as: UTF8.self) })
            .split(separator: "\n").map(String.init)
        #expect(Set(list).union(["filelist.f"]) == Set(first.keys))
        #expect(list.last?.hasPrefix("Lane_d128_m32") == true)
    }

    @Test func aConfigurationFileIsThePresetOfItsParameters() throws {
        let directory = try TemporaryDirectory()
        _ = try directory.write("mine.json", "{\"multipliers\": 32, \"headSize\": 32}")
        for (option, value, output) in [("--preset", "lane-d32", "preset"), ("--config", "mine.json", "config/")] {
            let run = try LeanSpAtten(["generate", option, value, "--output", output], in: directory)
            #expect(run.status == 0, "\(run.errors)")
        }
        #expect(try files(directory, "config") == files(directory, "preset"))
    }

    @Test func aPrefixIsPutBeforeEveryModule() throws {
        let directory = try TemporaryDirectory()
        let run = try LeanSpAtten(
            ["generate", "--preset", "lane-d32", "--output", "rtl", "--prefix", "ip0_", "--json", "-"], in: directory)
        #expect(run.status == 0, "\(run.errors)")
        let report = try run.json()
        #expect((report["top"] as? String)?.hasPrefix("ip0_Lane_d32") == true)
        let names = try #require(report["files"] as? [String])
        #expect(names.allSatisfy { $0.hasPrefix("ip0_") })
        #expect(directory.contents.count == names.count + 2)

        let bad = try LeanSpAtten(["generate", "--preset", "lane-d32", "--output", "bad", "--prefix", "0-"], in: directory)
        #expect(bad.status == 64)
        #expect(bad.errors.contains("--prefix '0-'"))
        #expect(!directory.contents.contains("bad"))
    }

    @Test func otherFilesOfTheDirectoryStay() throws {
        let directory = try TemporaryDirectory()
        let note = try directory.write("note.txt", "mine")
        for _ in 0..<2 {
            let run = try LeanSpAtten(["generate", "--preset", "lane-d32", "--output", "."], in: directory)
            #expect(run.status == 0, "\(run.errors)")
        }
        #expect(try String(contentsOfFile: note, encoding: .utf8) == "mine")
        #expect(directory.contents.filter { $0.contains("part") }.isEmpty)
    }

    /// A directory sits where a file belongs: no other file may appear.
    @Test func allOrNothing() throws {
        let directory = try TemporaryDirectory()
        try FileManager.default.createDirectory(
            atPath: directory.file("rtl/filelist.f"), withIntermediateDirectories: true)
        let run = try LeanSpAtten(["generate", "--preset", "lane-d32", "--output", "rtl"], in: directory)
        #expect(run.status == 73)
        #expect(run.errors.contains("filelist.f: cannot be written: it is a directory"))
        #expect(directory.contents == ["rtl", "rtl/filelist.f"])
    }
}
