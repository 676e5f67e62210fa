import ArgumentParser

@main
struct LeanSpAtten: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "leanspatten",
        abstract: "Generates hardware for sparse and long-context attention, and verifies it.",
        discussion: """
            Example: leanspatten simulate --preset lane-d64 --workload Tests/Fixtures/decode-attention.safetensors

            Exit codes: 0 success, 1 design differs from the golden model, 64 usage, 65 bad input data, 69 tool missing, \
            70 internal fault, 73 cannot write.
            """,
        subcommands: [
            Presets.self, Generate.self, Simulate.self, Golden.self, TopK.self, Schedule.self, Evaluate.self, Synthesize.self,
            Package.self, Doctor.self,
        ])
}
