import ArgumentParser
import Configuration
import Session

extension TopKConfiguration.Algorithm: ExpressibleByArgument {}

struct TopK: Command {
    static let configuration = CommandConfiguration(
        commandName: "topk",
        abstract: "Runs a top-k engine on a file of keys and compares what it keeps with the golden model.",
        discussion: "Example: leanspatten topk --engine radix --parallelism 16 --k 32 --input keys.txt")

    @Option(help: "How the k-th largest key is found.")
    var engine: TopKConfiguration.Algorithm

    @Option(help: ArgumentHelp(
        "Keys a cycle: \(TopKConfiguration.parallelisms.map(String.init).joined(separator: ", ")).", valueName: "P"))
    var parallelism = 16

    @Option(help: ArgumentHelp("How many keys are kept.", valueName: "K"))
    var k: Int

    @Option(help: ArgumentHelp(
        "Bits of a key: \(TopKConfiguration.keyWidths.lowerBound) ... \(TopKConfiguration.keyWidths.upperBound).", valueName: "N"))
    var bits = 12

    @Option(help: ArgumentHelp("One unsigned number a line, up to \(TopKConfiguration.capacities.last!).", valueName: "file"))
    var input: String

    @Option(help: "What runs the hardware: Verilator if it is found, else the native engine.")
    var simulator: Engine?

    @OptionGroup var output: JSONOption

    func validate() throws {
        if k < 0 { throw ValidationError("--k \(k): it must be 0 or more.") }
    }

    func execute() throws -> ExitStatus {
        try output.check()
        let report = try TopKRun.report(
            engine, parallelism: parallelism, bits: bits, k: k, input: input, simulator: chosenEngine(simulator))
        var files = OutputFiles()
        try output.add(report, to: &files)
        try files.write()
        try show(report.text, json: output.json, report)
        return report.status
    }
}
