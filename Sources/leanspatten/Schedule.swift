import ArgumentParser
import Configuration
import Session

extension SchedulePolicy: ExpressibleByArgument {}

struct Schedule: Command {
    static let configuration = CommandConfiguration(
        abstract: "Shows which lane works on which tiles of a launch, as the hardware scheduler cuts them.",
        discussion: "Example: leanspatten schedule --lanes 8 --heads 12 --contexts 4096,32768,500 --tile 256 --policy stream-k")

    @Option(help: ArgumentHelp("Lanes that share the work.", valueName: "G"))
    var lanes: Int

    @Option(help: ArgumentHelp("Key-value heads.", valueName: "H"))
    var heads: Int

    @Option(help: ArgumentHelp("Keys of each sequence, such as 4096,0,32768.", valueName: "A,B"), transform: numbersOfKeys)
    var contexts: [Int]

    @Option(help: ArgumentHelp("Keys of a tile.", valueName: "N"))
    var tile = 256

    @Option(help: "Where a lane's range may end: between outputs, between chunks, between tiles, or as suits the contexts.")
    var policy = SchedulePolicy.streamK

    @Option(help: ArgumentHelp(
        "With fixed-split: chunks of the longest sequence; FlashDecoding's choice unless given.", valueName: "N"))
    var splits: Int?

    @Flag(help: "With stream-k: equal numbers of keys instead of tiles.")
    var byKeys = false

    @OptionGroup var output: JSONOption

    func validate() throws {
        if splits != nil, policy != .fixedSplit { throw ValidationError("--splits belongs to --policy fixed-split.") }
        if byKeys, policy != .streamK { throw ValidationError("--by-keys belongs to --policy stream-k.") }
    }

    func execute() throws -> ExitStatus {
        try output.check()
        let report = try ScheduleReport(
            contexts: contexts, heads: heads, lanes: lanes, tileKeys: tile, policy: policy, splits: splits, byKeys: byKeys)
        if let beyond = report.beyondHardware { note("Note: \(beyond).") }
        var files = OutputFiles()
        try output.add(report, to: &files)
        try files.write()
        try show(report.text, json: output.json, report)
        return .success
    }
}

private func numbersOfKeys(_ text: String) throws -> [Int] {
    try text.split(separator: ",", omittingEmptySubsequences: false).map { part in
        guard let keys = Int(part), keys >= 0 else {
            throw ValidationError("'\(part)' is not a number of keys: write contexts as 4096,0,32768.")
        }
        return keys
    }
}
