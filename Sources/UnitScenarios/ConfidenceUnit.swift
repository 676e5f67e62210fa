import Accelerator
import Configuration
import FixedPoint
import GoldenModel
import SeededRandom
import Verification

extension UnitScenario {
    /// Rows of many tiles in both modes, thresholds at both ends and next to a weight's own probability.
    package static func confidenceUnit(
        _ configuration: SpAttenConfiguration, _ random: SeededGenerator, _ extent: Extent = .full
    ) throws -> UnitScenario {
        var random = random
        let heaviest = (0..<4).map { _ in WeightRow.heaviest(keys: configuration.maximumRowKeys) }
        let rows = extent == .full ? WeightRow.rows(180, largest: 300, &random) + heaviest
            : WeightRow.rows(16, largest: 40, &random)
        let near = (0..<2).map { WeightRow.nextToProduct(excess: $0, &random) }
        return try confidenceUnit(configuration, rows, next: near, random)
    }

    /// Full tiles one behind another.
    package static func confidenceUnit(
        _ configuration: SpAttenConfiguration, tiles: [Int], _ random: SeededGenerator
    ) throws -> UnitScenario {
        var random = random
        return try confidenceUnit(configuration, [.random(tiles, &random)], next: [], random)
    }

    /// - Parameter next: Rows under the paper's rule with confidences of their own.
    private static func confidenceUnit(
        _ configuration: SpAttenConfiguration, _ rows: [WeightRow], next: [(row: WeightRow, confidence: Int)],
        _ random: SeededGenerator
    ) throws -> UnitScenario {
        var random = random
        let settings = rows.map { (mode: random.flip() ? RefineMode.perKey : .paper, confidence: thresholds(of: $0, &random)) }
            + next.map { (.paper, $0.confidence) }
        let rows = rows + next.map(\.row)
        return try UnitScenario(Accelerator.ConfidenceUnit(configuration: configuration)) { streams in
            try streams.send(settings, to: "row") { settings, beat in
                try beat.set("per_key", settings.mode == .perKey)
                try beat.set("confidence", settings.confidence)
            }
            try streams.send(rows.flatMap(\.items), to: "weights") { try $0.encode(into: $1) }
            let decisions = zip(rows, settings).flatMap { row, settings in
                DecisionItem.row(row.tiles.flatMap {
                    GoldenModel.ConfidenceUnit.refined(weights: $0.weights, mode: settings.mode, confidence: settings.confidence)
                })
            }
            try streams.expect(decisions, from: "decisions") { try $0.encode(into: $1) }
        }
    }
}
