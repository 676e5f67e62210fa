import Configuration
import FixedPoint
import GoldenModel
import SeededRandom
import Testing

@Suite("Lane")
struct LaneTests {
    private func lane(_ headSize: Int = 32, tileKeys: Int = 128, key: String = "8+4", value: Int = 12) throws -> Lane {
        try Lane(
            configuration: LaneConfiguration(headSize: headSize, multipliers: 32),
            settings: RowSettings(
                tileKeys: tileKeys, keyFormat: KeyFormat(key), valueFormat: ValueFormat(bits: value)))
    }

    /// Rows whose first elements are given, the rest zero.
    private func rows(_ rows: [[Int16]], headSize: Int = 32) -> [Int16] {
        rows.flatMap { $0 + [Int16](repeating: 0, count: headSize - $0.count) }
    }

    private func randomRow(_ headSize: Int, keyCount: Int, settings: RowSettings, random: inout SeededGenerator) throws -> LaneRow {
        func codes(_ count: Int, _ range: ClosedRange<Int>) -> [Int16] {
            (0..<count).map { _ in Int16(Int.random(in: range, using: &random)) }
        }
        return LaneRow(
            query: codes(headSize, -2048...2047), keys: codes(keyCount * headSize, settings.keyFormat.codeRange),
            values: codes(keyCount * headSize, settings.valueFormat.codeRange), keyCount: keyCount,
            scale: try ScoreScale(
                mantissa: Int.random(in: 1 << 17..<1 << 18, using: &random), shift: Int.random(in: 10...40, using: &random)))
    }

    @Test("worked example of Docs/numerics.md: three keys, one tile")
    func workedExample() throws {
        let row = LaneRow(
            query: rows([[1000, -500]]), keys: rows([[100, 0], [100, 20], [50, -100]]),
            values: rows([[1000, -7], [-1000, 8], [2047, -2048]]), keyCount: 3,
            scale: try ScoreScale(mantissa: 196_608, shift: 21))
        let result = try lane().run(row, stages: true)
        let stages = try #require(result.stages)
        #expect(stages.scores == [100_000, 90_000, 100_000])
        #expect(stages.scaledScores == [9375, 8438, 9375])
        #expect(stages.leaves.map(\.reference) == [3])
        #expect(stages.weights == [640_491, 546_575, 640_491])
        #expect(stages.leaves[0].weightSum == 1_827_557)
        #expect(Array(stages.leaves[0].outputSums[..<2]) == [1_405_001_077, -1_311_836_405])
        #expect(Array(result.outputs[..<3]) == [12_301, -11_485, 0])
        #expect(result.state.stateClass == 0 && result.state.upperWeightSum == 1_827_557 << 3)
    }

    @Test("agrees with the page for every format, head size and tile, over one to several tiles")
    func plainModel() throws {
        var random = SeededGenerator(seed: 42)
        for headSize in LaneConfiguration.headSizes {
            for (index, settings) in RowSettings.all.enumerated() {
                let lane = try Lane(configuration: LaneConfiguration(headSize: headSize, multipliers: 32), settings: settings)
                let keyCount = [1, 2, 127, 128, 129, 300, 1025][index % 7]
                var row = try randomRow(headSize, keyCount: keyCount, settings: settings, random: &random)
                #expect(try lane.run(row).outputs == PlainModel.outputs(row, settings: settings))
                row.firstKey = Int.random(in: 0...keyCount, using: &random)
                #expect(try lane.run(row).outputs == PlainModel.outputs(row, settings: settings))
            }
        }
    }

    @Test("no key: the state is empty, the outputs zero")
    func empty() throws {
        let result = try lane().run(
            LaneRow(query: rows([[1]]), keys: [], values: [], keyCount: 0, scale: ScoreScale(real: 1)), stages: true)
        #expect(result.state == .empty(headSize: 32) && result.outputs == [Int16](repeating: 0, count: 32))
        #expect(result.stages?.scores.isEmpty == true && result.stages?.leaves.isEmpty == true)
    }

    @Test("a row that begins later: its tiles end where the others' do, and what comes before is not seen")
    func laterFirstKey() throws {
        var random = SeededGenerator(seed: 11)
        let lane = try lane(tileKeys: 128)
        var row = try randomRow(32, keyCount: 300, settings: lane.settings, random: &random)
        row.firstKey = 100
        let result = try lane.run(row, stages: true)
        #expect(result.stages?.scores.count == 200 && result.stages?.leaves.count == 3)
        for element in 0..<100 * 32 { (row.keys[element], row.values[element]) = (0, 0) }
        #expect(try lane.run(row).outputs == result.outputs)
        row.firstKey = 299
        #expect(try lane.run(row).outputs == row.values[299 * 32..<300 * 32].map { $0 << 4 })
        for first in [300, 301, 524_288] {
            row.firstKey = first
            #expect(try lane.run(row).state == .empty(headSize: 32))
        }
        row.firstKey = -1
        #expect(throws: LaneInputError.firstKeyOutOfRange(firstKey: -1, maximum: 524_288)) { try lane.run(row) }
    }

