import Configuration
import Foundation
import LanguageModel
import Session
import TestSupport
import Testing
import Verification

/// A language model's decode steps on the lanes that prune, bit for bit: every row that the cascade leaves, with kept lists from
/// the golden cascade, and the whole cascade with lists and heads that the hardware chooses.
@Suite struct CascadeReplayTests {
    /// One of each technique, and all at once.
    private static let reductions = [
        "paper0.1-k6+4-v8", "per-key0.01-k4+4-v8-tile256", "never-k4+4-v8", "top0.3-k12-v12", "p0.0003-k12-v12",
        "tokens0.7-sum-k12-v12", "tokens0.7-age-k12-v12", "tokens0.8-decay-k12-v12", "heads0.75-k12-v12",
        "paper0.1-top0.3-tokens0.7-sum-heads0.75-k8+4-v12",
    ]

    /// With `LEANSPATTEN_CASCADE_STEPS=32`: that many steps of a whole window, all layers and heads.
    private static let steps = ProcessInfo.processInfo.environment["LEANSPATTEN_CASCADE_STEPS"].flatMap { Int($0) }

    private static func evaluation() throws -> Evaluation {
        let plan = try steps.map { try EvaluationPlan(windows: 1, steps: $0) }
            ?? EvaluationPlan(windows: 1, promptTokens: 150, steps: 2)
        return try Evaluation(
            model: PackageFiles.languageModel, tokens: PackageFiles.languageModelTokens, reductions: [], plan: plan)
    }

    private static let window = 40 * 1024

    @Test("rows of a window's decode steps in Verilator", arguments: Preset.spAttenLanes.filter { $0.configuration.lane.headSize == 64 })
    func decodeSteps(_ preset: Preset) throws {
        guard case .spAtten(let configuration) = preset.configuration else { preconditionFailure("no lane that prunes") }
        let model = try LaneModel(preset.configuration, engine: .verilator)
        let evaluation = try Self.evaluation()
        for (index, name) in Self.reductions.enumerated() {
            let replay = try CascadeReplay(evaluation, NamedReduction.named(name), windowAt: Self.window)
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

    /// A reduction that prunes tokens or heads, and with what streams that stall.
    struct Cascaded: Sendable, CustomTestStringConvertible {
        var reduction: String
        var stalls = false
        var testDescription: String { reduction + (stalls ? ", with stalls" : "") }
    }

    /// Every mode of importance alone and with progressive quantization and value pruning, heads alone, all of the paper at once.
    private static let cascades = [
        Cascaded(reduction: "tokens0.7-sum-k12-v12"), Cascaded(reduction: "tokens0.7-age-k12-v12"),
        Cascaded(reduction: "tokens0.8-decay-k12-v12", stalls: true), Cascaded(reduction: "heads0.75-k12-v12"),
        Cascaded(reduction: "paper0.1-top0.3-tokens0.7-sum-k8+4-v12"),
        Cascaded(reduction: "paper0.1-top0.3-tokens0.7-sum-heads0.75-k8+4-v12", stalls: true),
        Cascaded(reduction: "per-key0.01-p0.0003-centred-tokens0.8-decay-k4+4-v6"),
    ]

    /// The prompt's importances are restored into the lane; then every row of every layer and head goes in, and the lane says which
    /// heads it skips and which keys it reads, puts out the others' outputs, and saves its importances after every token.
    @Test("the whole cascade of a window's decode steps by the hardware", arguments: cascades)
    func wholeCascade(_ cascaded: Cascaded) throws {
        let preset = try Preset.named("cascade-d64")
        guard case .cascade(let configuration) = preset.configuration else { preconditionFailure("no cascade") }
        let evaluation = try Self.evaluation()
        let replay = try CascadeReplay(evaluation, NamedReduction.named(cascaded.reduction), windowAt: Self.window)
        let program = try replay.cascadeProgram(for: configuration)
        // The model went on with these outputs.
        #expect(program.expected == replay.rows.map(\.result))
        let rows = evaluation.plan.steps * 12 * 4
        #expect(program.expected.count + program.skipped.count == rows)
        let context = evaluation.plan.windowTokens
        #expect(program.keptTokens.contains { $0 < context * 9 / 10 } || !program.skipped.isEmpty)

        let model = try LaneModel(preset.configuration, engine: .verilator)
        let design = try preset.configuration.design()
        var check = StreamCheck(design, try program.scenario(of: design, memory: .fixed(latency: 60)))
        check.engine = { _, seed in try model.simulator(seed: seed) }
        do {
            let run = try check.run(cascaded.stalls ? .random(seed: TestSeed.derived(cascaded.reduction)) : .steady)
            #expect(try program.readsKeptKeys(run))
        } catch {
            Issue.record("\(cascaded.reduction), \(rows) rows: \(error)\n\(TestSeed.rerun)")
        }
    }
}
