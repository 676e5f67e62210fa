import Configuration
import FixedPoint
import PerformanceModel
import Session
import Testing

/// Cycles of dense decode against the bound of the memory port: 32 rows of 1,024 keys back to back, d 64, a 64-byte
/// port with 100 cycles of latency. Cycle counts do not depend on the machine.
@Suite struct ThroughputTests {
    struct Case: Sendable, CustomTestStringConvertible {
        let keyFormat: String
        let valueBits, boundPerRow: Int
        /// Cycles allowed for a bound.
        let limit: @Sendable (Int) -> Double
        var testDescription: String { "\(keyFormat) keys, \(valueBits)-bit values" }
    }

    static let cases = [
        Case(keyFormat: "8+4", valueBits: 12, boundPerRow: 3072) { 1.01 * Double($0) + 250 },
        Case(keyFormat: "8+0", valueBits: 8, boundPerRow: 2048) { 1.01 * Double($0) + 250 },
        Case(keyFormat: "4+0", valueBits: 4, boundPerRow: 1024) { 1.05 * Double($0) },
    ]

    @Test("dense decode stays at the port's bound", arguments: cases, RowSettings.tileSizes)
    func denseDecode(_ point: Case, tileKeys: Int) throws {
        let lane = try Preset.named("lane-d64").configuration.lane
        let settings = RowSettings(
            tileKeys: tileKeys, keyFormat: try KeyFormat(point.keyFormat), valueFormat: try ValueFormat(bits: point.valueBits))
        let (checked, bound) = try DenseDecode.program(lane: lane, settings: settings, rows: 32, keys: 1024)
        #expect(bound.cycles == 32 * point.boundPerRow)
        #expect(bound.bindingResource == .memoryPort)

        let simulator = try LaneModel(lane, engine: .native).simulator(seed: 1)
        let bench = try LaneTestBench(simulator, headSize: lane.headSize, program: checked.program, memoryLatency: 100)
        let result = try bench.run()
        #expect(checked.mismatches(result.outputs).isEmpty)
        #expect(result.traffic.totalBeats == bound.portBeats)
        #expect(Double(result.cycles) <= point.limit(bound.cycles), "\(result.cycles) cycles for a bound of \(bound.cycles)")
    }
}
