import ArgumentParser
import Session

/// A command whose errors end in one line on standard error and the exit code of the contract.
protocol Command: ParsableCommand {
    func execute() throws -> ExitStatus
}

extension Command {
    func run() throws {
        let status: ExitStatus
        do {
            status = try execute()
        } catch {
            note("Error: \(error)")
            status = ExitStatus(of: error)
        }
        if status != .success { throw ExitCode(status.rawValue) }
    }

    /// Prints the report, or its JSON where `json` is `-`.
    func show(_ text: String, json: String?, _ report: some Encodable) throws {
        try StandardStreams.print(json == "-" ? try jsonText(report) : text)
    }

    /// `asked`, or what there is, with a word if that is not Verilator.
    func chosenEngine(_ asked: Engine?) -> Engine {
        if let asked { return asked }
        let (engine, reason) = Engine.preferred()
        if let reason { note("Note: \(reason). Using the native engine.") }
        return engine
    }

    /// Says something beside the report.
    func note(_ text: String) { StandardStreams.note(text + "\n") }
}

struct JSONOption: ParsableArguments {
    @Option(help: ArgumentHelp("Write the report as JSON; - prints it.", valueName: "file"))
    var json: String?

    /// Where to write; nil also for `-`.
    var file: String? { json == "-" ? nil : json }

    /// Complains before any work is done.
    func check() throws(SessionError) {
        if let file { try OutputFiles.check(file) }
    }

    func add(_ report: some Encodable, to files: inout OutputFiles) throws {
        if let file { files.add(file, try jsonText(report)) }
    }
}
