import Blocks
import Foundation
import RTL
import Testing
import TestSupport
import Verilog

/// `Generated/axi`: the AXI units as the clients of `make cocotb` and the linters read them.
@Suite struct AXIGeneratedTreeTests {
    private static let folder = URL(fileURLWithPath: PackageFiles.root + "/Generated/axi")

    private static func files() throws -> [(name: String, text: String)] {
        let map = try RegisterTests.map()
        let designs = [
            try Design(AXIReadMaster(AXIParameters(dataBits: 64, idBits: 2), beatBits: 9, tagBits: 2, outstanding: 16)),
            try Design(AXIWriteMaster(AXIParameters(dataBits: 128, idBits: 2), lengthBits: 12, tagBits: 3, outstanding: 8)),
            try Design(AXILiteRegisters(map)), try Design(SharedReads()),
        ]
        var files: [(name: String, text: String)] = [], known: Set<String> = []
        for file in designs.flatMap({ VerilogEmitter().emit($0) }) where known.insert(file.name).inserted {
            files.append((file.name, file.text))
        }
        return files + [
            ("tops.txt", designs.map { $0.top.name + "\n" }.joined()), ("\(map.name).h", map.cHeader), ("\(map.name).rdl", map.systemRDL),
            ("\(map.name).md", map.markdown),
        ]
    }

    /// With `LEANSPATTEN_REGENERATE` set (`make generated`) the files are first written anew.
    @Test func committedFilesAreAsGenerated() throws {
        let files = try Self.files()
        if ProcessInfo.processInfo.environment["LEANSPATTEN_REGENERATE"] != nil {
            try? FileManager.default.removeItem(at: Self.folder)
            try FileManager.default.createDirectory(at: Self.folder, withIntermediateDirectories: true)
            for (name, text) in files { try Data(text.utf8).write(to: Self.folder.appending(path: name)) }
        }
        let present = try FileManager.default.contentsOfDirectory(atPath: Self.folder.path).sorted()
        #expect(present == files.map(\.name).sorted())
        for (name, text) in files {
            let committed = try String(contentsOf: Self.folder.appending(path: name), encoding: .utf8)
            #expect(committed == text, "Generated/axi/\(name) is not as generated: run `make generated` if that is meant")
        }
    }
}
