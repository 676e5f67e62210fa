import ArgumentParser
import Session

/// Writes the plot of Docs/schedule.md.
struct Signature: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "signature",
        abstract: "Plots a fixed split against stream-K as the number of outputs passes that of the lanes.",
        discussion: "Example: leanspatten-bench signature --output Docs/signature-sweep.svg")

    @Option(help: "Where to write the plot.")
    var output: String

    func run() throws {
        var files = OutputFiles()
        files.add(output, try SignatureSweep().svg)
        try files.write()
    }
}
