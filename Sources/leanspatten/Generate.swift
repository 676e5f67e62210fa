import ArgumentParser
import Session

enum Profile: String, CaseIterable, ExpressibleByArgument {
    case portable
}

struct Generate: Command {
    static let configuration = CommandConfiguration(
        abstract: "Writes the Verilog of a configuration.",
        discussion: """
            One file a module, and filelist.f with their names. The same configuration gives the same bytes.

            Example: leanspatten generate --preset lane-d64 --output rtl
            """)

    @OptionGroup var laneOption: LaneOption

    @Option(name: .customLong("output"), help: ArgumentHelp(
        "Directory to write to; it is made if need be.", valueName: "dir"))
    var directory: String

    @Option(help: "The tools the text is for.")
    var profile = Profile.portable

    @Option(help: ArgumentHelp("Put before the name of every module.", valueName: "p"))
    var prefix: String?

    @OptionGroup var output: JSONOption

    func execute() throws -> ExitStatus {
        try output.check()
        let lane = try laneOption.lane()
        let generation = try Generation(lane.configuration, prefix: prefix)
        let report = GenerationReport(generation, of: lane, prefix: prefix, output: directory)
        var files = OutputFiles()
        generation.add(to: &files, directory: directory)
        try output.add(report, to: &files)
        try files.write()
        try show(report.text, json: output.json, report)
        return .success
    }
}
