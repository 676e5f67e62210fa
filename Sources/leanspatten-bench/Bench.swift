import ArgumentParser
import Foundation

@main
struct Bench: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "leanspatten-bench",
        abstract: "Measures the figures of Docs/benchmarks.md.",
        discussion: "Example: leanspatten-bench --only native-vs-verilator --output .build/bench.json",
        subcommands: [Figures.self, Area.self, Signature.self, EmitArray.self, FirstCycle.self],
        defaultSubcommand: Figures.self)
}

/// Measures, prints a row a figure, and writes them all to a file.
struct Figures: ParsableCommand {
    static let configuration = CommandConfiguration(commandName: "figures", abstract: "Measures figures (the default).")

    @Option(parsing: .upToNextOption, help: "Only these, or those whose names begin so.")
    var only: [String] = []

    @Option(help: "Where to write them as JSON.")
    var output: String?

    private static let benchmarks: [any Benchmark] = [
        DenseDecodeCycles(), GatheredReads(), TraceReplays(), Ablation(), PrefillCycles(), StreamKCycles(), StreamKSteadyState(),
        StreamKModel(), PrunedClusterCycles(), SystemCycles(), RefinementErrors(), TopKCycles(),
        CosimulationOverhead(),
        NativeSpeed(), NativeFirstCycle(), StreamSpeed(), CocotbSpeed(),
        ArrayEmission(.amaranth), ArrayEmission(.pyrtl), EmissionGrowth(), PresetEmission(), WarmStart(), ColdBuilds(),
    ]

    func validate() throws {
        let names = Self.benchmarks.flatMap(\.names)
        for wanted in only where !names.contains(where: { $0.hasPrefix(wanted) }) {
            throw ValidationError("there is no figure \(wanted); there are \(names.joined(separator: ", "))")
        }
    }

    func run() throws {
        let report = Report(only: only)
        for benchmark in Self.benchmarks where benchmark.names.contains(where: report.wants) {
            try benchmark.run(report)
        }
        if let output {
            let encoder = JSONEncoder()
            encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
            try encoder.encode(report.figures).write(to: URL(fileURLWithPath: output), options: .atomic)
        }
    }
}

/// One or more figures that are measured together.
protocol Benchmark: Sendable {
    /// Of its figures, all of them.
    var names: [String] { get }
    func run(_ report: Report) throws
}

/// The figures measured so far.
final class Report {
    private let only: [String]
    private(set) var figures: [Figure] = []

    init(only: [String]) { self.only = only }

    func wants(_ name: String) -> Bool { only.isEmpty || only.contains { name.hasPrefix($0) } }

    /// Takes a figure, if it is wanted, and prints it.
    func add(_ figure: Figure) {
        guard wants(figure.name) else { return }
        figures.append(figure)
        print(figure.line)
        fflush(nil)
    }
}
