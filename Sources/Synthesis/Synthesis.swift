import Cosimulation
import Foundation
import RTL
import Verilog

/// What Yosys makes of a design for an FPGA, and where nextpnr puts it.
///
/// Out of context: ports are no pins, and paths from and to them are not timed.
public struct Synthesis: Sendable {
    public let cells: CellCount
    /// One a seed; none if none were asked for, or if nextpnr is not there or does not know the target.
    public let placements: [Placement]
    public var slowest: Placement? { placements.min { ($0.megahertz ?? .infinity) < ($1.megahertz ?? .infinity) } }

    /// - Parameters:
    ///   - seeds: Of the placements.
    ///   - megahertz: What the placer aims at.
    ///   - floorplan: A program that writes a netlist with cells fixed in it; nil: nextpnr places all of them. Given the names of
    ///     the netlist and of what it writes. Such a design is mapped module by module.
    ///   - jobs: Placements at a time.
    ///   - timeout: For each step.
    /// - Throws: What keeps every seed from being placed and routed, as `toolFailed` for a design that does not fit the device; if some are,
    ///   the others tell it themselves.
    public init(
        of design: Design, for target: SynthesisTarget, with tools: SynthesisTools, seeds: [Int] = [], megahertz: Double = 100,
        floorplan: String? = nil, jobs: Int = 1, timeout: Duration = .seconds(7200)
    ) throws(CosimulationError) {
        (cells, placements) = try Files.withTemporaryDirectory { (directory) throws(CosimulationError) in
            let verilog = VerilogEmitter().emitBundle(design)
            try Files.write(verilog.text, to: "\(directory)/design.v")
            let script = "read_verilog design.v; \(target.mapping(of: verilog.moduleName, byModule: floorplan != nil && target.isPlaced)); "
                + "tee -q -o cells.json stat -json; write_json netlist.json"
            try ToolProcess(tools.yosys, ["-q", "-p", script], in: directory).require(timeout: timeout)
            let cells = CellCount(target: target, cells: try Self.cells(in: try Files.read("\(directory)/cells.json")))
            guard let nextpnr = tools.nextpnr, let options = target.placerOptions else { return (cells, []) }
            var placed = "netlist.json", arguments = options
            if let floorplan, !seeds.isEmpty {
                placed = "planned.json"
                try ToolProcess(floorplan, ["netlist.json", placed], in: directory).require(timeout: timeout)
                arguments += SynthesisTarget.fullDeviceOptions
            }
            let failures = ToolProcess.failures(of: seeds.map { seed in
                ToolProcess(nextpnr, arguments + [
                    "--timing-allow-fail", "--quiet", "--freq", "\(megahertz)", "--seed", "\(seed)",
                    "--json", placed, "--report", "report-\(seed).json",
                ], in: directory)
            }, jobs: jobs, timeout: timeout)
            var placements: [Placement] = []
            for (seed, failure) in zip(seeds, failures) {
                if let failure {
                    placements.append(Placement(failure: failure, seed: seed))
                } else {
                    placements.append(try Placement(report: try Files.read("\(directory)/report-\(seed).json"), seed: seed, of: design))
                }
            }
            if let failure = failures.first ?? nil, !placements.contains(where: \.isRouted) { throw failure }
            return (cells, placements)
        }
    }

    /// Of the report of `stat -json`.
    package static func cells(in report: String) throws(CosimulationError) -> [String: Int] {
        struct Statistics: Decodable {
            struct Counts: Decodable { let num_cells_by_type: [String: Int] }
            let design: Counts
        }
        do {
            return try JSONDecoder().decode(Statistics.self, from: Data(report.utf8)).design.num_cells_by_type
        } catch {
            throw .toolFailed(command: "yosys stat -json", status: .exited(0), output: "an unknown form of report: \(error)")
        }
    }
}
