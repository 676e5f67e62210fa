import ArgumentParser

@main
struct LeanSpAtten: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "leanspatten", abstract: "Describes, generates and verifies sparse and long-context attention hardware.",
        subcommands: [Simulate.self])
}
