import Foundation

/// Verilator and the C++ compiler that makes its output run.
public struct VerilatorToolchain: Sendable {
    /// Absolute path of `verilator`.
    public let verilator: String
    /// Absolute path of `g++`.
    public let compiler: String
    /// Verilator's own number, such as 5.006.
    public let version: String
    /// Where its headers and run-time sources are.
    let includeDirectory: String
    /// Both tools in full: what a build depends on.
    let identity: String

    /// The tools on PATH, looked for once.
    public static func standard() throws(CosimulationError) -> VerilatorToolchain { try found.get() }

    private static let found = Result<VerilatorToolchain, CosimulationError> {
        () throws(CosimulationError) in try VerilatorToolchain(searching: ToolSearch())
    }

    /// - Throws: `missingTool`, `unsupportedTool` below 5.006.
    package init(searching search: ToolSearch) throws(CosimulationError) {
        verilator = try search.find("verilator", install: "apt install verilator")
        compiler = try search.find("g++", install: "apt install g++")
        let seconds = Duration.seconds(60)
        let release = try ToolProcess(verilator, ["--version"]).require(timeout: seconds).output
        let root = try ToolProcess(verilator, ["--getenv", "VERILATOR_ROOT"]).require(timeout: seconds).output
        let compilerRelease = try ToolProcess(compiler, ["--version"]).require(timeout: seconds).output
        includeDirectory = root.trimmingCharacters(in: .whitespacesAndNewlines) + "/include"
        // Some builds leave the number out of --version, but it is always in the header.
        let header = try Files.read("\(includeDirectory)/verilated_config.h")
        version = try Self.version(inHeader: header)
        identity = "\(release)\(header)\(compilerRelease)"
    }

    private static func version(inHeader header: String) throws(CosimulationError) -> String {
        let line = header.split(separator: "\n").first { $0.contains("define VERILATOR_VERSION ") }
        let number = line?.split(separator: "\"").dropFirst().first?.split(separator: " ").first.map(String.init) ?? "of unknown version"
        let parts = number.split(separator: ".").compactMap { Int($0) }
        if parts.count < 2 || (parts[0], parts[1]) < (5, 6) {
            throw .unsupportedTool(name: "verilator", found: number, needed: "5.006")
        }
        return number
    }
}
