import Configuration
import Foundation
import LanguageModel
import Session
import Testing
import TestSupport
import Workloads

/// The evaluation of reductions on the committed language model.
@Suite struct EvaluationTests {

    private func evaluation(_ names: [String], _ plan: EvaluationPlan) throws -> Evaluation {
        try Evaluation(
            model: PackageFiles.languageModel, tokens: PackageFiles.languageModelTokens, reductions: names.map { try NamedReduction.named($0) },
            plan: plan)
    }

    @Test("the steps of a real window: losses, and bits and sectors counted by hand")
    func realWindow() throws {
        let names = ["static-k12-v12", "static-k8-v8", "static-k4-v6", "static-k6+4-v8-tile256"]
        let evaluation = try evaluation(names, EvaluationPlan(windows: 2, steps: 4))
        let window = try evaluation.window(at: 40 * 1024)
        #expect(abs(window.reduced[0].nats / window.dense - 1) < 0.01)
        #expect(abs(window.reduced[1].nats / window.dense - 1) < 0.03)
        #expect(window.reduced.allSatisfy { $0.nats != window.dense })
        // Four steps over 993, 994, 995 and 996 keys, in 12 layers of 4 heads.
        let rows = 48 * (993 + 994 + 995 + 996)
        for (reduced, (msb, lsb, value)) in zip(window.reduced, [(12, 0, 12), (8, 0, 8), (4, 0, 6), (6, 4, 8)]) {
            let traffic = reduced.traffic
            #expect(traffic.contextRows == rows && traffic.keyRows == rows && traffic.valueRows == rows)
            #expect(traffic.queryRows == 192 && traffic.computedQueryRows == 192)
            #expect(traffic.refinedKeyRows == (lsb == 0 ? 0 : rows) && traffic.refinedQueryRows == (lsb == 0 ? 0 : 192))
            #expect(traffic.keyMSB.usefulBits == rows * 64 * msb)
            #expect(traffic.keyLSB.usefulBits == rows * 64 * lsb)
            #expect(traffic.value.usefulBits == rows * 64 * value)
            #expect(traffic.total.usefulBits == rows * 64 * (msb + lsb + value))
        }
        // Rows of 6 bits take 48 bytes: 993 of them take 47,664 bytes, 1,489.5 sectors of 32 and 744.75 of 64;
        // 995 take 47,760 bytes, 1,492.5 and 746.25; even numbers of rows fill sectors of 32 bytes.
        #expect(window.reduced[2].traffic.value.movedBytes32 == 48 * 32 * (1490 + 1491 + 1493 + 1494))
        #expect(window.reduced[2].traffic.value.movedBytes64 == 48 * 64 * (745 + 746 + 747 + 747))
        #expect(window.reduced[0].traffic.value.movedBytes64 == 48 * 64 * (1490 + 1491 + 1493 + 1494))
        #expect(window.reduced[1].traffic.value.movedBytes64 == rows * 64)
    }

