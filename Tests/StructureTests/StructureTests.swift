import Foundation
import Testing

/// The layers of the package: a target imports only what its row names, and what that imports.
@Suite struct StructureTests {
    static let layers: KeyValuePairs<String, [String]> = [
        "SeededRandom": [],
        "FixedPoint": [],
        "Configuration": ["FixedPoint"],
        "RTL": [],
        "Verilog": ["RTL"],
        "Simulation": ["RTL", "SeededRandom"],
        "Cosimulation": ["Simulation", "Verilog"],
        "Blocks": ["RTL"],
        "Accelerator": ["Blocks", "Configuration"],
        "Driver": ["Blocks", "Configuration"],
        "GoldenModel": ["Configuration"],
        "Verification": ["Blocks", "Cosimulation"],
        "UnitScenarios": ["Accelerator", "GoldenModel", "Verification"],
        "Workloads": ["FixedPoint", "SeededRandom"],
        "LanguageModel": ["Workloads"],
        "PerformanceModel": ["Configuration"],
        "Synthesis": ["Cosimulation"],
        "Handoff": ["Synthesis"],
        "Session": ["UnitScenarios", "LanguageModel", "PerformanceModel", "Handoff", "Driver"],
        "leanspatten": ["Session"],
        "leanspatten-bench": ["Session"],
        "leanspatten-results": [],
    ]

    static let root = URL(fileURLWithPath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

    @Test("every target lies in a row of the table, below all it imports")
    func tableIsLayered() throws {
        var seen: Set<String> = []
        for (target, imports) in Self.layers {
            #expect(seen.isSuperset(of: imports), "\(target) imports something further down")
            seen.insert(target)
        }
        let folders = try FileManager.default.contentsOfDirectory(atPath: Self.root.appending(path: "Sources").path)
        #expect(Set(folders) == seen)
    }

    @Test("no file imports a target that its row does not reach")
    func imports() throws {
        let rows = Dictionary(uniqueKeysWithValues: Self.layers.map { ($0.key, $0.value) })
        func reach(_ target: String) -> Set<String> {
            (rows[target] ?? []).reduce(into: [target]) { $0.formUnion(reach($1)) }
        }
        for (target, _) in Self.layers {
            let allowed = reach(target)
            for file in try swiftFiles(in: "Sources/\(target)") {
                let text = try String(contentsOf: file, encoding: .utf8)
                for line in text.split(separator: "\n") where line.hasPrefix("import ") {
                    let module = String(line.dropFirst("import ".count))
                    #expect(rows[module] == nil || allowed.contains(module), "\(target)/\(file.lastPathComponent) imports \(module)")
                }
            }
        }
    }

    @Test("the golden model does not see the hardware, nor the hardware it")
    func independence() throws {
        for (folder, forbidden) in [("GoldenModel", ["Accelerator", "Blocks", "RTL"]), ("Accelerator", ["GoldenModel"])] {
            for file in try swiftFiles(in: "Sources/\(folder)") {
                let text = try String(contentsOf: file, encoding: .utf8)
                for module in forbidden { #expect(!text.contains("import \(module)\n")) }
            }
        }
    }

    @Test("a source file holds one concept: at most 450 lines")
    func fileLengths() throws {
        for file in try swiftFiles(in: "Sources") {
            let lines = try String(contentsOf: file, encoding: .utf8).split(separator: "\n", omittingEmptySubsequences: false).count
            #expect(lines <= 450, "\(file.lastPathComponent) has \(lines) lines")
        }
    }

    private func swiftFiles(in folder: String) throws -> [URL] {
        let base = Self.root.appending(path: folder)
        let files = try #require(FileManager.default.enumerator(at: base, includingPropertiesForKeys: nil))
        return files.compactMap { $0 as? URL }.filter { $0.pathExtension == "swift" }.sorted { $0.path < $1.path }
    }
}
