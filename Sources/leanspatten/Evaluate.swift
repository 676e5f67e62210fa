import ArgumentParser
import Configuration
import Session

struct Evaluate: Command {
    static let configuration = CommandConfiguration(
        abstract: "Measures what reductions of attention cost a language model in accuracy, and what they save in memory traffic.",
        discussion: """
            In each window of the text 992 tokens are the prompt, with dense attention; 32 more follow one by one, through \
            the bit-exact golden model. Docs/evaluation.md describes model, text and figures.

            Example: leanspatten evaluate --model Tests/Fixtures/language-model \
            --tokens Tests/Fixtures/language-model/dev_tokens.u16 --preset static-k8-v8
            """)

    @Option(help: ArgumentHelp("Directory of the model's safetensors files.", valueName: "directory"))
    var model: String

    @Option(help: ArgumentHelp("The text: token numbers of two bytes, little-endian.", valueName: "file"))
    var tokens: String

    @Option(
        name: .customLong("preset"),
        help: ArgumentHelp(
            "Reduction to measure, any number of times; all unless given: "
                + NamedReduction.all.map(\.name).joined(separator: ", ") + ".", valueName: "name"),
        transform: { try NamedReduction.named($0) })
    var reductions: [NamedReduction] = []

    @Option(help: ArgumentHelp("Windows, spread evenly over the text.", valueName: "N"))
    var windows = 32

    @OptionGroup var output: JSONOption

    func execute() throws -> ExitStatus {
        try output.check()
        let evaluation = try Evaluation(
            model: model, tokens: tokens, reductions: reductions.isEmpty ? NamedReduction.all : reductions,
            plan: EvaluationPlan(windows: windows))
        let progress = ProgressBar("decode steps", total: windows * evaluation.plan.steps)
        defer { progress.finish() }
        let report = try evaluation.run(stepFinished: progress.advance)
        progress.finish()
        var files = OutputFiles()
        try output.add(report, to: &files)
        try files.write()
        try show(report.text, json: output.json, report)
        return .success
    }
}
