import Configuration
import FixedPoint
import Foundation
import LanguageModel

/// What `evaluate` found; its names are those of the JSON.
public struct EvaluationReport: Codable, Sendable {
    /// One reduction, over all windows and steps.
    public struct Row: Codable, Sendable {
        public let preset: String
        public let settings: ReductionSettings
        /// A token.
        public let nats: Double
        /// Against dense attention on the same windows, in percent of its loss; the error is the standard error over windows.
        public let deltaPercent, deltaStandardError: Double
        /// The window that lost most.
        public let worstWindowPercent: Double
        /// Bytes of K and V asked for, and how many times less that is than dense attention in other formats asks for.
        public let bytes: Int
        public let reductionVsFP32, reductionVs16Bit, reductionVs12Bit: Double
        /// Bytes moved in whole sectors of 32 and 64 bytes, and how many times less they are than those of dense fp32.
        public let movedBytes32, movedBytes64: Int
        public let movedReductionVsFP32Sectors32, movedReductionVsFP32Sectors64: Double
        /// Parts of what dense attention reads or computes.
        public let keysKept, valuesKept, headsKept: Double
        /// Parts of the query rows, and of the key rows, whose LSBs were read.
        public let refinedRows, refinedKeys: Double
        /// The same in counts, with bits and bytes by cause.
        public let traffic: AttentionTraffic
    }

    public let model, tokens: String
    public let windows, promptTokens, steps: Int
    /// Dense attention in floating point: a token over the steps, with its standard error over windows, and over whole windows.
    public let denseNats, denseStandardError, windowNats: Double
    public let rows: [Row]

    package init(_ evaluation: Evaluation, _ windows: [Evaluation.Window]) {
        let dense = WindowStatistics(windows.map(\.dense))
        model = evaluation.modelName
        tokens = evaluation.text.path
        self.windows = windows.count
        promptTokens = evaluation.plan.promptTokens
        steps = evaluation.plan.steps
        denseNats = dense.mean
        denseStandardError = dense.standardError
        windowNats = WindowStatistics(windows.map(\.all)).mean
        let headSize = evaluation.model.shape.headSize
        rows = evaluation.reductions.enumerated().map { index, reduction in
            let results = windows.map { $0.reduced[index] }
            var traffic = AttentionTraffic()
            for result in results { traffic += result.traffic }
            return Row(
                reduction, nats: WindowStatistics(results.map(\.nats)).mean,
                percents: WindowStatistics(zip(results, windows).map { 100 * ($0.nats - $1.dense) / dense.mean }),
                traffic: traffic, headSize: headSize)
        }
    }

    public var text: String {
        let header = [
            "reduction", "nats", "delta %", "+-", "worst", "K", "V", "heads", "refined", "x fp32", "32 B", "64 B", "x 12-bit",
        ]
        return "\(model)\n" + table([
            ("text", "\(tokens)\n\(plural(windows, "window")) of \(promptTokens) + \(steps) tokens"),
            ("dense", String(format: "%.4f +- %.4f nats a token over the steps, %.4f over whole windows",
                             denseNats, denseStandardError, windowNats)),
        ]) + columns([header] + rows.map(\.cells))
    }
}

extension EvaluationReport.Row {
    fileprivate init(
        _ reduction: NamedReduction, nats: Double, percents: WindowStatistics, traffic: AttentionTraffic, headSize: Int
    ) {
        let total = traffic.total
        let denseElements = Double(2 * traffic.contextRows * headSize)
        preset = reduction.name
        settings = reduction.settings
        self.nats = nats
        deltaPercent = percents.mean
        deltaStandardError = percents.standardError
        worstWindowPercent = percents.largest
        bytes = total.usefulBits / 8
        reductionVsFP32 = 32 * denseElements / Double(total.usefulBits)
        reductionVs16Bit = 16 * denseElements / Double(total.usefulBits)
        reductionVs12Bit = 12 * denseElements / Double(total.usefulBits)
        movedBytes32 = total.movedBytes32
        movedBytes64 = total.movedBytes64
        movedReductionVsFP32Sectors32 = 4 * denseElements / Double(total.movedBytes32)
        movedReductionVsFP32Sectors64 = 4 * denseElements / Double(total.movedBytes64)
        keysKept = Double(traffic.keyRows) / Double(traffic.contextRows)
        valuesKept = Double(traffic.valueRows) / Double(traffic.contextRows)
        headsKept = Double(traffic.computedQueryRows) / Double(traffic.queryRows)
        refinedRows = Double(traffic.refinedQueryRows) / Double(traffic.queryRows)
        refinedKeys = Double(traffic.refinedKeyRows) / Double(traffic.contextRows)
        self.traffic = traffic
    }

    fileprivate var cells: [String] {
        func number(_ value: Double, _ digits: Int) -> String { String(format: "%.\(digits)f", value) }
        return [
            preset, number(nats, 4), String(format: "%+.3f", deltaPercent), number(deltaStandardError, 3),
            String(format: "%+.2f", worstWindowPercent), number(keysKept, 3), number(valuesKept, 3), number(headsKept, 2),
            number(refinedKeys, 3), number(reductionVsFP32, 2), number(movedReductionVsFP32Sectors32, 2),
            number(movedReductionVsFP32Sectors64, 2), number(reductionVs12Bit, 2),
        ]
    }
}

/// Mean and spread of one figure over windows.
package struct WindowStatistics {
    package let mean, standardError, largest: Double

    /// The standard error of a single window is 0: it says nothing.
    /// - Precondition: at least one value.
    package init(_ values: [Double]) {
        let count = Double(values.count), mean = values.reduce(0, +) / count
        let squares = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
        self.mean = mean
        standardError = values.count > 1 ? (squares / (count - 1) / count).squareRoot() : 0
        largest = values.max()!
    }
}
