import Configuration
import FixedPoint
import GoldenModel
import SeededRandom
import TestSupport
import Testing

@Suite("Lane that prunes")
struct SpAttenLaneTests {
    private func lane(
        _ pruning: PruningSettings, tileKeys: Int = 128, key: String = "8+4", value: Int = 12, scope: DecisionScope = .tile,
        headSize: Int = 32, maximumRowKeys: Int = 1024
    ) throws -> SpAttenLane {
        try SpAttenLane(
            configuration: .headSize(headSize, maximumRowKeys: maximumRowKeys),
            settings: RowSettings(tileKeys: tileKeys, keyFormat: KeyFormat(key), valueFormat: ValueFormat(bits: value)),
            pruning: pruning, scope: scope)
    }

    /// Everything a result says against the page; nil if it agrees.
    private func difference(_ result: SpAttenResult, _ plain: PlainPruning) -> String? {
        let masses = [result.report.unrefinedMass, result.report.droppedMass]
        if result.tokens != plain.tokens { return "tokens" }
        if result.isRefined != plain.refined { return "refined" }
        if result.weights.map(Int.init) != plain.w { return "weights" }
        if result.keepsValue != plain.kept { return "kept" }
        if result.tiles.map(\.reference) != plain.tiles.map(\.m) || result.tiles.map(\.keys) != plain.tiles.map(\.keys) { return "tiles" }
        for (tile, expected) in zip(result.tiles, plain.tiles) {
            if tile.leaf.map({ Int128($0.weightSum) }) != expected.leaf?.l { return "weight sum" }
            if tile.leaf?.outputSums.map({ Int128($0) }) != expected.leaf?.sums { return "leaf" }
        }
        if result.outputs.map(Int.init) + masses != plain.out { return "outputs \(result.report) \(plain.out.suffix(2))" }
        let probability = KeyProbability(state: result.state)
        let p = result.tiles.flatMap { tile in
            tile.keys.map { Int(probability.probability(weight: result.weights[$0], reference: tile.reference)) }
        }
        return p == plain.p ? nil : "probabilities"
    }

