import Configuration
import FixedPoint
import GoldenModel
import SeededRandom

/// A lane program together with what the golden model makes of it.
public struct CheckedProgram: Sendable {
    public private(set) var program = LaneProgram()
    /// One row of `headSize` outputs a job.
    public private(set) var expected: [[Int16]] = []
    private let lane: LaneConfiguration

    public init(lane: LaneConfiguration) { self.lane = lane }

    /// Appends a row with planes of its own.
    public mutating func append(_ row: LaneRow, settings: RowSettings) throws {
        let planes = try KeyValuePlanes(
            keys: row.keys, values: row.values, headSize: lane.headSize,
            keyFormat: settings.keyFormat, valueFormat: settings.valueFormat)
        try append(row, tileKeys: settings.tileKeys, over: place(planes))
    }

    /// Lays planes that several rows share.
    public mutating func place(_ planes: KeyValuePlanes) -> MemoryImage.Placement { program.place(planes) }

    /// Appends a row over placed planes, which hold the row's keys and values.
    public mutating func append(_ row: LaneRow, tileKeys: Int, over placement: MemoryImage.Placement) throws {
        program.append(query: row.query, keyCount: row.keyCount, scale: row.scale, tileKeys: tileKeys, over: placement)
        let settings = program.jobs[program.jobs.count - 1].settings
        expected.append(try Lane(configuration: lane, settings: settings).run(row).outputs)
    }

    /// Appends one row for each of `settings`, drawn from all codes the formats have.
    ///
    /// Half the contexts lie at the edges (none, one key, about one tile, about two), the others anywhere up to
    /// `maximumKeys`. The spread of the scores goes from flat rows to single winners.
    public mutating func appendRandomRows(
        settings: [RowSettings], maximumKeys: Int, generator: inout SeededGenerator
    ) throws {
        for settings in settings {
            let tile = settings.tileKeys
            let edges = [0, 1, 2, 3, tile - 1, tile, tile + 1, 2 * tile - 1, 2 * tile + 1].filter { $0 <= maximumKeys }
            let keyCount = generator.below(2) == 0 ? edges[generator.below(edges.count)] : generator.below(maximumKeys + 1)
            try append(Self.randomRow(keyCount, lane.headSize, settings, &generator), settings: settings)
        }
    }

    /// A row of codes of the formats' whole range; the spread of the scores goes from flat to a single winner.
    static func randomRow(
        _ keyCount: Int, _ headSize: Int, _ settings: RowSettings, _ generator: inout SeededGenerator
    ) throws -> LaneRow {
        let keyBits = settings.keyFormat.bits
        let keys = generator.uniformCodes(keyCount * headSize, bits: keyBits)
        let values = generator.uniformCodes(keyCount * headSize, bits: settings.valueFormat.bits)
        let query = generator.uniformCodes(headSize, bits: NumericFormats.queryBits)
        // Standard deviation of a sum of products of two uniform codes.
        let deviation = Double(headSize).squareRoot() * Double(1 << (NumericFormats.queryBits + keyBits)) / 12
        let spread = [0.05, 0.5, 1, 2, 4, 8, 16, 64][generator.below(8)]
        return LaneRow(query: query, keys: keys, values: values, keyCount: keyCount,
                       scale: try ScoreScale(real: spread / deviation))
    }

    /// Rows whose outputs differ, with the first element that does.
    public func mismatches(_ outputs: [[Int16]]) -> [(row: Int, element: Int, expected: Int16, seen: Int16)] {
        zip(expected, outputs).enumerated().compactMap { row, pair in
            guard let element = pair.0.indices.first(where: { pair.0[$0] != pair.1[$0] }) else { return nil }
            return (row, element, pair.0[element], pair.1[element])
        }
    }
}
