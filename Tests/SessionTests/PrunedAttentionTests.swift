import Configuration
import FixedPoint
import Foundation
import GoldenModel
import LanguageModel
import Session
import Testing
import TestSupport

/// Reductions by scores on the committed language model: each technique does what it says, and what it reads is counted right.
@Suite struct PrunedAttentionTests {
    private static let promptTokens = 120, steps = 2
    private static let contexts = (1...steps).map { promptTokens + $0 }

    private let evaluation: Evaluation
    private let prompt: PromptCache
    private let importance: PromptImportance
    private let tokens: [Int]
    private let model: LanguageModel

    init() throws {
        evaluation = try Evaluation(
            model: PackageFiles.languageModel, tokens: PackageFiles.languageModelTokens, reductions: [],
            plan: EvaluationPlan(windows: 1, promptTokens: Self.promptTokens, steps: Self.steps))
        model = try LanguageModel(directory: PackageFiles.languageModel)
        tokens = Array(evaluation.text.tokens[40 * 1024..<40 * 1024 + Self.promptTokens + Self.steps])
        prompt = try model.prompt(Array(tokens[..<Self.promptTokens]))
        importance = PromptImportance(prompt, fractionBits: KeyProbability.fractionBits)
    }

    /// The rows of two steps and what was read for them.
    private func decode(_ settings: ReductionSettings) throws -> (rows: [PrunedAttention.Row], traffic: AttentionTraffic) {
        var attention = try PrunedAttention(prompt, settings: settings, importance: importance)
        attention.rows = []
        var sequences: [any DecodeAttention] = [attention]
        var traffic = AttentionTraffic()
        for position in Self.promptTokens..<tokens.count {
            traffic += try model.step(token: tokens[position], position: position, &sequences).traffic[0]
        }
        return (try #require((sequences[0] as? PrunedAttention)?.rows), traffic)
    }

    private func settings(_ keys: String = "12+0", _ valueBits: Int = 12) throws -> ReductionSettings {
        ReductionSettings(keyFormat: try KeyFormat(keys), valueFormat: try ValueFormat(bits: valueBits))
    }

    /// Every bit and every sector that holds a byte of a row, one by one.
    private func recount(_ tokens: [Int], bits: Int) -> AttentionTraffic.Amount {
        var amount = AttentionTraffic.Amount()
        amount.usefulBits = tokens.count * 64 * bits
        func sectors(_ size: Int) -> Int {
            Set(tokens.flatMap { token in (0..<8 * bits).map { (token * 8 * bits + $0) / size } }).count
        }
        amount.movedBytes32 = 32 * sectors(32)
        amount.movedBytes64 = 64 * sectors(64)
        return amount
    }

    @Test("what each technique reads, bit by bit and sector by sector")
    func traffic() throws {
        for name in [
            "paper0.1-k6+4-v8", "per-key0.01-k3+5-v8", "never-k4+4-v8", "per-key0.01-k4+4-v8-tile128", "top0.3-renormalised-k12-v12",
            "p0.001-centred-k12-v12", "tokens0.7-age-k12-v12", "heads0.75-k12-v12", "paper0.1-top0.3-tokens0.7-sum-heads0.75-k4+4-v6",
        ] {
            let settings = try NamedReduction.named(name).settings
            let (rows, traffic) = try decode(settings)
            var counted = AttentionTraffic()
            for row in rows {
                let seen = row.list ?? Array(0...row.position)
                let refined = settings.keyFormat.lsbBits == 0 ? [] : seen.indices.filter { row.result.isRefined[$0] }.map { seen[$0] }
                let values = seen.indices.filter { row.result.keepsValue[$0] }.map { seen[$0] }
                counted.keyMSB += recount(seen, bits: settings.keyFormat.msbBits)
                counted.keyLSB += recount(refined, bits: settings.keyFormat.lsbBits)
                counted.value += recount(values, bits: settings.valueFormat.bits)
                counted.keyRows += seen.count
                counted.refinedKeyRows += refined.count
                counted.valueRows += values.count
                counted.computedQueryRows += 1
                counted.refinedQueryRows += refined.isEmpty ? 0 : 1
            }
            counted.queryRows = 48 * Self.steps
            counted.contextRows = 48 * Self.contexts.reduce(0, +)
            #expect(traffic == counted, "\(name)")
        }
    }

    @Test("how many keys, values, tokens and heads each rule leaves")
    func rules() throws {
        let all = 48 * Self.contexts.reduce(0, +)
        var never = try settings("4+4", 8)
        never.refinement = .init(.never)
        #expect(try decode(never).traffic.refinedKeyRows == 0)
        var always = never
        always.scope = .tile
        always.refinement = .init(.always)
        #expect(try decode(always).traffic.refinedKeyRows == all)
        var perKey = never
        perKey.refinement = .init(.perKey, confidence: 0.01)
        let few = try decode(perKey).traffic.refinedKeyRows
        #expect(few > 0 && few < all / 2)
        var paper = never
        paper.refinement = .init(.paper, confidence: 0.1)
        for row in try decode(paper).rows {
            #expect(Set(row.result.isRefined).count == 1)
        }

        var top = try settings()
        top.values = .init(.topFraction, amount: 0.3)
        // A fraction of 0.3 is 19,661 / 65,536 to the lane.
        #expect(try decode(top).traffic.valueRows == 48 * Self.contexts.reduce(0) { $0 + ($1 * 19_661 + 65_535) / 65_536 })

        var tokens = try settings()
        tokens.tokens = .init(keepRatio: 0.7, startRatio: 0.85, importance: .decay, sinkTokens: 2, recentTokens: 16)
        for row in try decode(tokens).rows {
            // 2 of 12 layers keep all; from 0.85 the ratio falls to 0.55 over 10 layers.
            let context = row.position + 1
            guard row.layer >= 2 else {
                #expect(row.list == nil)
                continue
            }
            let (start, end) = (55_706, 2 * 45_875 - 55_706)
            let ratio = start + (row.layer - 2) * ((end - start) / 9)
            let list = try #require(row.list)
            #expect(list.count == (ratio * context + 65_535) / 65_536)
            #expect(list.prefix(2) == [0, 1] && list.suffix(16) == Array(context - 16..<context)[...])
        }

        var heads = try settings()
        heads.headKeepRatio = 0.75
        let kept = try decode(heads)
        #expect(kept.traffic.computedQueryRows == Self.steps * (4 * 4 + 8 * 3))
        #expect(kept.rows.allSatisfy { row in row.layer < 4 || kept.rows.filter { ($0.layer, $0.position) == (row.layer, row.position) }.count == 3 })
    }

    @Test("the first kept list and the first pruned head follow from the prompt's importance and the rows since")
    func carriedImportance() throws {
        var settings = try settings()
        settings.tokens = .init(keepRatio: 0.5)
        var sums = [UInt64](repeating: 0, count: Self.promptTokens + 1)
        for row in importance.probabilities {
            for (token, sum) in row.enumerated() { sums[token] += UInt64(sum) }
        }
        let rows = try decode(settings).rows.filter { $0.position == Self.promptTokens }
        for row in rows where row.layer < 2 {
            let probability = KeyProbability(state: row.result.state)
            for (key, token) in row.result.tokens.enumerated() {
                sums[token] += UInt64(probability.probability(weight: row.result.weights[key], reference: row.result.tiles[0].reference))
            }
        }
        let order = sums.indices.sorted { (sums[$0] | 1, $1) > (sums[$1] | 1, $0) }
        #expect(rows.first { $0.layer == 2 }?.list == order.prefix((sums.count + 1) / 2).sorted())

        settings = try self.settings()
        settings.headKeepRatio = 0.75
        let outputs = (0..<4).map { head in importance.outputMagnitudes.reduce(0) { $0 + $1[head].reduce(0, +) } }
        let least = try #require(outputs.indices.min { outputs[$0] < outputs[$1] })
        let kept = try decode(settings).rows.filter { $0.position == Self.promptTokens && $0.layer == 4 }
        #expect(kept.map(\.head) == [0, 1, 2, 3].filter { $0 != least }, "\(outputs)")
    }

    @Test("nothing left out is the dense lane; the mean of values is given back")
    func dense() throws {
        var tile = try settings("8+0", 8)
        tile.scope = .tile
        var centred = tile
        centred.centresValues = true
        var attentions: [any DecodeAttention] = [
            DenseAttention(prompt), try QuantizedAttention(prompt, settings: settings("8+0", 8)), try PrunedAttention(prompt, settings: tile),
            try PrunedAttention(prompt, settings: centred),
        ]
        let outputs = try attentions.indices.map { index in
            try attentions[index].beginStep(position: Self.promptTokens)
            return try attentions[index].attend(layer: 5, LayerToken(
                query: prompt.queries[5].flatMap { $0.suffix(64) }, key: prompt.caches[5].flatMap { $0.keys.prefix(64) },
                value: prompt.caches[5].flatMap { $0.values.prefix(64) }))
        }
        #expect(outputs[1] == outputs[2])
        #expect(outputs[3] != outputs[2])
        let signal = outputs[0].reduce(0) { $0 + $1 * $1 }
        let error = zip(outputs[3], outputs[0]).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) }
        #expect(error < 0.06 * 0.06 * signal, "\((error / signal).squareRoot())")
    }

    @Test("the prompt's importance is that of dense attention in double precision")
    func promptImportance() throws {
        var expected = [Double](repeating: 0, count: Self.promptTokens)
        let last = Self.promptTokens - 1
        for (layer, heads) in prompt.caches.enumerated() {
            for (head, cache) in heads.enumerated() {
                let query = prompt.queries[layer][head].suffix(64).map(Double.init)
                let weights = (0...last).map { key -> Double in
                    zip(query, cache.keys[key * 64..<(key + 1) * 64]).reduce(0) { sum, pair in sum + pair.0 * Double(pair.1) } / 8
                }
                let largest = weights.max()!
                let exponentials = weights.map { exp($0 - largest) }
                let sum = exponentials.reduce(0, +)
                for key in 0...last { expected[key] += exponentials[key] / sum }
            }
        }
        let row = importance.probabilities[last].map { Double($0) / Double(1 << 20) }
        #expect(row.count == Self.promptTokens && importance.rowsPerToken == 48)
        for (seen, expected) in zip(row, expected) { #expect(abs(seen - expected) < 48e-6) }
        #expect(importance.outputMagnitudes.allSatisfy { $0.allSatisfy { $0.count == Self.promptTokens && $0.allSatisfy { $0 > 0 } } })
    }
}
