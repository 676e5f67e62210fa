import Accelerator
import Configuration
import GoldenModel
import SeededRandom

extension UnitScenario {
    /// Sequences that take turns, over several iterations each, with refused commands and broken states between them.
    package static func cascadeController(
        _ configuration: SpAttenConfiguration, _ random: SeededGenerator, _ extent: Extent = .full
    ) throws -> UnitScenario {
        var random = random
        let full = extent == .full
        var traffic = try CascadeTraffic(configuration, maximumHeads: full ? 64 : 16, SeededGenerator(seed: random.next()))
        traffic.save(nil)
        for mode in ImportanceMode.allCases {
            let layers = full ? 1 + random.below(6) : 2, heads = full ? 1 + random.below(20) : 3
            func line() -> KeepLine {
                let start = random.below((1 << 16) + 1)
                return KeepLine(unpruned: random.below(2), start: start, step: random.below(1 << 15) - (1 << 14))
            }
            let settings = CascadeSettings(importance: mode, sink: random.below(3), recent: random.below(4))
            var first = try CascadeSequence(
                layers: layers, heads: heads, tokenLine: line(), headLine: line(), settings: settings)
            let empty = first
            var contexts = [1 + random.below(full ? 60 : 20), 1 + random.below(20)]
            try traffic.iterate(&first, context: contexts[0], isNew: true)
            traffic.refuse([.context, .layers, .heads][random.below(3)])
            contexts[0] += random.below(3)
            try traffic.iterate(&first, context: contexts[0], isNew: false)
            traffic.save(first)
            var second = empty
            try traffic.iterate(&second, context: contexts[1], isNew: true)
            traffic.restore(first)
            try traffic.iterate(&first, context: contexts[0] + 17, isNew: false)
            guard full || mode == .age else { continue }
            for fault in CascadeTraffic.Fault.allCases.dropFirst() { traffic.restore(second, fault) }
            traffic.save(nil)
            // There is no sequence: what goes on begins one.
            var third = empty
            try traffic.iterate(&third, context: 2, isNew: false)
            traffic.restore(nil)
            traffic.save(nil)
        }
        return try traffic.scenario()
    }

    /// No head, one, or one of 64; ratios 0 and 1 and next to them; more protected tokens than there are; contexts from one
    /// token to all that the banks hold; as many layers as there can be.
    package static func cascadeEdges(_ configuration: SpAttenConfiguration, _ random: SeededGenerator) throws -> UnitScenario {
        func line(_ start: Int, unpruned: Int = 0, step: Int = 0) -> KeepLine { KeepLine(unpruned: unpruned, start: start, step: step) }
        var traffic = try CascadeTraffic(configuration, maximumHeads: 64, random)
        let one = 1 << 16
        func sequence(
            layers: Int = 4, _ tokens: KeepLine, _ heads: KeepLine, _ count: Int, sink: Int = 0, recent: Int = 0
        ) throws -> CascadeSequence {
            try CascadeSequence(
                layers: layers, heads: count, tokenLine: tokens, headLine: heads,
                settings: CascadeSettings(importance: .sum, sink: sink, recent: recent))
        }
        for (tokens, heads, count, sink, recent) in [
            (line(0), line(one), 2, 0, 0), (line(one), line(0), 2, 0, 0), (line(0), line(0), 1, 0, 0),
            (line(one / 2), line(one / 2, unpruned: 2), 64, 0, 0), (line(one / 2), line(one), 3, 30, 40),
            (line(0), line(one), 1, 1, 1), (line(one, step: -one), line(one, step: -20_000), 5, 0, 3),
            (line(20_000, step: 40_000), line(one), 2, 2, 0), (line(1), line(1), 4, 0, 0),
            // Tokens that would be pruned for no head; heads that are not pruned in some of the layers.
            (line(one / 2), line(0), 3, 0, 0), (line(one / 3), line(1), 1, 0, 2), (line(one - 1), line(one - 1), 7, 1, 0),
        ] {
            for context in [1, 2, 40] {
                var sequence = try sequence(tokens, heads, count, sink: sink, recent: recent)
                try traffic.iterate(&sequence, context: context, isNew: true)
                try traffic.iterate(&sequence, context: context, isNew: false)
                try traffic.iterate(&sequence, context: context + 1, isNew: false)
            }
        }
        traffic.refuseAll()
        // What was restored is saved again: with every head, and with one token.
        for (context, heads) in [(33, 64), (1, 17)] {
            var restored = try sequence(layers: 2, line(one, step: -40_000), line(one), heads)
            try traffic.iterate(&restored, context: context, isNew: true)
            traffic.save(restored)
            traffic.restore(restored)
            traffic.save(restored)
            try traffic.iterate(&restored, context: context, isNew: false)
        }
        // Steps of both signs, as large as can be, and one that would be negative without its highest bit.
        for (start, step) in [(0, (1 << 17) - 1), (one, -(1 << 17)), (one / 2, 3 * one / 2)] {
            var steep = try sequence(layers: 3, line(start, step: step), line(one, step: step), 2)
            try traffic.iterate(&steep, context: 9, isNew: true)
        }
        var largest = try sequence(layers: 2, line(one / 2), line(one), 1)
        try traffic.iterate(&largest, context: configuration.maximumRowKeys, isNew: true)
        traffic.save(largest)
        traffic.restore(largest)
        try traffic.iterate(&largest, context: configuration.maximumRowKeys, isNew: false)
        var deepest = try sequence(layers: 255, line(one, unpruned: 254), line(one), 1)
        try traffic.iterate(&deepest, context: 1, isNew: true)
        return try traffic.scenario()
    }

