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

    /// The cascade of a whole model: 12 layers of 4 heads by the paper's ratio rule, several iterations of a context that grows.
    package static func cascadeOfAModel(
        _ configuration: SpAttenConfiguration, mode: ImportanceMode, iterations: Int, context: Int, _ random: SeededGenerator
    ) throws -> (scenario: UnitScenario, ranked: Int) {
        var traffic = try CascadeTraffic(configuration, maximumHeads: 16, random)
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
