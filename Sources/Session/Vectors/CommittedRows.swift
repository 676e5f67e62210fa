import Configuration
import FixedPoint
import GoldenModel
import SeededRandom
import Workloads

extension CheckedProgram {
    /// The rows of `Testbenches/lane-d64`, few and short enough for Icarus to take ten seconds.
    ///
    /// Each key and each value format, each tile size, and contexts around the ends of a tile; then the largest
    /// magnitudes there are; then rows of `workload`, which is the fixture.
    package static func committed(lane: LaneConfiguration, workload: AttentionWorkload) throws -> CheckedProgram {
        var rows = CheckedProgram(lane: lane)
        var generator = SeededGenerator(seed: 0, name: "Testbenches/lane-d64")
        let random: [(keys: Int, keyBits: String, valueBits: String, tileKeys: Int)] = [
            (0, "8+4", "12", 128), (1, "3+5", "4", 128), (2, "8+0", "6", 1024), (127, "4+4", "8", 128),
            (128, "6+4", "4", 128), (129, "3+5", "12", 128), (0, "4+0", "6", 512), (255, "4+0", "8", 256),
            (256, "6+0", "8", 256), (257, "4+4", "6", 256), (64, "12+0", "12", 1024), (1, "12+0", "8", 256),
            (513, "4+0", "4", 512), (200, "8+0", "8", 128), (3, "6+0", "4", 128),
        ]
        for row in random {
            let settings = RowSettings(
                tileKeys: row.tileKeys, keyFormat: try KeyFormat(row.keyBits), valueFormat: try ValueFormat(row.valueBits))
            try rows.append(try randomRow(row.keys, lane.headSize, settings, &generator), settings: settings)
        }
        try rows.appendLargestMagnitudes(lane: lane)
        for (layer, head, keys, keyBits, valueBits) in [
            (0, 0, 48, "8+4", "12"), (5, 1, 130, "4+4", "8"), (11, 3, 64, "8+0", "8"),
        ] {
            let settings = RowSettings(
                tileKeys: 128, keyFormat: try KeyFormat(keyBits), valueFormat: try ValueFormat(valueBits))
            guard let layer = workload.layers.first(where: { $0.index == layer }) else {
                preconditionFailure("the fixture has no layer \(layer)")
            }
            try rows.append(
                try layer.row(0, head: head, keys: keys, settings: settings, softmaxScale: workload.softmaxScale),
                settings: settings)
        }
        return rows
    }

    /// Scores at both ends of their range, far beyond where they saturate, over values at both ends of theirs.
    private mutating func appendLargestMagnitudes(lane: LaneConfiguration) throws {
        let settings = RowSettings(tileKeys: 128, keyFormat: try KeyFormat("12+0"), valueFormat: try ValueFormat("12"))
        let lowest = Int16(settings.keyFormat.codeRange.lowerBound)
        let highest = Int16(settings.keyFormat.codeRange.upperBound)
        let largestScale = try ScoreScale(mantissa: (1 << NumericFormats.scaleMantissaBits) - 1, shift: 0)
        func rows(_ codes: [Int16]) -> [Int16] { codes.flatMap { [Int16](repeating: $0, count: lane.headSize) } }
        for (scores, values) in [([lowest, highest, 0], [lowest, highest, 0]), ([highest, highest], [highest, lowest])] {
            let row = LaneRow(
                query: [Int16](repeating: lowest, count: lane.headSize), keys: rows(scores), values: rows(values),
                keyCount: scores.count, scale: largestScale)
            try append(row, settings: settings)
        }
    }
}

extension AttentionLayer {
    /// A query row over the first `keys` keys, quantized as a prompt.
    func row(_ row: Int, head: Int, keys keyCount: Int, settings: RowSettings, softmaxScale: Double) throws -> LaneRow {
        let first = keyRange(kvHead: kvHead(ofHead: head), key: 0).lowerBound
        let elements = first..<first + keyCount * headSize
        let quantizer = HostQuantizer(keyFormat: settings.keyFormat, valueFormat: settings.valueFormat)
        let quantized = try quantizer.quantize(
            keys: Array(key[elements]), values: Array(value[elements]), headSize: headSize)
        let query = try quantized.scales.encodeQuery(
            Array(query[queryRange(head: head, row: row)]), softmaxScale: softmaxScale)
        return LaneRow(
            query: query.codes, keys: quantized.keys, values: quantized.values, keyCount: keyCount, scale: query.scoreScale)
    }
}
