import Cosimulation
import Foundation

/// What of the outside world is there: the tools, and where built models are kept.
public struct Doctor: Codable, Sendable {
    public struct Tool: Codable, Sendable {
        public let name: String
        /// What needs it.
        public let purpose: String
        public let path: String?
        public let version: String?
        /// What to do, if something is amiss.
        public let remedy: String?
    }

    public let tools: [Tool]
    /// Engines that `simulate` can use here.
    public let engines: [Engine]
    public let cache: String
    /// What is wrong with it, if anything.
    public let cacheProblem: String?
    public let cores: Int

    public init() {
        let search = ToolSearch()
        func tool(_ name: String, _ purpose: String, package: String? = nil, version arguments: [String]) -> Tool {
            let install = "apt install \(package ?? name)"
            guard let path = try? search.find(name, install: install) else {
                return Tool(name: name, purpose: purpose, path: nil, version: nil, remedy: install)
            }
            let result = try? ToolProcess(path, arguments).run(timeout: .seconds(20))
            let line = result?.report.split(separator: "\n").first { $0.contains(/[0-9]+\.[0-9]+/) }
            return Tool(name: name, purpose: purpose, path: path, version: line.map(String.init), remedy: nil)
        }
        var tools = [
            tool("verilator", "engine verilator", version: ["--version"]),
            tool("g++", "engine verilator", version: ["--version"]),
            tool("make", "stand-alone Verilator benches", version: ["--version"]),
            tool("iverilog", "engine icarus", version: ["-V"]),
            tool("vvp", "engine icarus", package: "iverilog", version: ["-V"]),
        ]
        var engines: [Engine] = []
        do throws(CosimulationError) {
            let toolchain = try VerilatorToolchain.standard()
            engines.append(.verilator)
            // LEANSPATTEN_VERILATOR may have chosen another than the one on PATH.
            if let index = tools.firstIndex(where: { $0.name == "verilator" }) {
                tools[index] = Tool(
                    name: "verilator", purpose: tools[index].purpose, path: toolchain.verilator,
                    version: "Verilator \(toolchain.version)", remedy: nil)
            }
        } catch {
            if case .unsupportedTool = error, let old = tools.firstIndex(where: { $0.name == "verilator" }) {
                let found = tools[old]
                tools[old] = Tool(
                    name: found.name, purpose: found.purpose, path: found.path, version: found.version,
                    remedy: error.description)
            }
        }
        if tools.filter({ $0.purpose == "engine icarus" }).allSatisfy({ $0.path != nil }) { engines.append(.icarus) }
        engines.append(.native)
        self.tools = tools
        self.engines = engines
        cache = BuildCache.standard.root
        cacheProblem = Self.problem(ofCache: BuildCache.standard.root)
        cores = ProcessInfo.processInfo.activeProcessorCount
    }

    private static func problem(ofCache root: String) -> String? {
        // What does not exist yet is made when it is needed, if its nearest ancestor allows.
        var place = URL(fileURLWithPath: root)
        while FileKind(of: place.path) == .absent, place.path != "/" { place.deleteLastPathComponent() }
        guard FileKind(of: place.path) == .directory else { return "\(place.path) is not a directory" }
        return access(place.path, W_OK | X_OK) == 0 ? nil : "there is no permission to write to \(place.path)"
    }

    public var text: String {
        var text = table(tools.map { tool in
            let found = [tool.version ?? "of unknown version", tool.remedy].compactMap(\.self).joined(separator: "; ")
            let state = tool.path == nil ? "missing: \(tool.remedy ?? "")" : found
            return (tool.name, "\(state)  (\(tool.purpose))")
        })
        text += table([
            ("engines", engines.map(\.rawValue).joined(separator: ", ")),
            ("cache", cache + (cacheProblem.map { ": \($0); set LEANSPATTEN_CACHE to a directory of yours" } ?? "")),
            ("cores", "\(cores)"),
        ])
        return text
    }
}
