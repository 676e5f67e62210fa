import Accelerator
import Configuration
import FixedPoint
import GoldenModel
import SeededRandom
import Verification

extension UnitScenario {
    /// Rows of many tiles under every rule, with and without renormalisation, limits at both ends and next to a weight's own
    /// probability.
    package static func localValueSelector(
        _ configuration: SpAttenConfiguration, _ random: SeededGenerator, _ extent: Extent = .full
    ) throws -> UnitScenario {
        var random = random
        let rows = extent == .full ? WeightRow.rows(240, largest: 300, &random) : WeightRow.rows(24, largest: 40, &random)
        var chosen = rows.map { (row: $0, settings: SelectorSettings.random($0, &random)) }
        // The largest sums there are: of all, dropped, kept of as many keys as can be, and none.
        let heaviest: [(rule: ValueRule, renormalise: Bool)] = [
            (.all, false), (.fraction(limit: 0), false), (.fraction(limit: 1 << ValueRule.fractionBits), true), (.threshold(limit: 1 << 20), true),
        ]
        for (rule, renormalise) in heaviest where extent == .full {
            chosen.append((.heaviest(keys: configuration.maximumRowKeys), SelectorSettings(rule: rule, renormalise: renormalise)))
        }
        return try localValueSelector(configuration, chosen, random)
    }

    /// Tiles one behind another in one row, under one rule.
    package static func localValueSelector(
        _ configuration: SpAttenConfiguration, tiles: [Int], _ values: ValueRule, _ random: SeededGenerator
    ) throws -> UnitScenario {
        var random = random
        let row = WeightRow.random(tiles, &random)
        return try localValueSelector(configuration, [(row, SelectorSettings(rule: values, renormalise: false))], random)
    }

    private struct SelectorSettings {
        var rule: ValueRule
        var renormalise: Bool

        static func random(_ row: WeightRow, _ random: inout SeededGenerator) -> SelectorSettings {
            let one = 1 << ValueRule.fractionBits
            let rule: ValueRule = switch random.below(5) {
            case 0: .all
            case 1, 2: .threshold(limit: thresholds(of: row, &random))
            default: .fraction(limit: [0, 1, one / 2, one - 1, one, random.below(one), random.below(one)][random.below(7)])
            }
            return SelectorSettings(rule: rule, renormalise: random.flip())
        }

        /// As the unit gets them.
        var fields: (rule: Int, limit: Int) {
            switch rule {
            case .all: (0, 0)
            case .fraction(let limit): (1, limit)
            case .threshold(let limit): (2, limit)
            }
        }
    }

    /// What comes out for one tile.
    private struct Selected {
        var kept: [WeightItem] = []
        var keeps: [Bool] = []
        var sums: TileSumsItem

        init(_ tile: WeightRow.Tile, unrefined: [Bool], _ settings: SelectorSettings, rowLast: Bool) {
            let keeps = GoldenModel.LocalValueSelector.kept(weights: tile.weights, rule: settings.rule)
            let last = tile.weights.count - 1
            kept = tile.weights.indices.compactMap { key in
                guard keeps[key] || key == last else { return nil }
                return WeightItem(weights: [keeps[key] ? tile.weights[key] : 0], reference: keeps[key] ? tile.reference : nil,
                                  tileLast: key == last, rowLast: key == last && rowLast)
            }
            sums = TileSumsItem(
                sums: GoldenModel.LocalValueSelector.sums(
                    reference: tile.reference, weights: tile.weights, refined: unrefined.map { !$0 }, kept: keeps,
                    renormalise: settings.renormalise),
                keepsValues: keeps.contains(true), rowLast: rowLast)
            self.keeps = keeps
        }

        /// Of an empty row.
        init() {
            kept = [WeightItem(weights: [0], reference: nil, tileLast: true, rowLast: true)]
            sums = TileSumsItem(sums: nil, keepsValues: false, rowLast: true)
        }
    }

    private static func localValueSelector(
        _ configuration: SpAttenConfiguration, _ rows: [(row: WeightRow, settings: SelectorSettings)], _ random: SeededGenerator
    ) throws -> UnitScenario {
        var random = random
        // Tiles of few keys or of all there can be are unrefined as a whole, now and then.
        let unrefined = rows.map { $0.row.tiles.map { tile in
            let isWhole = tile.weights.count == configuration.maximumRowKeys || random.below(4) == 0
            return tile.weights.map { _ in isWhole || random.flip() }
        } }
        let selected = zip(rows, unrefined).map { row, unrefined in
            row.row.tiles.isEmpty ? [Selected()] : row.row.tiles.indices.map { tile in
                Selected(row.row.tiles[tile], unrefined: unrefined[tile], row.settings, rowLast: tile == row.row.tiles.count - 1)
            }
        }
        return try UnitScenario(Accelerator.LocalValueSelector(configuration: configuration)) { streams in
            try streams.send(rows, to: "row") { row, beat in
                try beat.set("rule", row.settings.fields.rule)
                if row.settings.fields.rule > 0 { try beat.set("limit", row.settings.fields.limit) }
                try beat.set("renormalise", row.settings.renormalise)
            }
            try streams.send(rows.flatMap(\.row.items), to: "weights") { try $0.encode(into: $1) }
            let flags = zip(rows, unrefined).flatMap { row, flags in row.row.beats(empty: nil) { flags[$0][$1] as Bool? } }
            try streams.send(flags, to: "unrefined") { if let flag = $0 { try $1.set("", flag) } }
            let tiles = selected.flatMap { $0 }
            try streams.expect(tiles.flatMap(\.kept), from: "kept") { try $0.encode(into: $1) }
            try streams.expect(selected.flatMap { DecisionItem.row($0.flatMap(\.keeps)) }, from: "decisions") { try $0.encode(into: $1) }
            try streams.expect(tiles.map(\.sums), from: "sums") { try $0.encode(into: $1) }
        }
    }
}

/// What the selector tells of a tile.
struct TileSumsItem {
    /// Nil: of an empty row.
    var sums: TileSums?
    var keepsValues, rowLast: Bool

    func encode(into beat: Beat) throws {
        let hasLeaf = sums?.hasLeaf ?? false
        try beat.set("occupied", hasLeaf)
        try beat.set("row_last", rowLast)
        guard let sums, hasLeaf else { return }
        try beat.set("keeps_values", keepsValues)
        try beat.set("reference", sums.reference)
        try beat.set("weight_sum", Int(sums.weightSum))
        try beat.set("unrefined_sum", Int(sums.unrefinedSum))
        try beat.set("dropped_sum", Int(sums.droppedSum))
    }
}