    @Test("one key: the output is its value, whatever the score", arguments: [-2048, -1, 0, 1, 2047] as [Int16])
    func oneKey(element: Int16) throws {
        for value in ValueFormat.supported {
            let codes = (0..<32).map { Int16(value.codeRange.lowerBound) + $0 % Int16(1 << value.bits) }
            for mantissa in [0, 1, 262_143] {
                let row = LaneRow(
                    query: rows([[element, 2047]]), keys: rows([[element, -2048]]), values: codes, keyCount: 1,
                    scale: try ScoreScale(mantissa: mantissa, shift: 0))
                #expect(try lane(value: value.bits).run(row).outputs == codes.map { $0 << value.outputGainBits })
            }
        }
    }

    @Test("two equal keys: the mean of their values, halves included")
    func mean() throws {
        let row = LaneRow(
            query: rows([[3]]), keys: rows([[5], [5]]), values: rows([[10, -10, 1], [20, -21, 0]]), keyCount: 2,
            scale: try ScoreScale(real: 0.01))
        #expect(try Array(lane().run(row).outputs[..<4]) == [240, -248, 8, 0])
    }

    @Test("one hot: a key 22 powers of two above the rest is alone")
    func oneHot() throws {
        let row = LaneRow(
            query: rows([[1]]), keys: rows([[0], [22], [0]]), values: rows([[2047], [5], [-2048]]), keyCount: 3,
            scale: try ScoreScale(mantissa: 1 << 12, shift: 0))
        #expect(try lane().run(row, stages: true).stages?.weights == [0, 1 << 20, 0])
        #expect(try lane().run(row).outputs[0] == 80)
    }

    @Test("saturated scores tie")
    func saturated() throws {
        let row = LaneRow(
            query: rows([[2047]]), keys: rows([[2047], [1024], [-2048]]), values: rows([[100], [300], [7]]), keyCount: 3,
            scale: try ScoreScale(mantissa: 262_143, shift: 0))
        let result = try lane().run(row, stages: true)
        #expect(result.stages?.scaledScores == [8_384_512, 8_384_512, -8_388_608])
        #expect(result.stages?.weights == [1 << 20, 1 << 20, 0] && result.outputs[0] == 200 << 4)
    }

    @Test("keys beyond the context are not read, and a longer array changes nothing")
    func prefix() throws {
        var random = SeededGenerator(seed: 9)
        let lane = try lane()
        var row = try randomRow(32, keyCount: 300, settings: lane.settings, random: &random)
        row.keyCount = 200
        let long = try lane.run(row)
        row.keys = Array(row.keys[..<(200 * 32)])
        row.values = Array(row.values[..<(200 * 32)])
        #expect(try lane.run(row) == long)
    }

    @Test("rows the lane cannot run are refused with the place")
    func refused() throws {
        let lane = try lane(value: 4)
        let good = LaneRow(
            query: rows([[1]]), keys: rows([[1], [2]]), values: rows([[1], [2]]), keyCount: 2, scale: try ScoreScale(real: 1))
        var row = good
        row.keyCount = 524_289
        #expect(throws: LaneInputError.contextOutOfRange(keyCount: 524_289, maximum: 524_288)) { try lane.run(row) }
        row.keyCount = -1
        #expect(throws: LaneInputError.contextOutOfRange(keyCount: -1, maximum: 524_288)) { try lane.run(row) }
        row.keyCount = 3
        #expect(throws: LaneInputError.tooFewRows(tensor: .key, elements: 64, keyCount: 3, headSize: 32)) { try lane.run(row) }
        row = good
        row.query.removeLast()
        #expect(throws: LaneInputError.wrongQueryLength(elements: 31, headSize: 32)) { try lane.run(row) }
        row = good
        row.values[33] = 8
        #expect(throws: LaneInputError.codeOutOfRange(tensor: .value, row: 1, element: 1, code: 8, range: -8...7)) {
            try lane.run(row)
        }
        row = good
        row.query[3] = -2049
        #expect(throws: LaneInputError.self) { try lane.run(row) }
        #expect(throws: ConfigurationError.self) {
            try Lane(configuration: LaneConfiguration(headSize: 48, multipliers: 32), settings: lane.settings)
        }
    }
}
