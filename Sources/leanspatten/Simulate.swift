import ArgumentParser
import Session

extension Engine: ExpressibleByArgument {}
extension MemoryKind: ExpressibleByArgument {}

struct Simulate: Command {
    static let configuration = CommandConfiguration(
        abstract: "Runs a workload on the simulated hardware and compares every bit with the golden model.",
        discussion: """
            Example: leanspatten simulate --preset lane-d64 --workload Tests/Fixtures/decode-attention.safetensors --rows 2
            """)

    @OptionGroup var selection: Selection

    @Option(help: "What runs the design: Verilator if it is found, else the native engine.")
    var engine: Engine?

    @Option(help: "What the memory is: a fixed latency, or pseudo-channels of HBM2 with row buffers and refresh.")
    var memory = MemoryKind.fixed

    @Option(help: ArgumentHelp(
        "Cycles from a request to its first beat (fixed; 100), or of the way to the HBM2 controllers and back (60).",
        valueName: "N"))
    var memoryLatency: Int?

    @Option(help: ArgumentHelp(
        "Bytes a cycle that the memory moves: any number (fixed), or 16 for each HBM2 pseudo-channel. As many as the port.",
        valueName: "BYTES"))
    var memoryBandwidth: Int?

    @Option(help: ArgumentHelp("Most requests on the way to the memory and back.", valueName: "N"))
    var memoryOutstanding: Int?

    @Option(help: ArgumentHelp("Let every stream hesitate at random, from this seed.", valueName: "S"))
    var stallSeed: UInt64?

    @Option(help: ArgumentHelp(
        "Write waves of one layer: all signals as .fst on Verilator and as .vcd on the native engine, ports as .vcd on others.",
        valueName: "file"))
    var waves: String?

    @OptionGroup var output: JSONOption

    func validate() throws {
        try check("--memory-latency", memoryLatency, MemoryChoice.latencies)
        try check("--memory-bandwidth", memoryBandwidth, MemoryChoice.bandwidths)
        try check("--memory-outstanding", memoryOutstanding, MemoryChoice.outstandings)
        if let waves, !waves.hasSuffix(".vcd"), !waves.hasSuffix(".fst") {
            throw ValidationError("--waves \(waves): the name must end in .vcd or .fst.")
        }
        if let waves, waves.hasSuffix(".fst"), let engine, engine != .verilator {
            throw ValidationError("--waves \(waves): only --engine verilator writes FST; choose a .vcd.")
        }
    }

    private func check(_ name: String, _ value: Int?, _ legal: ClosedRange<Int>) throws {
        if let value, !legal.contains(value) {
            throw ValidationError("\(name) must be in \(legal.lowerBound)...\(legal.upperBound).")
        }
    }

    func execute() throws -> ExitStatus {
        try output.check()
        let waveFile = try waves.map { try WaveFile($0) }
        let (workload, description) = try selection.load()
        if waveFile != nil, workload.runCount > 1 {
            throw SessionError.badArgument(
                argument: "--waves", value: waves!, reason: "waves are of one layer: choose it with --layers N")
        }
        let golden = try GoldenRun(workload)
        var options = SimulationOptions(
            engine: chosenEngine(engine), seed: selection.seed,
            memory: MemoryChoice(
                memory, latency: memoryLatency, bandwidth: memoryBandwidth, outstanding: memoryOutstanding),
            stallSeed: stallSeed)
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
        if let diagnosis = try run.diagnosis() { note("First difference: \(diagnosis)") }
        return run.status
    }
}
