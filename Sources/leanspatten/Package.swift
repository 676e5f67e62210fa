import ArgumentParser
import Handoff
import Session

struct Package: Command {
    static let configuration = CommandConfiguration(
        abstract: "Writes a folder that an FPGA or ASIC flow takes: Verilog, file lists, constraints, scripts, hashes.",
        discussion: """
            A FuseSoC core, SDC and XDC constraints, scripts for Yosys and nextpnr, Vivado and Quartus. The same configuration \
            gives the same bytes.

            Example: leanspatten package --preset lane-d64 --output ip
            """)

    @OptionGroup var laneOption: LaneOption

    @Option(name: .customLong("output"), help: ArgumentHelp(
        "Directory to write to; it is made if need be.", valueName: "dir"))
    var directory: String

    @Option(help: ArgumentHelp("Put before the name of every module.", valueName: "p"))
    var prefix: String?

    @Option(help: ArgumentHelp("What the constraints ask for.", valueName: "MHz"))
    var frequency = IPPackage.usualMegahertz

    @OptionGroup var output: JSONOption

    func validate() throws {
        guard (1...1000).contains(frequency) else { throw ValidationError("--frequency \(frequency): it must be in 1...1000.") }
    }

    func execute() throws -> ExitStatus {
        try output.check()
        let package = try IPPackage(of: try laneOption.lane(), prefix: prefix, megahertz: frequency)
        let report = PackageReport(package, output: directory)
        var files = OutputFiles()
        package.add(to: &files, directory: directory)
        try output.add(report, to: &files)
        try files.write()
        try show(report.text, json: output.json, report)
        return .success
    }
}
