import Configuration
import FixedPoint
import GoldenModel
import SeededRandom

extension SpAttenProgram {
    /// Appends one row for each of `settings`, drawn from all codes the formats have, with random modes, ranges and lists.
    ///
    /// A third of the rows is dense, a third has a list of its own, a third goes on with the list of the row before.
    /// Ranges lie at the edges of tiles and lists half of the time; the spread of the scores goes from flat rows to single
    /// winners, and thresholds from nothing to everything.
    public mutating func appendRandomRows(
        settings: [RowSettings], maximumKeys: Int, generator: inout SeededGenerator
    ) throws {
        var list: [Int]?
        for settings in settings {
            let (scope, tileKeys) = generator.below(3) == 0
                ? (DecisionScope.row, configuration.maximumRowKeys) : (.tile, settings.tileKeys)
            let choice = generator.below(3)
            if choice == 1 { list = Self.randomList(maximumKeys, configuration, &generator) }
            let rowList = choice == 0 ? nil : list
            let limit = min(rowList?.count ?? maximumKeys, scope == .row ? configuration.maximumRowKeys : .max)
            let edges = [0, 1, 2, 3, tileKeys - 1, tileKeys, tileKeys + 1, limit - 1, limit].filter { (0...limit).contains($0) }
            func position() -> Int {
                generator.below(2) == 0 ? edges[generator.below(edges.count)] : generator.below(limit + 1)
            }
            let end = position()
            let first = generator.below(2) == 0 ? 0 : min(position(), end)
            let tokens = (rowList ?? []).last.map { $0 + 1 } ?? end
            let plain = try CheckedProgram.randomRow(tokens, configuration.lane.headSize, settings, &generator)
            let planes = place(try KeyValuePlanes(
                keys: plain.keys, values: plain.values, headSize: configuration.lane.headSize,
                keyFormat: settings.keyFormat, valueFormat: settings.valueFormat))
            try append(
                SpAttenRow(query: plain.query, keys: plain.keys, values: plain.values, list: rowList, first: first, end: end,
                           scale: plain.scale),
                settings: settings, pruning: Self.randomPruning(&generator), scope: scope, over: planes)
        }
    }

    /// Ascending tokens, from nearly all to few and far between.
    private static func randomList(
        _ tokens: Int, _ configuration: SpAttenConfiguration, _ generator: inout SeededGenerator
    ) -> [Int] {
        let keep = [950, 540, 300, 100, 20][generator.below(5)]
        let list = (0..<tokens).filter { _ in generator.below(1000) < keep }
        return Array((list.isEmpty ? [generator.below(tokens)] : list).prefix(configuration.maximumRowKeys))
    }

    /// A list for each head, all of one length, or none for any; the heads have the same one or each its own.
    static func randomLists(
        heads: Int, tokens: Int, _ segments: PrefillConfiguration, _ generator: inout SeededGenerator
    ) -> [[Int]]? {
        guard tokens > 0, generator.below(2) == 0 else { return nil }
        let entries = min(segments.bufferTileKeys, 1 + generator.below(tokens)), isCommon = generator.below(2) == 0
        func list() -> [Int] {
            var left = entries
            return (0..<tokens).filter { token in
                guard generator.below(tokens - token) < left else { return false }
                left -= 1
                return true
            }
        }
        let first = list()
        return (0..<heads).map { $0 == 0 || isCommon ? first : list() }
    }

    static func randomPruning(_ generator: inout SeededGenerator) -> PruningSettings {
        func probability() -> Int {
            [0, 1, 1 << 24, 1 << (4 + generator.below(20)), generator.below(1 << 20), generator.below(1 << 14)][generator.below(6)]
        }
        let values: ValueRule = switch generator.below(3) {
        case 0: .all
        case 1: .fraction(limit: [0, 1, 1 << 16, generator.below(1 << 16), generator.below(1 << 15)][generator.below(5)])
        default: .threshold(limit: probability())
        }
        return PruningSettings(
            refine: RefineMode.allCases[generator.below(4)], confidence: probability(), values: values,
            renormalise: generator.below(3) == 0)
    }
}
