import Configuration
import FixedPoint
import GoldenModel
import PerformanceModel
import SeededRandom

/// The load that throughput is stated for: rows of one head that all see the same keys.
public enum DenseDecode {
    /// `rows` random queries over `keys` random keys, with the expected outputs and the bound.
    public static func program(
        lane: LaneConfiguration, settings: RowSettings, rows: Int, keys: Int, seed: UInt64 = 1
    ) throws -> (CheckedProgram, LaneBound) {
        var generator = SeededGenerator(seed: seed)
        let keyCodes = generator.uniformCodes(keys * lane.headSize, bits: settings.keyFormat.bits)
        let valueCodes = generator.uniformCodes(keys * lane.headSize, bits: settings.valueFormat.bits)
        let planes = try KeyValuePlanes(
            keys: keyCodes, values: valueCodes, headSize: lane.headSize,
            keyFormat: settings.keyFormat, valueFormat: settings.valueFormat)
        let scale = try ScoreScale(mantissa: 1 << 17, shift: 19 + settings.keyFormat.bits)
        var checked = CheckedProgram(lane: lane)
        var bound = LaneBound(configuration: lane)
        let placement = checked.place(planes)
        for _ in 0..<rows {
            let query = generator.uniformCodes(lane.headSize, bits: NumericFormats.queryBits)
            try checked.append(
                LaneRow(query: query, keys: keyCodes, values: valueCodes, keyCount: keys, scale: scale),
                tileKeys: settings.tileKeys, over: placement)
            bound.addRow(keys: keys, settings: settings)
        }
        return (checked, bound)
    }
}
