import Accelerator
import Configuration
import Driver
import Foundation
import LanguageModel
import Session
import TestSupport
import Testing
import Verification

/// A language model's decode steps over registers, descriptors and AXI: the host appends a token's keys and values, gives a chain of all
/// layers, and the accelerator does the rest.
@Suite struct LanguageModelTests {
    /// With `LEANSPATTEN_CASCADE_STEPS=32`: that many steps of a whole window.
    private static let steps = ProcessInfo.processInfo.environment["LEANSPATTEN_CASCADE_STEPS"].flatMap { Int($0) }

    private static func evaluation() throws -> Evaluation {
        let plan = try steps.map { try EvaluationPlan(windows: 1, steps: $0) }
            ?? EvaluationPlan(windows: 1, promptTokens: 150, steps: 2)
        return try Evaluation(
            model: PackageFiles.languageModel, tokens: PackageFiles.languageModelTokens, reductions: [], plan: plan)
    }

    /// Dense, the paper's techniques at once, ours.
    static let reductions = [
        "static-k12-v12", "paper0.1-top0.3-tokens0.7-sum-heads0.75-k8+4-v12", "per-key0.01-p0.0003-centred-tokens0.8-decay-k4+4-v6",
    ]

    @Test("generated tokens of a language model, 12 layers in a chain", arguments: reductions)
    func generation(_ name: String) throws {
        let configuration = try Preset.named("spatten-eighth").system
        let replay = try CascadeReplay(Self.evaluation(), NamedReduction.named(name), windowAt: 40 * 1024)
        try run(name, [replay], on: configuration)
    }

    @Test("two texts, the layers of which take turns", arguments: reductions.dropFirst())
    func generations(_ name: String) throws {
        let configuration = try Preset.named("spatten-eighth").system
        let replays = try [40, 50].map { try CascadeReplay(Self.evaluation(), NamedReduction.named(name), windowAt: $0 * 1024) }
        try run("\(name), two texts", replays, on: configuration)
    }

    private func run(_ name: String, _ replays: [CascadeReplay], on configuration: SystemConfiguration) throws {
        let base = 0x20_0000_0000
        let program = try CascadeReplay.systemProgram(
            of: replays, for: configuration, region: DeviceRegion(address: base + (1 << 16), bytes: 64 << 20))
        let outputs = program.jobs.reduce(0) { $0 + $1.completion.rows }
        #expect(outputs == replays.reduce(0) { $0 + $1.rows.count })
        let system = try TestSystem(configuration)
        let simulation = try SystemSimulation(
            system.simulator(seed: 1), configuration, bytes: [UInt8](repeating: 0, count: (1 << 16) + program.image.count), base: base,
            behavior: AXIMemoryBehavior(seed: 1, latency: 100...100), kind: program.readKind)
        let run = try SystemRun(simulation, workspace: DeviceRegion(address: base, bytes: 1 << 16), watchdog: 100_000)
        try run.load(program)
        try run.driver.clearCounters()
        simulation.clearCounts()
        let start = ContinuousClock.now, begin = simulation.cycle
        for step in program.steps { try run.run(step) }
        let seconds = start.duration(to: .now) / .seconds(1)
        let counters = try run.driver.counters()
        for (name, count) in CounterTests.fromPins { #expect(counters[name] == simulation.counted(count), "\(name)") }
        for (name, count) in run.expectedCounts.sorted(by: { $0.key < $1.key }) { #expect(counters[name] == count, "\(name)") }
        print("\(name): \(counters["rows"]) rows, \(counters["skipped_rows"]) skipped, \(counters["cycles"]) busy cycles, "
            + "\(counters["cycles"] / max(1, counters["rows"])) a row, \(counters["read_beats"] * 64) bytes read, "
            + "\(Int(Double(simulation.cycle - begin) / seconds)) cycles/s")
    }
}
