import ArgumentParser
import Session

extension Engine: ExpressibleByArgument {}

struct Simulate: Command {
    static let configuration = CommandConfiguration(
        abstract: "Runs a workload on the simulated hardware and compares every bit with the golden model.",
        discussion: """
            Example: leanspatten simulate --preset lane-d64 --workload Tests/Fixtures/decode-attention.safetensors --rows 2
            """)

    @OptionGroup var selection: Selection

    @Option(help: "What runs the design: Verilator if it is found, else the native engine.")
    var engine: Engine?

    @Option(help: ArgumentHelp("Cycles from a memory request to its first beat.", valueName: "N"))
    var memoryLatency = 100

    @Option(help: ArgumentHelp("Let every stream hesitate at random, from this seed.", valueName: "S"))
    var stallSeed: UInt64?

    @Option(help: ArgumentHelp(
        "Write waves of one layer: all signals as .fst on Verilator and as .vcd on the native engine, ports as .vcd on others.",
        valueName: "file"))
    var waves: String?

    @OptionGroup var output: JSONOption

    func validate() throws {
        if !SimulationOptions.memoryLatencies.contains(memoryLatency) {
            let legal = SimulationOptions.memoryLatencies
            throw ValidationError("--memory-latency must be in \(legal.lowerBound)...\(legal.upperBound).")
        }
        if let waves, !waves.hasSuffix(".vcd"), !waves.hasSuffix(".fst") {
            throw ValidationError("--waves \(waves): the name must end in .vcd or .fst.")
        }
        if let waves, waves.hasSuffix(".fst"), let engine, engine != .verilator {
            throw ValidationError("--waves \(waves): only --engine verilator writes FST; choose a .vcd.")
        }
    }

    func execute() throws -> ExitStatus {
        try output.check()
        let waveFile = try waves.map { try WaveFile($0) }
        let (workload, description) = try selection.load()
        if waveFile != nil, workload.layers.count > 1 {
            throw SessionError.badArgument(
                argument: "--waves", value: waves!, reason: "waves are of one layer: choose it with --layers N")
        }
        let golden = try GoldenRun(workload)
        var options = SimulationOptions(
            engine: chosenEngine(), seed: selection.seed, memoryLatency: memoryLatency, stallSeed: stallSeed)
        options.waves = waveFile.map { file in
            waves!.hasSuffix(".fst") ? .fst(file.staging) : .vcd { file.append($0) }
        }
        let progress = ProgressBar("simulation", total: workload.rowCount)
        defer { progress.finish() }
        let run: SimulationRun
        do {
            run = try SimulationRun(golden, options: options, rowFinished: progress.advance)
        } catch {
            // Of a lane that is stuck, the waves are what one wants to see.
            if ExitStatus(of: error) == .designDiffers { try waveFile?.finish() }
            throw error
        }
        progress.finish()
        try waveFile?.finish()
        let report = SimulationReport(run, description: description)
        var files = OutputFiles()
        try output.add(report, to: &files)
        try files.write()
        try show(report.text, json: output.json, report)
        return run.status
    }

    private func chosenEngine() -> Engine {
        if let engine { return engine }
        let (engine, reason) = Engine.preferred()
        if let reason { note("Note: \(reason). Using the native engine.") }
        return engine
    }
}
