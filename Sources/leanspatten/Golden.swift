import ArgumentParser
import Session

struct Golden: Command {
    static let configuration = CommandConfiguration(
        abstract: "Runs the golden model and writes its inputs, states and outputs as integers.",
        discussion: """
            Docs/golden-output.md describes the file.

            Example: leanspatten golden --preset lane-d64 --workload Tests/Fixtures/decode-attention.safetensors \
            --output golden.safetensors
            """)

    @OptionGroup var selection: Selection

    @Option(name: .customLong("output"), help: ArgumentHelp("File to write.", valueName: "file.safetensors"))
    var path: String

    @OptionGroup var output: JSONOption

    func execute() throws -> ExitStatus {
        try OutputFiles.check(path)
        try output.check()
        let (workload, description) = try selection.load()
        let progress = ProgressBar("golden model", total: workload.rowCount)
        defer { progress.finish() }
        let run = try GoldenRun(workload, rowFinished: progress.advance)
        progress.finish()
        let report = try GoldenReport(run, description: description, output: path)
        var files = OutputFiles()
        files.add(path, run.fileContents(description))
        try output.add(report, to: &files)
        try files.write()
        try show(report.text, json: output.json, report)
        return .success
    }
}
