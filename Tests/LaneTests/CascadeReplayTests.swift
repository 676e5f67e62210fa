import Configuration
import Foundation
import LanguageModel
import Session
import TestSupport
import Testing
import Verification

/// A language model's decode steps on the lane that prunes: every row that the cascade leaves, bit for bit, with the kept lists
/// in the order in which layers make them.
@Suite struct CascadeReplayTests {
    /// One of each technique, and all at once.
    private static let reductions = [
        "paper0.1-k6+4-v8", "per-key0.01-k4+4-v8-tile256", "never-k4+4-v8", "top0.3-k12-v12", "p0.0003-k12-v12",
        "tokens0.7-sum-k12-v12", "tokens0.7-age-k12-v12", "tokens0.8-decay-k12-v12", "heads0.75-k12-v12",
        "paper0.1-top0.3-tokens0.7-sum-heads0.75-k8+4-v12",
    ]

    /// With `LEANSPATTEN_CASCADE_STEPS=32`: that many steps of a whole window, all layers and heads.
    private static let steps = ProcessInfo.processInfo.environment["LEANSPATTEN_CASCADE_STEPS"].flatMap { Int($0) }

    @Test("rows of a window's decode steps in Verilator", arguments: Preset.spAttenLanes.filter { $0.configuration.lane.headSize == 64 })
    func decodeSteps(_ preset: Preset) throws {
        guard case .spAtten(let configuration) = preset.configuration else { preconditionFailure("no lane that prunes") }
        let model = try LaneModel(preset.configuration, engine: .verilator)
        let plan = try Self.steps.map { try EvaluationPlan(windows: 1, steps: $0) }
            ?? EvaluationPlan(windows: 1, promptTokens: 150, steps: 2)
        let directory = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .appendingPathComponent("Fixtures/language-model").path
        let evaluation = try Evaluation(model: directory, tokens: directory + "/dev_tokens.u16", reductions: [], plan: plan)
        for (index, name) in Self.reductions.enumerated() {
            let replay = try CascadeReplay(evaluation, NamedReduction.named(name), windowAt: 40 * 1024)
            // All layers of a model decide what the later ones read; without the variable the hardware computes every fourth.
            let program = try replay.program(for: configuration) { Self.steps != nil || $0.layer % 4 == 3 }
            let design = try preset.configuration.design()
            var check = StreamCheck(design, try program.scenario(of: design, memory: .fixed(latency: 60)))
            check.engine = { _, seed in try model.simulator(seed: seed) }
            do {
                try check.run(index % 2 == 0 ? .steady : .random(seed: TestSeed.derived("\(preset.name)/\(name)")))
            } catch {
                Issue.record("\(name), \(program.jobs.count) rows: \(error)\n\(TestSeed.rerun)")
            }
        }
    }
}
