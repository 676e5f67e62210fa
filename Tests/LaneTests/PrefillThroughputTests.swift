import Configuration
import FixedPoint
import PerformanceModel
import Session
import Testing

/// Useful multiplications of prefill beside the peak of both arrays, 8 resident rows, d 64, 8+4-bit keys, 12-bit values,
/// 100 cycles of latency. Cycle counts do not depend on the machine.
@Suite struct PrefillThroughputTests {
    static let prefill = PrefillConfiguration(lane: LaneConfiguration(headSize: 64, multipliers: 64))

    static func settings(_ keyFormat: String = "8+4", valueBits: Int = 12) throws -> RowSettings {
        RowSettings(tileKeys: 128, keyFormat: try KeyFormat(keyFormat), valueFormat: try ValueFormat(bits: valueBits))
    }

    struct Case: Sendable, CustomTestStringConvertible {
        let mask: PrefillMask
        let rows, context: Int
        let least: Double
        var testDescription: String { "\(mask), \(rows) rows of \(context)" }
    }

    static let cases = [
        Case(mask: .full, rows: 128, context: 128, least: 0.97), Case(mask: .full, rows: 384, context: 384, least: 0.99),
        Case(mask: .full, rows: 128, context: 1024, least: 0.99), Case(mask: .causal, rows: 128, context: 128, least: 0.80),
        Case(mask: .causal, rows: 384, context: 384, least: 0.96), Case(mask: .causal, rows: 1024, context: 1024, least: 0.99),
        Case(mask: .causal, rows: 128, context: 1024, least: 0.98), Case(mask: .window(128), rows: 1024, context: 1024, least: 0.95),
    ]

    @Test("useful share of the arrays' peak", arguments: cases)
    func share(_ point: Case) throws {
        let checked = try PrefillLoad.program(
            Self.prefill, settings: Self.settings(), rows: point.rows, context: point.context, mask: point.mask)
        #expect(checked.bound.bindingResource == .queryKeyArray)
        let result = try PrefillModel(Self.prefill, engine: .verilator).run(checked)
        #expect(result.traffic.totalBeats == checked.bound.portBeats)
        let share = checked.bound.utilization(cycles: result.cycles)
        #expect(share >= point.least, "\(result.cycles) cycles, \(share) of peak")
    }
}

/// Bounds worked by hand.
@Suite struct PrefillBoundTests {
    private func bound(_ rows: [Range<Int>], lane: LaneConfiguration = PrefillThroughputTests.prefill.lane) throws -> PrefillBound {
        var bound = PrefillBound(configuration: PrefillConfiguration(lane: lane))
        bound.addGroup(rows, settings: try PrefillThroughputTests.settings())
        return bound
    }

    /// 128 keys of 64 elements: 8, 4 and 12 bits are 128 + 64 + 192 beats of 512 bits.
    @Test func eightRowsOverOneTile() throws {
        let bound = try bound([Range<Int>](repeating: 0..<128, count: 8))
        #expect(bound.portBeats == 384 && bound.queryKeyCycles == 1024 && bound.probabilityValueCycles == 1024)
        #expect(bound.cycles == 1024 && bound.bindingResource == .queryKeyArray)
        #expect(bound.usefulMultiplications == 2 * 8 * 128 * 64 && bound.utilization(cycles: 2048) == 0.5)
    }

    /// One row: 384 beats for 128 cycles.
    @Test func oneRowIsBoundByThePort() throws {
        let bound = try bound([0..<128])
        #expect(bound.cycles == 384 && bound.bindingResource == .memoryPort)
    }

    /// Three keys: ceil(3 * 64 * 8 / 512) = 3, ceil(768 / 512) = 2, ceil(2304 / 512) = 5. An empty row costs a key's cycle of
    /// the Q.K array, and nothing else.
    @Test func causalRowsAndAnEmptyOne() throws {
        let bound = try bound([0..<1, 0..<2, 0..<3, 7..<7])
        #expect(bound.portBeats == 10 && bound.queryKeyCycles == 7 && bound.probabilityValueCycles == 6)
        #expect(bound.usefulMultiplications == 2 * 6 * 64)
    }

    /// Positions 101 ..< 131: of the first tile from 96 on, a multiple of 8: 32 keys, 32 + 16 + 48 beats; of the second 3.
    @Test func aWindowBeginsAtABlock() throws {
        let bound = try bound([101..<130, 102..<131])
        #expect(bound.portBeats == 96 + 10 && bound.queryKeyCycles == 58)
    }

    /// Tiles that no row sees are not read.
    @Test func rowsApart() throws {
        #expect(try bound([0..<8, 1024..<1032]).portBeats == 2 * (8 + 4 + 12))
        #expect(try bound([5..<5]).portBeats == 0)
    }

    /// d 128 on 32 multipliers: four cycles a key; a key of 8 bits an element is two beats.
    @Test func fewerMultipliersThanElements() throws {
        let bound = try bound([0..<10], lane: LaneConfiguration(headSize: 128, multipliers: 32))
        #expect(bound.queryKeyCycles == 40 && bound.portBeats == 20 + 10 + 30)
        #expect(bound.utilization(cycles: 40) == 1)
    }
}