    @Test("a coarser format is further from dense attention")
    func quantizedAttention() throws {
        let model = try LanguageModel(directory: PackageFiles.languageModel)
        let text = try TokenFile(path: PackageFiles.languageModelTokens, vocabulary: model.shape.vocabulary)
        let prompt = try model.prompt(Array(text.tokens[..<160]))
        var outputs: [[Float]] = []
        for name in ["", "static-k12-v12", "static-k8-v8", "static-k4-v6"] {
            var attention: any DecodeAttention = name.isEmpty
                ? DenseAttention(prompt) : try QuantizedAttention(prompt, settings: NamedReduction.named(name).settings)
            try attention.beginStep(position: 160)
            // The last prompt token's own vectors once more, with the keys of another token.
            let token = LayerToken(
                query: prompt.queries[5].flatMap { $0.suffix(64) }, key: prompt.caches[5].flatMap { $0.keys[640..<704] },
                value: prompt.caches[5].flatMap { $0.values.suffix(64) })
            outputs.append(try attention.attend(layer: 5, token))
        }
        let errors = outputs.dropFirst().map { output in
            let signal = outputs[0].reduce(0) { $0 + $1 * $1 }
            return (zip(output, outputs[0]).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) } / signal).squareRoot()
        }
        #expect(errors[0] < 0.004 && errors[1] < 0.06 && errors[2] < 0.6, "\(errors)")
        #expect(errors[0] * 4 < errors[1] && errors[1] * 4 < errors[2], "\(errors)")
    }

    @Test("windows are computed side by side, and the report is what they give one by one")
    func threads() throws {
        let evaluation = try evaluation(["static-k8-v8"], EvaluationPlan(windows: 3, promptTokens: 60, steps: 3))
        let windows = try evaluation.starts.map { try evaluation.window(at: $0) }
        let report = try evaluation.run()
        #expect(try jsonText(report) == jsonText(EvaluationReport(evaluation, windows)))
        #expect(report.denseNats == windows.reduce(0) { $0 + $1.dense } / 3)
        let row = report.rows[0]
        #expect(abs(row.deltaPercent - 100 * (row.nats / report.denseNats - 1)) < 1e-9)
        #expect(row.worstWindowPercent >= row.deltaPercent && row.deltaStandardError > 0)
        #expect(row.reductionVsFP32 == 4 && row.reductionVs16Bit == 2 && row.reductionVs12Bit == 1.5)
        #expect((row.keysKept, row.valuesKept, row.headsKept, row.refinedRows, row.refinedKeys) == (1, 1, 1, 0, 0))
    }

    @Test("losses of a window are those of the model's own functions")
    func losses() throws {
        let evaluation = try evaluation([], EvaluationPlan(windows: 1, promptTokens: 50, steps: 5))
        let model = try LanguageModel(directory: PackageFiles.languageModel)
        let tokens = Array(evaluation.text.tokens[3000..<3056])
        let nats = try model.nats(states: model.prompt(Array(tokens[..<55])).states, targets: Array(tokens[1...]))
        let window = try evaluation.window(at: 3000)
        #expect(abs(window.all - nats.reduce(0, +) / 55) < 1e-5)
        #expect(abs(window.dense - nats[50...].reduce(0, +) / 5) < 1e-4)
    }

    @Test func windowsAreSpreadEvenlyOverFullWindows() throws {
        let text = try TokenFile(path: PackageFiles.languageModelTokens, vocabulary: 8192)
        #expect(try EvaluationPlan(windows: 4).starts(in: text) == [0, 49 * 1024, 98 * 1024, 147 * 1024])
        #expect(try EvaluationPlan(windows: 197).starts(in: text) == (0..<197).map { $0 * 1024 })
        #expect(throws: LanguageModelError.tooFewTokens(file: text.path, tokens: 201_824, needed: 198 * 1024 + 1)) {
            try EvaluationPlan(windows: 198).starts(in: text)
        }
    }

    @Test func statistics() {
        let statistics = WindowStatistics([1, 2, 3, 6])
        #expect(statistics.mean == 3 && statistics.largest == 6)
        // Squares 4 + 1 + 0 + 9; variance 14 / 3; divided by 4.
        #expect(abs(statistics.standardError - (14.0 / 12).squareRoot()) < 1e-12)
        #expect(WindowStatistics([5]).standardError == 0)
    }

    @Test("a model that no lane fits, or whose context is too short for the plan, is refused before it runs")
    func unfitModels() throws {
        try withTemporaryDirectory { directory in
            try writeModel(headSize: 16, context: 1024, to: directory + "/model.safetensors")
            #expect(throws: SessionError.noLane(model: directory, headSize: 16)) {
                try Evaluation(
                    model: directory, tokens: PackageFiles.languageModelTokens, reductions: [], plan: EvaluationPlan(windows: 1))
            }
            try writeModel(headSize: 32, context: 1023, to: directory + "/model.safetensors")
            #expect(throws: LanguageModelError.positionOutOfRange(position: 1023, context: 1023)) {
                try Evaluation(
                    model: directory, tokens: PackageFiles.languageModelTokens, reductions: [], plan: EvaluationPlan(windows: 1))
            }
        }
    }

    /// One layer of one head, and sizes that are no multiple of anything.
    private func writeModel(headSize: Int, context: Int, to path: String) throws {
        let (width, hidden) = (7, 9)
        let shapes: [(String, [Int])] = [
            ("wte.weight", [4, width]), ("wpe.weight", [context, width]), ("lnf.weight", [width]), ("lnf.bias", [width]),
            ("h.0.ln1.weight", [width]), ("h.0.ln1.bias", [width]), ("h.0.ln2.weight", [width]), ("h.0.ln2.bias", [width]),
            ("h.0.qkv.weight", [3 * headSize, width]), ("h.0.qg", [1, headSize]), ("h.0.kg", [1, headSize]),
            ("h.0.proj.weight", [width, headSize]), ("h.0.proj.bias", [width]), ("h.0.fc.weight", [hidden, width]),
            ("h.0.fc.bias", [hidden]), ("h.0.out.weight", [width, hidden]), ("h.0.out.bias", [width]),
        ]
        try SafetensorsFile.write(
            shapes.map { name, shape in
                Tensor(name: name, shape: shape, elements: [Float](repeating: 0.5, count: shape.reduce(1, *)))
            }, to: path)
    }

    @Test("what this attention cannot do is refused, not left out")
    func unsupported() throws {
        let model = try LanguageModel(directory: PackageFiles.languageModel)
        let prompt = try model.prompt([1, 2, 3])
        var settings = try NamedReduction.named("static-k8-v8").settings
        settings.values = .init(.threshold, amount: 0.001)
        #expect(throws: ConfigurationError.self) { try QuantizedAttention(prompt, settings: settings) }
    }
}