    /// What only large numbers reach: states of which every bit is used, as many protected tokens as can be asked for; and what
    /// follows a state without a token.
    package static func cascadeLimits(_ configuration: SpAttenConfiguration, _ random: SeededGenerator) throws -> UnitScenario {
        var random = random
        var traffic = try CascadeTraffic(configuration, maximumHeads: 64, SeededGenerator(seed: random.next()))
        let half = KeepLine(unpruned: 1, start: 1 << 15, step: -9_000), none = KeepLine(unpruned: 0, start: 0, step: 0)
        let all = KeepLine(unpruned: 0, start: 1 << 16, step: 0)
        for mode in ImportanceMode.allCases {
            var sequence = try CascadeSequence(
                layers: 3, heads: 5, tokenLine: half, headLine: half,
                settings: CascadeSettings(importance: mode, sink: 1, recent: 2))
            try sequence.accumulateElsewhere(context: 9, rows: 0x9000_0000, &random)
            try sequence.accumulateElsewhere(context: 21, rows: 0x6fff_0000, &random)
            traffic.restore(sequence)
            traffic.save(sequence)
            try traffic.iterate(&sequence, context: 23, isNew: false, operation: 3)
            traffic.save(sequence)
        }
        let most = 2 * configuration.maximumRowKeys - 1
        for (sink, recent) in [(most, 0), (0, most), (most, 1), (most, most)] {
            traffic.restore(nil)
            var kept = try CascadeSequence(
                layers: 2, heads: 1, tokenLine: none, headLine: all,
                settings: CascadeSettings(importance: .sum, sink: sink, recent: recent))
            try traffic.iterate(&kept, context: 5, isNew: false)
            try traffic.iterate(&kept, context: 6, isNew: false)
        }
        return try traffic.scenario()
    }

    /// Layers that prune nothing.
    /// - Parameter rowsBehind: So many rows later than its own row's output ends is a row in the bank of tokens; 0: soon.
    package static func cascadeThatKeepsAll(
        _ configuration: SpAttenConfiguration, layers: Int, heads: Int = 2, rowsBehind: Int = 0, _ random: SeededGenerator
    ) throws -> UnitScenario {
        var traffic = try CascadeTraffic(configuration, maximumHeads: 64, random)
        traffic.rowsBehind = rowsBehind
        let all = KeepLine(unpruned: 0, start: 1 << 16, step: 0)
        var sequence = try CascadeSequence(
            layers: layers, heads: heads, tokenLine: all, headLine: all,
            settings: CascadeSettings(importance: .sum, sink: 0, recent: 0))
        try traffic.iterate(&sequence, context: 20, isNew: true)
        return try traffic.scenario()
    }

    /// The cascade of a whole model: 12 layers of 4 heads by the paper's ratio rule, several iterations of a context that grows.
    package static func cascadeOfAModel(
        _ configuration: SpAttenConfiguration, mode: ImportanceMode, iterations: Int, context: Int, _ random: SeededGenerator
    ) throws -> (scenario: UnitScenario, ranked: Int) {
        var traffic = try CascadeTraffic(configuration, maximumHeads: 64, random)
        let tokens = RatioRule(average: 26_000, start: 45_000, unprunedPercent: RatioRule.unprunedTokenPercent)
        let heads = RatioRule(average: 49_152, start: 65_536, unprunedPercent: RatioRule.unprunedHeadPercent)
        func line(_ rule: RatioRule) throws -> KeepLine {
            let line = try rule.line(layers: 12)
            return KeepLine(unpruned: line.unpruned, start: line.start, step: line.step)
        }
        var sequence = try CascadeSequence(
            layers: 12, heads: 4, tokenLine: line(tokens), headLine: line(heads),
            settings: CascadeSettings(importance: mode, sink: 2, recent: 8))
        for iteration in 0..<iterations {
            try traffic.iterate(&sequence, context: context + iteration, isNew: iteration == 0)
        }
        return (try traffic.scenario(), traffic.ranked)
    }
}
