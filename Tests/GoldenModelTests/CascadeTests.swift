import Configuration
import FixedPoint
import Foundation
import GoldenModel
import SeededRandom
import TestSupport
import Testing

@Suite("Cascade pruning")
struct CascadeTests {
    /// A row with the given weights in one tile: their sum is to be 2^20, then they are the probabilities.
    private func row(_ tokens: [Int], _ weights: [UInt32], outputs: [Int16] = []) throws -> SpAttenResult {
        // Scores that give these weights: powers of two only.
        let exponents = weights.map { Int16($0.leadingZeroBitCount - 11) }
        let lane = try SpAttenLane(
            configuration: .headSize(32),
            settings: RowSettings(tileKeys: 1024, keyFormat: KeyFormat("8+0"), valueFormat: ValueFormat(bits: 12)),
            pruning: .dense)
        var keys = [Int16](repeating: 0, count: 32 * ((tokens.last ?? -1) + 1))
        var values = keys
        for (token, exponent) in zip(tokens, exponents) {
            keys[token * 32] = -exponent
            for (element, output) in outputs.enumerated() { values[token * 32 + element] = output >> 4 }
        }
        let result = try lane.run(
            SpAttenRow(
                query: PruningRows.padded([[1]]), keys: keys, values: values, list: tokens,
                scale: ScoreScale(mantissa: 1 << 12, shift: 0)))
        let probability = KeyProbability(state: result.state)
        #expect(result.weights.map { probability.probability(weight: $0, reference: result.tiles[0].reference) } == weights)
        return result
    }

    private let one: UInt32 = 1 << 20

    @Test("importance: sum, decay and age, new tokens from 0")
    func modes() throws {
        for (mode, expected, ranks) in [
            (.sum, [one * 3 / 2, one / 2, one], [one * 3 / 2, one / 2, one]),
            // One iteration took 1/128 of what the first two rows gave.
            (.decay, [one * 3 / 2 - one * 3 / 2 / 128, one / 2 - one / 256, one], nil),
            (.age, [one * 3 / 2, one / 2, one], [one / 2, one / 6, one]),
        ] as [(ImportanceMode, [UInt32], [UInt32]?)] {
            var importance = TokenImportance(mode: mode)
            try importance.beginIteration(context: 2)
            try importance.accumulate(row([0, 1], [one / 2, one / 2]))
            try importance.accumulate(row([0], [one]))
            try importance.beginIteration(context: 3)
            #expect(importance.values[2] == 0 && importance.rank(of: 2) == 1)
            try importance.accumulate(row([2], [one]))
            #expect(importance.values == expected && importance.rows == 3)
            #expect((0..<3).map(importance.rank) == (ranks ?? expected).map { $0 | 1 }, "\(mode)")
            #expect(throws: CascadeError.contextShrinks(from: 3, to: 2)) { try importance.beginIteration(context: 2) }
            #expect(throws: CascadeError.tokenOutOfRange(token: 3, context: 3)) { try importance.accumulate(row([3], [one])) }
        }
    }

    @Test("importance saturates at 2^31 - 1, 2,048 rows of a whole probability")
    func saturates() throws {
        var importance = TokenImportance(mode: .sum)
        try importance.beginIteration(context: 1)
        let row = try row([0], [one])
        for _ in 0..<2047 { try importance.accumulate(row) }
        #expect(importance.values == [2047 << 20])
        try importance.accumulate(row)
        #expect(importance.values == [TokenImportance.largest] && TokenImportance.largest == 1 << 31 - 1)
        try importance.accumulate(row)
        #expect(importance.values == [TokenImportance.largest])
    }

