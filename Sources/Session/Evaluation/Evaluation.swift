import Configuration
import GoldenModel
import LanguageModel

/// Which parts of a text are decoded, and how.
public struct EvaluationPlan: Hashable, Sendable {
    public let windows: Int
    /// Tokens of a window that go through the model at once, with dense attention.
    public let promptTokens: Int
    /// Tokens that follow one by one, each with the attention under test; each predicts the token after it.
    public let steps: Int

    /// - Parameter windows: Spread evenly over the text's full windows of `promptTokens + steps`.
    public init(windows: Int, promptTokens: Int = 992, steps: Int = 32) throws(SessionError) {
        guard windows > 0 else {
            throw .badArgument(argument: "--windows", value: "\(windows)", reason: "at least one window is needed")
        }
        precondition(promptTokens > 0 && steps > 0)
        self.windows = windows
        self.promptTokens = promptTokens
        self.steps = steps
    }

    /// Tokens of a window; the token after it is the last one predicted.
    public var windowTokens: Int { promptTokens + steps }

    /// Where each window begins.
    package func starts(in text: TokenFile) throws -> [Int] {
        let full = (text.tokens.count - 1) / windowTokens
        guard windows <= full else {
            throw LanguageModelError.tooFewTokens(
                file: text.path, tokens: text.tokens.count, needed: windows * windowTokens + 1)
        }
        return (0..<windows).map { $0 * full / windows * windowTokens }
    }
}

/// The loss of a language model whose decode attention is reduced, window by window.
public struct Evaluation: Sendable {
    /// One window's losses, in nats a token, and what was read.
    package struct Window: Sendable {
        /// Over the whole window, dense.
        package let all: Double
        /// Over the steps, dense.
        package let dense: Double
        /// For each reduction, over the steps.
        package let reduced: [(nats: Double, traffic: AttentionTraffic)]
    }

    /// Paths as the user gave them.
    public let modelName: String
    public let text: TokenFile
    public let plan: EvaluationPlan
    public let reductions: [NamedReduction]
    let model: LanguageModel
    package let starts: [Int]

    /// Reads model and text; throws what is wrong with them before any long work.
    public init(model directory: String, tokens: String, reductions: [NamedReduction], plan: EvaluationPlan) throws {
        modelName = directory
        self.plan = plan
        self.reductions = reductions
        model = try LanguageModel(directory: directory)
        let shape = model.shape
        guard shape.context >= plan.windowTokens else {
            throw LanguageModelError.positionOutOfRange(position: plan.windowTokens - 1, context: shape.context)
        }
        guard LaneConfiguration.headSizes.contains(shape.headSize) else {
            throw SessionError.noLane(model: directory, headSize: shape.headSize)
        }
        text = try TokenFile(path: tokens, vocabulary: shape.vocabulary)
        starts = try plan.starts(in: text)
    }

    /// Runs all windows, on all cores; the report does not depend on how many there are.
    /// - Parameter stepFinished: Called after each step of each window, from any thread.
    public func run(stepFinished: @Sendable () -> Void = {}) throws -> EvaluationReport {
        let windows = try concurrentMap(count: starts.count) { try window(at: starts[$0], stepFinished: stepFinished) }
        return EvaluationReport(self, windows)
    }

    /// The prompt once, then every step with dense attention and all reductions side by side.
    package func window(at start: Int, stepFinished: () -> Void = {}) throws -> Window {
        let tokens = Array(text.tokens[start...start + plan.windowTokens])
        let prompt = try model.prompt(Array(tokens[..<plan.promptTokens]))
        let importance = reductions.contains { PrunedAttention.needsImportance($0.settings) }
            ? PromptImportance(prompt, fractionBits: KeyProbability.fractionBits) : nil
        var attentions: [any DecodeAttention] = [DenseAttention(prompt)]
        for reduction in reductions {
            attentions.append(
                reduction.settings.isStatic
                    ? try QuantizedAttention(prompt, settings: reduction.settings)
                    : try PrunedAttention(prompt, settings: reduction.settings, importance: importance))
        }
        var nats = [Double](repeating: 0, count: attentions.count)
        var traffic = [AttentionTraffic](repeating: AttentionTraffic(), count: attentions.count)
        for position in plan.promptTokens..<plan.windowTokens {
            let step = try model.step(token: tokens[position], position: position, &attentions)
            let losses = try model.nats(
                states: step.states, targets: [Int](repeating: tokens[position + 1], count: attentions.count))
            for index in attentions.indices {
                nats[index] += losses[index]
                traffic[index] += step.traffic[index]
            }
            stepFinished()
        }
        let promptNats = try model.nats(states: prompt.states, targets: Array(tokens[1...plan.promptTokens]))
        let steps = Double(plan.steps)
        return Window(
            all: (promptNats.reduce(0, +) + nats[0]) / Double(plan.windowTokens), dense: nats[0] / steps,
            reduced: (1..<attentions.count).map { (nats[$0] / steps, traffic[$0]) })
    }
}
