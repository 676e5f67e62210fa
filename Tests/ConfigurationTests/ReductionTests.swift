import Configuration
import FixedPoint
import Foundation
import Testing

@Suite("Reductions")
struct ReductionTests {
    private func settings() throws -> ReductionSettings {
        ReductionSettings(tileKeys: 256, keyFormat: try KeyFormat("4+4"), valueFormat: try ValueFormat(bits: 6))
    }

    @Test("every named reduction is legal and found by its name; the static ones read all keys and values")
    func names() throws {
        #expect(Set(NamedReduction.all.map(\.name)).count == NamedReduction.all.count)
        #expect(Set(NamedReduction.all.map(\.settings)).count == NamedReduction.all.count)
        for reduction in NamedReduction.all {
            try reduction.settings.validate()
            #expect(reduction.settings.isStatic == reduction.name.hasPrefix("static-"))
            #expect(try NamedReduction.named(reduction.name) == reduction)
        }
        let settings = try NamedReduction.named("static-k6+4-v8-tile256").settings
        #expect(settings.keyFormat.description == "6+4" && settings.valueFormat.bits == 8 && settings.tileKeys == 256)
        let pruned = try NamedReduction.named("paper0.1-top0.3-tokens0.7-sum-heads0.75-k8+4-v12").settings
        #expect(pruned.refinement == .init(.paper, confidence: 0.1) && pruned.values == .init(.topFraction, amount: 0.3))
        #expect(pruned.tokens.keepRatio == 0.7 && pruned.tokens.importance == .sum && pruned.headKeepRatio == 0.75)
        #expect(try NamedReduction.named("per-key0.01-k4+4-v8-tile128").settings.scope == .tile)
        #expect(throws: ConfigurationError.unknownPreset(
            name: "static-k8-v9", known: NamedReduction.all.map(\.name), nearest: "static-k8-v8")) {
            try NamedReduction.named("static-k8-v9")
        }
    }

    @Test("settings survive JSON, and every reduction of its own makes them more than static")
    func coding() throws {
        var all = [try settings()]
        for change in [
            { $0.refinement = .init(.perKey, confidence: 0.01) }, { $0.scope = .tile }, { $0.centresValues = true },
            { $0.values = .init(.threshold, amount: 3e-4, renormalises: true) },
            { $0.tokens = .init(keepRatio: 0.8, importance: .decay, sinkTokens: 4, recentTokens: 16) },
            { $0.headKeepRatio = 0.75 },
        ] as [(inout ReductionSettings) -> Void] {
            var settings = all[0]
            change(&settings)
            try settings.validate()
            #expect(!settings.isStatic)
            all.append(settings)
        }
        #expect(all[0].isStatic)
        for settings in all {
            #expect(try JSONDecoder().decode(ReductionSettings.self, from: JSONEncoder().encode(settings)) == settings)
        }
    }

    @Test func numbersOutOfRange() throws {
        for (change, message) in [
            ({ $0.tileKeys = 100 }, "tileKeys 100"), ({ $0.refinement = .init(.paper, confidence: 1.5) }, "confidence 1.5"),
            ({ $0.values = .init(.topFraction, amount: -0.1) }, "amount of value pruning -0.1"),
            ({ $0.values = .init(.threshold, amount: .nan) }, "amount of value pruning nan"),
            ({ $0.tokens = .init(keepRatio: 0) }, "token keep ratio 0.0 is not supported: use a number above 0, at most 1"),
            ({ $0.tokens = .init(keepRatio: 0.25, startRatio: 1) }, "token end ratio -0.5"),
            ({ $0.tokens = .init(keepRatio: 0.875, startRatio: 0.5) }, "token end ratio 1.25"),
            ({ $0.tokens = .init(keepRatio: 1, recentTokens: -1) }, "sink or recent tokens -1"),
            ({ $0.headKeepRatio = 1.1 }, "head keep ratio 1.1"),
        ] as [((inout ReductionSettings) -> Void, String)] {
            var settings = try settings()
            change(&settings)
            let error = #expect(throws: ConfigurationError.self) { try settings.validate() }
            #expect(error?.description.hasPrefix(message) == true)
        }
    }
}
