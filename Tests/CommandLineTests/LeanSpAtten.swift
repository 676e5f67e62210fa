import Foundation
import Testing
import TestSupport
import Workloads

/// The built `leanspatten`, and how it ended.
struct LeanSpAtten {
    let status: Int32
    let output: String
    let errors: String

    /// The binary beside the test bundle.
    private static let executable: String = {
        let besideBundle = URL(fileURLWithPath: CommandLine.arguments[0]).deletingLastPathComponent()
            .appendingPathComponent("leanspatten").path
        if FileManager.default.isExecutableFile(atPath: besideBundle) { return besideBundle }
        return PackageFiles.root + "/.build/release/leanspatten"
    }()

    /// Runs it in `directory`.
    /// - Parameter environment: Replaces variables; nil removes one.
    init(
        _ arguments: [String], in directory: TemporaryDirectory, environment: [String: String?] = [:]
    ) throws {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: Self.executable)
        process.arguments = arguments
        process.currentDirectoryURL = URL(fileURLWithPath: directory.path)
        var variables = ProcessInfo.processInfo.environment
        // One cache for all tests, the package's own.
        variables["LEANSPATTEN_CACHE"] = PackageFiles.root + "/.build/cosimulation"
        for (name, value) in environment { variables[name] = value }
        process.environment = variables
        // Pipes fill up; files do not.
        let streams = try TemporaryDirectory()
        let (output, errors) = (streams.file("output"), streams.file("errors"))
        for path in [output, errors] { try Data().write(to: URL(fileURLWithPath: path)) }
        process.standardOutput = try FileHandle(forWritingTo: URL(fileURLWithPath: output))
        process.standardError = try FileHandle(forWritingTo: URL(fileURLWithPath: errors))
        process.standardInput = FileHandle.nullDevice
        try process.run()
        process.waitUntilExit()
        status = process.terminationReason == .exit ? process.terminationStatus : -process.terminationStatus
        self.output = try String(contentsOfFile: output, encoding: .utf8)
        self.errors = try String(contentsOfFile: errors, encoding: .utf8)
    }

    /// Standard output as a JSON object.
    func json() throws -> [String: Any] {
        try #require(try JSONSerialization.jsonObject(with: Data(output.utf8)) as? [String: Any])
    }
}

/// Tensors of a small workload of one layer, to be spoilt.
struct SmallWorkload {
    var query = Tensor(name: "layer0.query", shape: [2, 1, 32], elements: [Float](repeating: 0.5, count: 64))
    var key = Tensor(name: "layer0.key", shape: [1, 3, 32], elements: (0..<96).map { Float($0 % 7) - 3 })
    var value = Tensor(name: "layer0.value", shape: [1, 3, 32], elements: (0..<96).map { Float($0 % 5) - 2 })
    var lengths: Tensor?

    func write(_ name: String, in directory: TemporaryDirectory) throws -> String {
        let tensors = [query, key, value] + (lengths.map { [$0] } ?? [])
        try SafetensorsFile.write(tensors, to: directory.file(name))
        return directory.file(name)
    }
}
