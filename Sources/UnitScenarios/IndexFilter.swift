import Accelerator
import Configuration
import SeededRandom
import Verification

extension UnitScenario {
    /// Rows of all lengths under decisions of all densities.
    package static func indexFilter(
        _ configuration: SpAttenConfiguration, _ random: SeededGenerator, _ extent: Extent = .full
    ) throws -> UnitScenario {
        var random = random
        let rows = (0..<(extent == .full ? 120 : 20)).map { _ -> (range: Range<Int>, keeps: [Bool]) in
            let keep = [0, 0.02, 0.3, 0.9, 1][random.below(5)]
            let count = [0, 1, 2, random.below(50), random.below(extent == .full ? 500 : 150)][random.below(5)]
            let first = random.below(configuration.lane.maximumContext - count)
            return (first..<first + count, (0..<max(1, count)).map { _ in random.unit() < keep })
        }
        return try UnitScenario(IndexFilter(configuration)) { streams in
            try streams.send(rows.flatMap { TokenItem.kept($0.range) }, to: "tokens") { try $0.encode(into: $1) }
            try streams.send(rows.flatMap(\.keeps), to: "decisions") { try $1.set("keep", $0) }
            let kept = rows.flatMap { row in TokenItem.kept(row.range) { row.keeps[$0 - row.range.lowerBound] } }
            try streams.expect(kept, from: "kept") { try $0.encode(into: $1) }
        }
    }
}
