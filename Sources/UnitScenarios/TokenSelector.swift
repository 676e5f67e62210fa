import Accelerator
import Configuration
import GoldenModel
import SeededRandom
import Verification

extension UnitScenario {
    /// Selections one out of the other, as layers follow each other: sums and ages, equal ranks, protected tokens, from one
    /// token to all but one.
    package static func tokenSelector(
        _ configuration: SpAttenConfiguration, _ random: SeededGenerator, _ extent: Extent = .full
    ) throws -> UnitScenario {
        var random = random
        var selections: [Selection] = []
        if extent == .full {
            // Contexts, and tokens protected at both of their ends, that end at every place of a word.
            let contexts = [333, 602, 99, 100, 181, configuration.maximumRowKeys, 998, 305, 199, 63, 121, 50, 75, 44, 46, 200]
            for (index, context) in contexts.enumerated() {
                selections += nested(
                    context, divides: index % 3 != 2, isOld: index % 3 == 0, sink: index + 1, recent: context - 5, &random)
            }
        }
        let few: [Int] = extent == .full ? [2, 16, 17, 31, 160, 240] : [60, 2, 17]
        for (index, context) in few.enumerated() {
            // Nothing is protected in the larger ones.
            let isLarge = context > 100, recent = random.below(min(context, 4))
            selections += nested(
                context, divides: index % 2 == 0, isOld: index % 3 == 0, sink: isLarge ? 0 : random.below(4),
                recent: isLarge ? context : context - recent, &random)
        }
        return try tokenSelector(configuration, selections)
    }

    /// A few of all tokens there can be, and a few of those: what reset leaves among the candidates would come back.
    package static func tokenSelectorAfterReset(
        _ configuration: SpAttenConfiguration, _ random: SeededGenerator
    ) throws -> UnitScenario {
        var random = random, selections: [Selection] = []
        let count = configuration.maximumRowKeys
        for keep in [12, 6] {
            selections.append(Selection(
                context: count, keep: keep, fresh: selections.isEmpty, sink: 0, recent: count, divides: false, rows: 1000,
                importance: (0..<count).map { _ in UInt32(random.below(1 << 31)) }, born: [UInt32](repeating: 900, count: count),
                candidates: selections.last?.list ?? Array(0..<count)))
        }
        return try tokenSelector(configuration, selections)
    }

    /// One selection of all tokens there can be, for its cycles.
    package static func tokenSelectorFull(
        _ configuration: SpAttenConfiguration, keep: Int, divides: Bool, _ random: SeededGenerator
    ) throws -> UnitScenario {
        var random = random
        let count = configuration.maximumRowKeys
        return try tokenSelector(configuration, [Selection(
            context: count, keep: keep, fresh: true, sink: 0, recent: count, divides: divides, rows: 1000,
            importance: (0..<count).map { _ in UInt32(random.below(1 << 31)) }, born: [UInt32](repeating: 900, count: count),
            candidates: Array(0..<count))])
    }

    private struct Selection {
        let context, keep: Int
        let fresh: Bool
        let sink, recent: Int
        let divides: Bool
        let rows: UInt32
        /// Of all tokens.
        let importance, born: [UInt32]
        let candidates: [Int]

        /// Tokens that stay.
        var list: [Int] {
            let ranks = candidates.map { token -> UInt64 in
                let value = divides ? importance[token] / max(1, rows - born[token]) : importance[token]
                return UInt64(value | 1) + (token < sink || token >= recent ? 1 << 31 : 0)
            }
            let order = ranks.indices.sorted { (ranks[$1], $0) < (ranks[$0], $1) }
            return order.prefix(keep).sorted().map { candidates[$0] }
        }
    }

    /// Layers of one iteration.
    /// - Parameter isOld: Tokens have seen more rows than their importances are large: most quotients are 0 or 1.
    private static func nested(
        _ context: Int, divides: Bool, isOld: Bool, sink: Int, recent: Int, _ random: inout SeededGenerator
    ) -> [Selection] {
        var candidates = Array(0..<context), selections: [Selection] = []
        let rows = isOld ? UInt32.max - UInt32(random.below(100)) : UInt32(random.below(1 << 20)) + 40
        while candidates.count > 1, selections.count < 6 {
            let protected = candidates.count { $0 < sink || $0 >= recent }
            let least = max(1, protected)
            guard least < candidates.count else { break }
            let any = random.number(in: least...candidates.count - 1)
            let keep = [least, candidates.count - 1, any, any, (2 * least + candidates.count) / 3][random.below(5)]
            let range = isOld ? 1 << 31 : [1, 4, 1 << 31][random.below(3)]
            let selection = Selection(
                context: context, keep: keep, fresh: selections.isEmpty, sink: sink, recent: recent, divides: divides, rows: rows,
                importance: (0..<context).map { _ in UInt32(random.below(range)) },
                born: (0..<context).map { _ in
                    isOld ? UInt32(random.below(1 << 31)) : rows - UInt32([0, 1, random.below(40), random.below(Int(rows))][random.below(4)])
                },
                candidates: candidates)
            selections.append(selection)
            candidates = selection.list
        }
        return selections
    }

    private static func tokenSelector(_ configuration: SpAttenConfiguration, _ selections: [Selection]) throws -> UnitScenario {
        try UnitScenario(Accelerator.TokenSelector(configuration)) { streams in
            try streams.send(selections, to: "command") { selection, beat in
                try beat.set("context", selection.context)
                try beat.set("keep", selection.keep)
                try beat.set("fresh", selection.fresh)
                try beat.set("sink", selection.sink)
                try beat.set("recent", selection.recent)
                try beat.set("divides", selection.divides)
                try beat.set("rows", Int(selection.rows))
            }
            // The bank holds something in the rest of the last word too.
            let lanes = configuration.importanceLanes
            let words = selections.flatMap { selection in
                stride(from: 0, to: selection.context, by: lanes).map { first in
                    (selection, first..<min(first + lanes, selection.context))
                }
            }
            try streams.send(words, to: "scan") { word, beat in
                let (selection, tokens) = word
                let rest = [UInt32](repeating: 0, count: lanes - tokens.count), meant = (0..<lanes).map { $0 < tokens.count }
                try beat.set("importance", selection.importance[tokens] + rest, width: 31, where: meant)
                try beat.set("born", selection.born[tokens] + rest, width: 32, where: meant)
            }
            let entries = selections.flatMap { selection in selection.list.enumerated().map { ($1, $0 == selection.keep - 1) } }
            try streams.expect(entries, from: "list") { entry, beat in
                try beat.set("token", entry.0)
                try beat.set("last", entry.1)
            }
        }
    }
}