    @Test("the order of rows does not matter, saturation included", arguments: ImportanceMode.allCases)
    func order(mode: ImportanceMode) throws {
        var rows = PruningRows(random: TestSeed.generator("rows"))
        let settings = RowSettings(tileKeys: 128, keyFormat: try KeyFormat("8+4"), valueFormat: try ValueFormat(bits: 8))
        let lane = try SpAttenLane(configuration: .headSize(32), settings: settings, pruning: .dense)
        var results = try (0..<60).map { _ in
            try lane.run(rows.row(headSize: 32, settings: settings, seen: 1 + rows.random.below(200), first: 0, gathered: false, spread: 30))
        }
        results += [SpAttenResult](repeating: try row([0], [one]), count: 2048)
        var importance = TokenImportance(mode: mode)
        try importance.beginIteration(context: 200)
        var shuffled = importance
        for result in results { try importance.accumulate(result) }
        while !results.isEmpty { try shuffled.accumulate(results.remove(at: rows.random.below(results.count))) }
        #expect(importance == shuffled && importance.values[0] == TokenImportance.largest)
    }

    @Test("rows that are known in sum count as the rows themselves", arguments: ImportanceMode.allCases)
    func sums(mode: ImportanceMode) throws {
        var cascade = try Cascade(
            schedule: CascadeSchedule(tokenRatios: [65_536], headRatios: [65_536]), heads: 2, settings: CascadeSettings(importance: mode))
        try cascade.beginIteration(context: 3)
        _ = try cascade.beginLayer()
        var summed = cascade
        try cascade.accumulate(row([0, 1], [one / 2, one / 2], outputs: [160, -320]), head: 0, headScale: 1 << 15)
        try cascade.accumulate(row([1], [one], outputs: [-16]), head: 1, headScale: 1 << 14)
        try summed.accumulate(sums: [one / 2, one * 3 / 2], rows: 2)
        try summed.accumulate(magnitude: 480, head: 0, headScale: 1 << 15)
        try summed.accumulate(magnitude: 16, head: 1, headScale: 1 << 14)
        #expect(cascade == summed)
        for _ in 0..<2 { try summed.accumulate(sums: [.max], rows: 1) }
        #expect(summed.tokenImportance.values == [TokenImportance.largest, one * 3 / 2, 0])
        #expect(throws: CascadeError.tokenOutOfRange(token: 3, context: 3)) { try summed.accumulate(sums: [0, 0, 0, 0], rows: 1) }
        #expect(throws: CascadeError.tooManyRows) { try summed.accumulate(sums: [], rows: 1 << 32) }
    }

    @Test("head importance: scaled magnitudes, rounded down, saturated")
    func heads() throws {
        var importance = HeadImportance(heads: 3)
        try importance.accumulate([-32768, 3, 0], head: 1, headScale: 1 << 15)
        #expect(importance.values == [0, 16385, 0])
        try importance.accumulate([1], head: 2, headScale: 65535)
        #expect(importance.values == [0, 16385, 0])
        let most = [Int16](repeating: -32768, count: 128)
        for _ in 0..<1100 { try importance.accumulate(most, head: 0, headScale: 65535) }
        #expect(importance.values[0] == .max)
        #expect(throws: CascadeError.headOutOfRange(head: 3, heads: 3)) { try importance.accumulate(most, head: 3, headScale: 1) }
        #expect(throws: CascadeError.headScaleOutOfRange(65536)) { try importance.accumulate(most, head: 0, headScale: 65536) }
        #expect(throws: CascadeError.headScaleOutOfRange(-1)) { try importance.accumulate(most, head: 0, headScale: -1) }
    }

