import Accelerator
import Configuration
import Cosimulation
import Foundation
import RTL
import Verilog
import Workloads

/// The files of this package that are generated and committed all the same, so that the Verilog can be read, and run,
/// without Swift: `Generated/lane-d64` and `Testbenches/lane-d64`.
public struct GeneratedTree: Sendable {
    public struct File: Sendable {
        /// From the root of the package.
        public let path: String
        public let text: String
    }

    /// In order of directory; a function of the sources and the fixture alone.
    public let files: [File]
    /// All files in these are generated.
    public static let directories = ["Generated/lane-d64", "Testbenches/lane-d64"]

    /// Generates the tree of the package at `root`, whose `Tests/Fixtures` is read.
    public init(root: String) throws {
        let preset = try Preset.named("lane-d64")
        let design = try Design(Accelerator.Lane(lane: preset.configuration))
        let verilog = VerilogEmitter().emit(design)
        let fileList = verilog.map { $0.name + "\n" }.joined()
        let workload = try AttentionWorkload(path: "\(root)/Tests/Fixtures/decode-attention.safetensors")
        let bench = VectorBench(
            name: "lane_d64", design: design,
            vectors: try LaneVectors.committed(configuration: preset.configuration, workload: workload))
        files = verilog.map { File(path: "Generated/lane-d64/\($0.name)", text: $0.text) }
            + [File(path: "Generated/lane-d64/filelist.f", text: fileList)]
            + bench.files.map { File(path: "Testbenches/lane-d64/\($0.name)", text: $0.text) }
    }

    /// Writes all files under `root`, and removes from the directories what is no longer generated.
    public func write(to root: String) throws(CosimulationError) {
        for directory in Self.directories { try Files.makeDirectory("\(root)/\(directory)") }
        for file in files where Files.text(at: "\(root)/\(file.path)") != file.text {
            try Files.write(file.text, to: "\(root)/\(file.path)")
        }
        for path in strangers(in: root) { Files.remove("\(root)/\(path)") }
    }

    /// What of the files under `root` is not as generated, a line for each: `PATH: why`.
    public func differences(from root: String) -> [String] {
        let missing = files.compactMap { file -> String? in
            guard let text = Files.text(at: "\(root)/\(file.path)") else { return "\(file.path): is missing" }
            if text == file.text { return nil }
            let line = zip(text.split(separator: "\n", omittingEmptySubsequences: false),
                           file.text.split(separator: "\n", omittingEmptySubsequences: false))
                .enumerated().first { $0.element.0 != $0.element.1 }?.offset
            return "\(file.path): differs from line \((line ?? 0) + 1) on"
        }
        return missing + strangers(in: root).map { "\($0): is not generated any more" }
    }

    private func strangers(in root: String) -> [String] {
        let known = Set(files.map(\.path))
        return Self.directories.flatMap { directory in
            Files.names(in: "\(root)/\(directory)").map { "\(directory)/\($0)" }.filter { !known.contains($0) }
        }
    }
}
