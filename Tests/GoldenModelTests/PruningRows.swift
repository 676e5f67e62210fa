import Configuration
import FixedPoint
import Foundation
import GoldenModel
import SeededRandom

/// Random rows and settings for lanes that prune.
struct PruningRows {
    var random: SeededGenerator

    mutating func codes(_ count: Int, _ range: ClosedRange<Int>) -> [Int16] {
        (0..<count).map { _ in Int16(range.lowerBound + random.below(range.count)) }
    }

    /// A scale that spreads the scores of random codes over about `spread` powers of two.
    mutating func scale(headSize: Int, keyFormat: KeyFormat, spread: Double) throws -> ScoreScale {
        let deviation = 1182 * exp2(Double(keyFormat.bits)) / 12.0.squareRoot() * Double(headSize).squareRoot()
        return try ScoreScale(real: spread / deviation * log(2.0) * (0.5 + random.unit()))
    }

    /// A row of random codes with `seen` keys: a range of all tokens, or of a list.
    mutating func row(headSize: Int, settings: RowSettings, seen: Int, first: Int, gathered: Bool, spread: Double) throws -> SpAttenRow {
        let end = first + seen
        let tokens = gathered ? end + end / 2 + 1 : end
        var list: [Int]?
        if gathered {
            var chosen = [Int]()
            for token in 0..<tokens where random.below(tokens - token) < end - chosen.count { chosen.append(token) }
            list = chosen
        }
        return SpAttenRow(
            query: codes(headSize, -2048...2047), keys: codes(tokens * headSize, settings.keyFormat.codeRange),
            values: codes(tokens * headSize, settings.valueFormat.codeRange), list: list, first: first, end: end,
            scale: try scale(headSize: headSize, keyFormat: settings.keyFormat, spread: spread))
    }

    mutating func limit(_ bits: Int) -> Int {
        switch random.below(8) {
        case 0: 0
        case 1: 1 << bits
        // Near one key in a hundred, where decisions are mixed.
        default: Int(Double(1 << bits) * exp2(-10 * random.unit()))
        }
    }

    mutating func pruning() -> PruningSettings {
        let values: ValueRule
        switch random.below(3) {
        case 0: values = .all
        case 1: values = .fraction(limit: limit(16))
        default: values = .threshold(limit: limit(24))
        }
        return PruningSettings(
            refine: RefineMode.allCases[random.below(4)], confidence: limit(24), values: values,
            renormalise: random.below(2) == 0)
    }

    /// Two elements of the query count; the rest is zero.
    static func padded(_ rows: [[Int16]], headSize: Int = 32) -> [Int16] {
        rows.flatMap { $0 + [Int16](repeating: 0, count: headSize - $0.count) }
    }
}

extension SpAttenConfiguration {
    static func headSize(_ headSize: Int, maximumRowKeys: Int = 1024) -> SpAttenConfiguration {
        SpAttenConfiguration(lane: LaneConfiguration(headSize: headSize, multipliers: 32), maximumRowKeys: maximumRowKeys)
    }
}
