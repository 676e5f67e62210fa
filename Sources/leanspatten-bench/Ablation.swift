import Configuration
import FixedPoint
import RTL
import Session
import Verification

/// SpAtten's techniques one on top of the other, in the order of its Fig. 20: cycles of some decode steps of the language model,
/// all layers and heads, beside those of the step before; at last our own rules instead of the paper's. Every output is compared with
/// the golden model's. The counts do not depend on the machine.
///
/// Twice: rows behind one another on `SpAttenLane`, as a lane has them that always finds some sequence to work on; and one sequence
/// on `CascadeLane`, which cannot begin a layer before it has ranked the tokens by the one before.
struct Ablation: Benchmark {
    let names = Self.steps.flatMap { [$0.name, $0.name + alone] }
    private static let alone = "-one-sequence"

    private struct Step: Sendable {
        let name: String
        let settings: ReductionSettings
        /// Weights that the value selector ranks in a cycle.
        let topKParallelism: Int
    }

    private static let steps: [Step] = {
        var settings = ReductionSettings(keyFormat: try! KeyFormat("12+0"), valueFormat: try! ValueFormat(bits: 12))
        var steps: [Step] = []
        func add(_ name: String, parallelism: Int, _ change: (inout ReductionSettings) -> Void) {
            change(&settings)
            steps.append(Step(name: "ablation-" + name, settings: settings, topKParallelism: parallelism))
        }
        add("datapath", parallelism: 1) { _ in }
        add("token", parallelism: 1) {
            $0.tokens = .init(keepRatio: 0.7, startRatio: 0.85, importance: .sum, recentTokens: 16)
            $0.values = .init(.topFraction, amount: 0.3)
        }
        add("head", parallelism: 1) { $0.headKeepRatio = 0.75 }
        add("top-k", parallelism: 4) { _ in }
        add("static", parallelism: 4) { ($0.keyFormat, $0.valueFormat) = (try! KeyFormat("8+0"), try! ValueFormat(bits: 8)) }
        add("progressive", parallelism: 4) {
            $0.keyFormat = try! KeyFormat("4+4")
            $0.refinement = .init(.paper, confidence: 0.1)
        }
        steps.append(Step(
            name: "ablation-ours", settings: try! NamedReduction.named("per-key0.01-p0.001-centred-tokens0.8-decay-k3+5-v6").settings,
            topKParallelism: 4))
        return steps
    }()

    func run(_ report: Report) throws {
        let directory = "Tests/Fixtures/language-model"
        let evaluation = try Evaluation(
            model: directory, tokens: directory + "/dev_tokens.u16", reductions: [], plan: EvaluationPlan(windows: 1, steps: 4))
        var before: [String: Int] = [:]
        func add(_ step: Step, _ suffix: String, _ cycles: Int) {
            report.add(Figure(
                step.name + suffix, Double(cycles), .cycles, peer: "the step before", peerValue: before[suffix].map(Double.init)))
            before[suffix] = cycles
        }
        for step in Self.steps {
            let replay = try CascadeReplay(evaluation, NamedReduction(step.settings), windowAt: 0)
            // What is computed does not depend on the parallelism; only 4 is advertised.
            let configuration = SpAttenConfiguration(lane: try Preset.named("cascade-d64").configuration.lane)
            var built = configuration
            built.topKParallelism = step.topKParallelism
            add(step, "", try Self.cycles(on: .spAtten(built)) {
                try replay.program(for: configuration).scenario(of: $0, memory: $1)
            })
            guard step.settings.tokens != .none || step.settings.headKeepRatio < 1 else { continue }
            add(step, Self.alone, try Self.cycles(on: .cascade(built)) {
                try replay.cascadeProgram(for: configuration, savesState: false).scenario(of: $0, memory: $1)
            })
        }
    }

    /// From the first request to the last output.
    private static func cycles(
        on accelerator: AcceleratorConfiguration, _ scenario: (Design, MemoryTiming) throws -> StreamScenario
    ) throws -> Int {
        let design = try accelerator.design()
        var check = StreamCheck(design, try scenario(design, .fixed(latency: 100)))
        let model = try LaneModel(accelerator, engine: .verilator)
        check.engine = { _, seed in try model.simulator(seed: seed) }
        let run = try check.run(.steady)
        return run["output"].cycles.last! - run.traffic(of: "request_0").firstRequestCycle! + 1
    }
}
