import ArgumentParser
import Session

struct Presets: Command {
    static let configuration = CommandConfiguration(
        abstract: "Lists the configurations that are generated and tested.", discussion: "Example: leanspatten presets")

    @OptionGroup var output: JSONOption

    func execute() throws -> ExitStatus {
        let list = PresetList()
        var files = OutputFiles()
        try output.add(list, to: &files)
        try files.write()
        try show(list.text, json: output.json, list)
        return .success
    }
}