    @Test("agrees with the page: random rows, every mode, format, head size, tile, list and range")
    func plainModel() throws {
        var rows = PruningRows(random: TestSeed.generator("rows"))
        var seen = Set<String>()
        let formats = KeyFormat.supported.flatMap { key in ValueFormat.supported.map { (key, $0) } }
        for index in 0..<2_400 {
            let (keyFormat, valueFormat) = formats[index % formats.count]
            let maximumRowKeys = [1024, 4096][rows.random.below(2)]
            let headSize = LaneConfiguration.headSizes[index / formats.count % 3]
            let scope = DecisionScope.allCases[rows.random.below(2)]
            let count = [0, 1, 2, 5, 60, 127, 128, 129, 200, 300][rows.random.below(10)]
            let first = rows.random.below(3) == 0 ? rows.random.below(1024 - count) : 0
            let settings = RowSettings(
                tileKeys: RowSettings.tileSizes[rows.random.below(4)], keyFormat: keyFormat, valueFormat: valueFormat)
            let row = try rows.row(
                headSize: headSize, settings: settings, seen: count, first: first, gathered: rows.random.below(2) == 0,
                spread: [0.01, 2, 6, 40, 4000][rows.random.below(5)])
            let pruning = rows.pruning()
            let lane = try SpAttenLane(
                configuration: .headSize(headSize, maximumRowKeys: maximumRowKeys), settings: settings, pruning: pruning,
                scope: scope)
            let plain = PlainPruning(row, settings, pruning, tileKeys: scope == .row ? maximumRowKeys : settings.tileKeys)
            let result = try lane.run(row)
            let difference = difference(result, plain)
            #expect(difference == nil, "row \(index), \(pruning), \(settings): \(TestSeed.rerun)")
            if keyFormat.lsbBits > 0, result.isRefined.contains(true), result.isRefined.contains(false) { seen.insert("mixed \(pruning.refine)") }
            if result.keepsValue.contains(true), result.keepsValue.contains(false) { seen.insert("values \(pruning.renormalise)") }
            if result.tiles.contains(where: { $0.leaf == nil }) { seen.insert("no leaf") }
            if result.report.droppedMass == 32767 { seen.insert("mass saturates") }
            if result.tiles.count > 1, result.tiles.contains(where: { $0.leaf == nil }), result.state.isValid { seen.insert("some leaves") }
        }
        #expect(seen.isSuperset(of: [
            "mixed perKey", "mixed paper", "values true", "values false", "no leaf", "mass saturates", "some leaves",
        ]), "the rows missed a case: \(seen.sorted())")
    }

    @Test("4,096 keys in one tile: sums beyond 32 bits")
    func longTile() throws {
        var rows = PruningRows(random: TestSeed.generator("row"))
        let settings = RowSettings(tileKeys: 4096, keyFormat: try KeyFormat("4+4"), valueFormat: try ValueFormat(bits: 12))
        var row = try rows.row(headSize: 32, settings: settings, seen: 4096, first: 0, gathered: false, spread: 1)
        row.scale = try ScoreScale(mantissa: 0, shift: 0)
        for pruning in [
            PruningSettings(refine: .perKey, confidence: 1 << 10, values: .fraction(limit: 1000), renormalise: true),
            PruningSettings(refine: .paper, confidence: 1 << 20, values: .threshold(limit: 4096)), .dense,
        ] {
            let result = try SpAttenLane(
                configuration: .headSize(32, maximumRowKeys: 4096), settings: settings, pruning: pruning).run(row)
            #expect(result.weights.allSatisfy { $0 == 1 << 20 })
            #expect(difference(result, PlainPruning(row, settings, pruning, tileKeys: 4096)) == nil)
        }
        let dense = try lane(.dense, key: "4+4", scope: .row, maximumRowKeys: 4096).run(row)
        #expect(dense.tiles.count == 1 && dense.state.upperWeightSum == 1 << 32)
    }

    @Test("`always` with all values is the dense lane, bit for bit")
    func dense() throws {
        var rows = PruningRows(random: TestSeed.generator("rows"))
        for (index, settings) in RowSettings.all.enumerated() {
            let headSize = LaneConfiguration.headSizes[index % 3]
            let count = [1, 128, 129, 1025, 1500][index % 5]
            let row = try rows.row(headSize: headSize, settings: settings, seen: count, first: 0, gathered: false, spread: 6)
            let dense = try Lane(configuration: LaneConfiguration(headSize: headSize, multipliers: 32), settings: settings)
                .run(
                    LaneRow(query: row.query, keys: row.keys, values: row.values, keyCount: count, scale: row.scale),
                    stages: true)
            for pruning in [
                PruningSettings.dense,
                PruningSettings(refine: .always, values: .fraction(limit: 1 << 16), renormalise: true),
                PruningSettings(refine: .always, values: .threshold(limit: 0)),
            ] {
                let result = try SpAttenLane(configuration: .headSize(headSize), settings: settings, pruning: pruning).run(row)
                #expect(result.outputs == dense.outputs && result.unrounded == dense.unrounded)
                #expect(result.state.upperWeightSum == dense.state.upperWeightSum)
                #expect(Array(result.state.upperOutputSums.dropLast(2)) == dense.state.upperOutputSums)
                #expect(Array(result.state.lowerOutputSums.dropLast(2)) == dense.state.lowerOutputSums)
                #expect(result.weights == dense.stages?.weights)
                #expect(result.report == RowReport(unrefinedMass: 0, droppedMass: 0) && result.errorBound == 0)
                #expect(result.counts == RowCounts(keys: count, refined: count, keptValues: count))
            }
        }
    }

    @Test("a format without LSBs is never refined, whatever the mode", arguments: RefineMode.allCases)
    func noPlane(mode: RefineMode) throws {
        var rows = PruningRows(random: TestSeed.generator("row"))
        let dense = try lane(.dense, key: "8+0")
        let row = try rows.row(headSize: 32, settings: dense.settings, seen: 200, first: 0, gathered: false, spread: 6)
        let result = try lane(PruningSettings(refine: mode, confidence: 1 << 20), key: "8+0").run(row)
        #expect(try result == dense.run(row))
    }

    @Test("per key at confidence 0: only keys without weight stay unrefined, and the outputs are those of all keys refined")
    func perKeyZero() throws {
        var rows = PruningRows(random: TestSeed.generator("rows"))
        for spread in [1.0, 6, 20] {
            let perKey = try lane(PruningSettings(refine: .perKey, confidence: 0))
            let row = try rows.row(headSize: 32, settings: perKey.settings, seen: 200, first: 0, gathered: false, spread: spread)
            let result = try perKey.run(row)
            let never = try lane(PruningSettings(refine: .never)).run(row)
            #expect(result.isRefined == never.weights.map { $0 != 0 })
            let all = try lane(.dense).run(row)
            if !result.isRefined.contains(false) { #expect(result.outputs == all.outputs && result.weights == all.weights) }
            #expect(try lane(PruningSettings(refine: .perKey, confidence: 1 << 24)).run(row) == never)
            #expect(try lane(PruningSettings(refine: .paper, confidence: 0)).run(row) == never)
            #expect(never.refinedTokens.isEmpty && never.report.unrefinedMass == 1 << 14)
            let paper = try lane(PruningSettings(refine: .paper, confidence: 1 << 24)).run(row)
            #expect(paper.outputs == all.outputs)
        }
    }

    @Test("a kept list sees what the compacted tensors hold")
    func gather() throws {
        var rows = PruningRows(random: TestSeed.generator("rows"))
        for _ in 0..<50 {
            let lane = try lane(rows.pruning())
            let row = try rows.row(headSize: 32, settings: lane.settings, seen: 150, first: 0, gathered: true, spread: 6)
            let list = try #require(row.list)
            func compacted(_ codes: [Int16]) -> [Int16] { list.flatMap { codes[$0 * 32..<($0 + 1) * 32] } }
            let direct = try lane.run(
                SpAttenRow(query: row.query, keys: compacted(row.keys), values: compacted(row.values), end: 150, scale: row.scale))
            let gathered = try lane.run(row)
            #expect(gathered.outputs == direct.outputs && gathered.state == direct.state && gathered.report == direct.report)
            #expect(gathered.keptValueTokens == direct.keptValueTokens.map { list[$0] })
            #expect(gathered.refinedTokens == direct.refinedTokens.map { list[$0] })
        }
    }

    @Test("tiles lie at multiples of their size, not from the first position on")
    func cutTiles() throws {
        var rows = PruningRows(random: TestSeed.generator("row"))
        let lane = try lane(.dense)
        let row = try rows.row(headSize: 32, settings: lane.settings, seen: 200, first: 100, gathered: false, spread: 6)
        #expect(try lane.run(row).tiles.map(\.keys) == [0..<28, 28..<156, 156..<200])
    }

    @Test("no key: the state is empty, everything is zero")
    func empty() throws {
        var rows = PruningRows(random: TestSeed.generator("row"))
        for scope in DecisionScope.allCases {
            let lane = try lane(PruningSettings(refine: .perKey, confidence: 5, values: .fraction(limit: 9)), scope: scope)
            let row = try rows.row(headSize: 32, settings: lane.settings, seen: 0, first: 70, gathered: false, spread: 6)
            let result = try lane.run(row)
            #expect(result.outputs == [Int16](repeating: 0, count: 32) && result.state == .empty(headSize: 34))
            #expect(result.counts == RowCounts(keys: 0, refined: 0, keptValues: 0) && result.tiles.isEmpty)
            #expect(result.report == RowReport(unrefinedMass: 0, droppedMass: 0))
        }
    }

    @Test("one key: the output is its value, refined or not")
    func oneKey() throws {
        var rows = PruningRows(random: TestSeed.generator("row"))
        for mode in RefineMode.allCases {
            let lane = try lane(PruningSettings(refine: mode, confidence: 1 << 23, values: .fraction(limit: 1)))
            let row = try rows.row(headSize: 32, settings: lane.settings, seen: 1, first: 0, gathered: false, spread: 6)
            let result = try lane.run(row)
            #expect(result.outputs == row.values[..<32].map { $0 << 4 })
            #expect(result.refinedTokens == (mode == .always || mode == .perKey ? [0] : []))
        }
    }

    @Test("all values dropped: zeros; with renormalisation there is no state at all")
    func allDropped() throws {
        var rows = PruningRows(random: TestSeed.generator("row"))
        for values in [ValueRule.fraction(limit: 0), .threshold(limit: 1 << 24)] {
            let plain = try lane(PruningSettings(values: values))
            let row = try rows.row(headSize: 32, settings: plain.settings, seen: 300, first: 0, gathered: false, spread: 2)
            let result = try plain.run(row)
            #expect(result.outputs == [Int16](repeating: 0, count: 32) && result.state.isValid)
            #expect(result.report == RowReport(unrefinedMass: 0, droppedMass: 1 << 14) && result.keptValueTokens.isEmpty)
            let renormalised = try lane(PruningSettings(values: values, renormalise: true)).run(row)
            #expect(renormalised.state == .empty(headSize: 34) && renormalised.tiles.allSatisfy { $0.leaf == nil })
            #expect(renormalised.report == RowReport(unrefinedMass: 0, droppedMass: 0))
        }
    }

    @Test("rows that cannot run are refused with the place")
    func refused() throws {
        var rows = PruningRows(random: TestSeed.generator("row"))
        let lane = try lane(.dense)
        let good = try rows.row(headSize: 32, settings: lane.settings, seen: 40, first: 0, gathered: true, spread: 2)
        func error(_ lane: SpAttenLane, _ change: (inout SpAttenRow) -> Void) -> LaneInputError? {
            var row = good
            change(&row)
            do {
                _ = try lane.run(row)
                return nil
            } catch { return error }
        }
        #expect(error(lane) { _ in } == nil)
        #expect(error(lane) { $0.first = 41 } == .rangeOutOfOrder(first: 41, end: 40))
        #expect(error(lane) { $0.first = -1 } == .rangeOutOfOrder(first: -1, end: 40))
        #expect(error(lane) { $0.end = 41 } == .rangePastList(end: 41, entries: 40))
        #expect(error(lane) { $0.list![7] = $0.list![6] } == .listNotAscending(entry: 7, token: good.list![6], previous: good.list![6]))
        #expect(error(lane) { $0.list![0] = -1 } == .listedTokenOutOfRange(entry: 0, token: -1, maximum: 524_287))
        #expect(error(lane) { $0.list![39] = 524_288 } == .listedTokenOutOfRange(entry: 39, token: 524_288, maximum: 524_287))
        #expect(error(lane) { $0.list![39] = 700 } == .tooFewRows(tensor: .key, elements: good.keys.count, keyCount: 701, headSize: 32))
        #expect(error(lane) { $0.list = Array(0...1024) } == .listTooLong(entries: 1025, maximum: 1024))
        #expect(error(lane) { $0.list = nil; $0.end = 524_289 } == .contextOutOfRange(keyCount: 524_289, maximum: 524_288))
        #expect(error(lane) { $0.values[good.list![3] * 32 + 5] = 2048 }
            == .codeOutOfRange(tensor: .value, row: good.list![3], element: 5, code: 2048, range: -2048...2047))
        #expect(error(lane) { $0.query.removeLast() } == .wrongQueryLength(elements: 31, headSize: 32))
        let row = try self.lane(.dense, scope: .row)
        #expect(error(row) { _ in } == nil)
        #expect(error(row) { $0.list = nil; $0.first = 1000; $0.end = 1025 } == .rowNotInOneBlock(first: 1000, end: 1025, blockKeys: 1024))
        for wrong in [PruningSettings(confidence: -1), PruningSettings(confidence: 1 << 24 + 1),
            PruningSettings(values: .fraction(limit: 65537)), PruningSettings(values: .threshold(limit: -1))] {
            #expect(throws: ConfigurationError.self) { try self.lane(wrong) }
        }
        #expect(throws: ConfigurationError.self) { try self.lane(.dense, tileKeys: 4096) }
        #expect(throws: ConfigurationError.self) { try self.lane(.dense, tileKeys: 0) }
        #expect(throws: Never.self) { try self.lane(.dense, tileKeys: 4096, maximumRowKeys: 4096) }
    }
}