    @Test("worked example of Docs/pruning.md, sections 7 to 9: three layers, six tokens, two heads")
    func workedExample() throws {
        let schedule = try CascadeSchedule(tokenRatios: [65_536, 43_000, 16_384], headRatios: [65_536, 65_536, 32_768])
        var cascade = try Cascade(schedule: schedule, heads: 2, settings: CascadeSettings(sink: 1, recent: 1))
        try cascade.beginIteration(context: 6)
        #expect(try cascade.beginLayer() == CascadeLayer(index: 0, tokens: nil, keepsHead: [true, true]))
        let eighth = one / 8
        try cascade.accumulate(
            row([0, 1, 2, 3, 4, 5], [eighth, eighth * 2, eighth, eighth * 2, eighth, eighth], outputs: [160, -320]),
            head: 0, headScale: 32_768)
        try cascade.accumulate(row([3, 4], [eighth * 4, eighth * 4], outputs: [-320]), head: 1, headScale: 65_535)
        #expect(cascade.tokenImportance.values == [1, 2, 1, 6, 5, 1].map { $0 * eighth })
        #expect(cascade.headImportance.values == [240, 319])
        // ceil(43000 * 6 / 65536) = 4: the protected 0 and 5, then 3 and 4.
        #expect(try cascade.beginLayer() == CascadeLayer(index: 1, tokens: [0, 3, 4, 5], keepsHead: [true, true]))
        try cascade.accumulate(row([0, 3, 4, 5], [eighth, eighth, eighth * 4, eighth * 2], outputs: [160, 16]), head: 0, headScale: 32_768)
        #expect(cascade.headImportance.values == [328, 319])
        // ceil(6 / 4) = 2, the protected ones; token 1 does not come back.
        let last = try cascade.beginLayer()
        #expect(last == CascadeLayer(index: 2, tokens: [0, 5], keepsHead: [true, false]))
        #expect(throws: CascadeError.prunedHead(head: 1, layer: 2)) { try cascade.accumulate(row([0], [one]), head: 1, headScale: 1) }
        #expect(throws: CascadeError.prunedToken(token: 3, layer: 2)) {
            try cascade.accumulate(row([0, 3], [one / 2, one / 2]), head: 0, headScale: 1)
        }
        #expect(throws: CascadeError.headOutOfRange(head: 2, heads: 2)) { try cascade.accumulate(row([0], [one]), head: 2, headScale: 1) }
        #expect(throws: CascadeError.pastLastLayer(layers: 3)) { _ = try cascade.beginLayer() }
        // In the next iteration all are candidates again, ranked by what has accumulated.
        try cascade.beginIteration(context: 7)
        #expect(try cascade.beginLayer() == CascadeLayer(index: 0, tokens: nil, keepsHead: [true, true]))
        #expect(try cascade.beginLayer().tokens == [0, 3, 4, 5, 6])
    }

    /// A plain cascade over dictionaries, word for word of the page.
    private struct Plain {
        var values: [Int: Int] = [:], born: [Int: Int] = [:]
        var rows = 0, begun = false
        var heads: [Int]
        var tokens: [Int] = [], aliveHeads: [Int] = []
        var context = 0

        mutating func beginIteration(_ n: Int, _ mode: ImportanceMode) {
            if begun, mode == .decay { values = values.mapValues { $0 - $0 / 128 } }
            begun = true
            for token in context..<n { (values[token], born[token]) = (0, rows) }
            (context, tokens, aliveHeads) = (n, Array(0..<n), Array(heads.indices))
        }

        mutating func beginLayer(_ tokenRatio: Double, _ headRatio: Double, _ settings: CascadeSettings) {
            let protected = tokens.filter { $0 < settings.sink || $0 >= context - settings.recent }
            let k = min(tokens.count, max(Int((tokenRatio * Double(context)).rounded(.up)), protected.count))
            func rank(_ token: Int) -> Int {
                let i = settings.importance == .age ? values[token]! / max(1, rows - born[token]!) : values[token]!
                return i + (protected.contains(token) ? 1 << 31 : 0)
            }
            tokens = tokens.sorted { (rank($0), $1) > (rank($1), $0) }.prefix(k).sorted()
            let j = Int((headRatio * Double(heads.count)).rounded(.up))
            aliveHeads = aliveHeads.sorted { (heads[$0], $1) > (heads[$1], $0) }.prefix(j).sorted()
        }
    }

    @Test("random cascades agree with the page; kept lists are nested and ascending")
    func random() throws {
        var rows = PruningRows(random: TestSeed.generator("cascades"))
        let settings = RowSettings(tileKeys: 128, keyFormat: try KeyFormat("4+4"), valueFormat: try ValueFormat(bits: 8))
        let lane = try SpAttenLane(
            configuration: .headSize(32), settings: settings,
            pruning: PruningSettings(refine: .perKey, confidence: 1 << 18, values: .threshold(limit: 1 << 12)))
        let shared = try rows.row(headSize: 32, settings: settings, seen: 80, first: 0, gathered: false, spread: 8)
        var (prunedLayers, deadLayers) = (0, 0)
        for _ in 0..<150 {
            let layers = 1 + rows.random.below(5), heads = 1 + rows.random.below(4)
            func ratios(_ rows: inout PruningRows) -> [Int] {
                (0..<layers).map { _ in [1 << 16, 0, rows.random.below(1 << 16 + 1), rows.random.below(1 << 16 + 1)][rows.random.below(4)] }
            }
            let schedule = try CascadeSchedule(tokenRatios: ratios(&rows), headRatios: ratios(&rows))
            let kept = CascadeSettings(
                importance: ImportanceMode.allCases[rows.random.below(3)], sink: rows.random.below(4),
                recent: rows.random.below(3) == 0 ? 100 : rows.random.below(6))
            var cascade = try Cascade(schedule: schedule, heads: heads, settings: kept)
            var plain = Plain(heads: [Int](repeating: 0, count: heads))
            var context = 5 + rows.random.below(60)
            for _ in 0..<4 {
                try cascade.beginIteration(context: context)
                plain.beginIteration(context, kept.importance)
                var last = Set(0..<context)
                for layer in 0..<layers {
                    // Saving and restoring between layers changes nothing.
                    cascade = try JSONDecoder().decode(Cascade.self, from: JSONEncoder().encode(cascade))
                    let begun = try cascade.beginLayer()
                    plain.beginLayer(Double(schedule.tokenRatios[layer]) / 65536, Double(schedule.headRatios[layer]) / 65536, kept)
                    let tokens = begun.tokens ?? Array(0..<context)
                    #expect(tokens == plain.tokens && zip(0..., begun.keepsHead).compactMap { $1 ? $0 : nil } == plain.aliveHeads, "\(TestSeed.rerun)")
                    #expect(last.isSuperset(of: tokens) && tokens == tokens.sorted() && (begun.tokens == nil) == (tokens.count == context))
                    last = Set(tokens)
                    prunedLayers += tokens.count < context ? 1 : 0
                    deadLayers += begun.keepsHead.contains(true) ? 0 : 1
                    for head in 0..<heads where begun.keepsHead[head] {
                        var row = shared
                        row.query = rows.codes(32, -2048...2047)
                        row.list = begun.tokens
                        row.end = tokens.count
                        let result = try lane.run(row)
                        let headScale = rows.random.below(1 << 16)
                        try cascade.accumulate(result, head: head, headScale: headScale)
                        let p = PlainPruning(row, settings, lane.pruning, tileKeys: 128).p
                        for (token, p) in zip(tokens, p) { plain.values[token] = min(1 << 31 - 1, plain.values[token]! + p) }
                        plain.heads[head] += result.outputs.reduce(0) { $0 + abs(Int($1)) } * headScale / 65536
                        plain.rows += 1
                    }
                    #expect((0..<context).allSatisfy { Int(cascade.tokenImportance.values[$0]) == plain.values[$0] })
                    #expect(cascade.headImportance.values.map(Int.init) == plain.heads)
                }
                context += rows.random.below(5)
            }
        }
        #expect(prunedLayers > 100 && deadLayers > 5)
    }

    @Test("ties stay with the lower token and head; nothing accumulated keeps the first ones")
    func ties() throws {
        var cascade = try Cascade(
            schedule: CascadeSchedule(tokenRatios: [1 << 15], headRatios: [1 << 15]), heads: 5, settings: CascadeSettings(recent: 1))
        try cascade.beginIteration(context: 7)
        #expect(try cascade.beginLayer() == CascadeLayer(index: 0, tokens: [0, 1, 2, 6], keepsHead: [true, true, true, false, false]))
    }

    @Test("the paper's rule: 12 layers, and the edges of the line")
    func schedule() throws {
        let tokens = RatioRule(average: 39_322, start: 58_982, unprunedPercent: RatioRule.unprunedTokenPercent)
        let line = try tokens.line(layers: 12)
        // ceil(1.8) = 2 layers keep all; (2 * 39322 - 2 * 58982) / 9 is -4368.9, rounded toward 0.
        #expect(line.unpruned == 2 && line.start == 58_982 && line.step == -4368)
        let schedule = try CascadeSchedule(layers: 12, tokens: tokens, heads: nil)
        #expect(schedule.tokenRatios == [65_536, 65_536] + (0..<10).map { 58_982 - 4368 * $0 })
        #expect(schedule.headRatios == [Int](repeating: 65_536, count: 12) && schedule.layers == 12)
        #expect(try RatioRule(average: 0, start: 0, unprunedPercent: 30).line(layers: 12).unpruned == 4)
        #expect(try RatioRule(average: 0, start: 0, unprunedPercent: 15).line(layers: 20).unpruned == 3)
        // A line to nothing, and one to everything, end inside.
        for (start, average) in [(65_536, 32_768), (0, 32_768), (65_536, 65_536), (0, 0)] {
            for layers in 1...30 {
                let line = try RatioRule(average: average, start: start, unprunedPercent: 0).line(layers: layers)
                let last = line.ratio(layer: layers - 1)
                #expect((0...65_536).contains(last) && (layers == 1 || abs(last - (2 * average - start)) < layers))
            }
        }
        #expect(try CascadeSchedule(layers: 1, tokens: tokens, heads: tokens).tokenRatios == [65_536])
    }

    @Test("schedules and cascades that cannot be are refused")
    func refused() throws {
        let rule = RatioRule(average: 30_000, start: 65_536, unprunedPercent: 15)
        #expect(throws: CascadeError.lineOutOfRange(start: 65_536, end: -5536)) { try rule.line(layers: 12) }
        #expect(throws: CascadeError.zeroLayers) { try rule.line(layers: 0) }
        #expect(throws: CascadeError.percentOutOfRange(101)) { try RatioRule(average: 0, start: 0, unprunedPercent: 101).line(layers: 1) }
        #expect(throws: CascadeError.zeroLayers) { try CascadeSchedule(layers: 0, tokens: nil, heads: nil) }
        #expect(throws: CascadeError.zeroLayers) { try CascadeSchedule(tokenRatios: [], headRatios: []) }
        #expect(throws: CascadeError.unequalSchedules(tokens: 1, heads: 2)) { try CascadeSchedule(tokenRatios: [1], headRatios: [1, 1]) }
        #expect(throws: CascadeError.ratioOutOfRange(layer: 1, ratio: 65_537)) {
            try CascadeSchedule(tokenRatios: [1, 65_537], headRatios: [1, 1])
        }
        let schedule = try CascadeSchedule(layers: 2, tokens: nil, heads: nil)
        #expect(throws: CascadeError.zeroHeads) { try Cascade(schedule: schedule, heads: 0, settings: CascadeSettings()) }
        #expect(throws: ConfigurationError.self) { try Cascade(schedule: schedule, heads: 1, settings: CascadeSettings(sink: -1)) }
        var cascade = try Cascade(schedule: schedule, heads: 1, settings: CascadeSettings())
        #expect(throws: CascadeError.pastLastLayer(layers: 2)) { _ = try cascade.beginLayer() }
        #expect(throws: CascadeError.noLayer) { try cascade.accumulate(row([0], [one]), head: 0, headScale: 1) }
    }
}
