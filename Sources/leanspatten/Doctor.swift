import ArgumentParser
import Session

struct Doctor: Command {
    static let configuration = CommandConfiguration(
        abstract: "Says which tools are there, which are missing and how to get them.",
        discussion: "Example: leanspatten doctor")

    @OptionGroup var output: JSONOption

    func execute() throws -> ExitStatus {
        let doctor = Session.Doctor()
        var files = OutputFiles()
        try output.add(doctor, to: &files)
        try files.write()
        try show(doctor.text, json: output.json, doctor)
        return .success
    }
}
