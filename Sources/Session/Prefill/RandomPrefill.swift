import Configuration
import FixedPoint
import SeededRandom

extension CheckedPrefill {
    /// Appends groups of 1 ... `residentRows` rows until there are `rows` of them, each group over a head of its own, drawn
    /// from all codes its formats have.
    ///
    /// Every key and value format and tile size in turn, and every kind of mask: all keys, causal, sliding windows around the
    /// ends of tiles, and ragged: rows that begin and end anywhere, some apart from all others, some without a key. The
    /// spread of the scores goes from flat rows to single winners.
    public mutating func appendRandomGroups(
        rows: Int, maximumKeys: Int, generator: inout SeededGenerator
    ) throws {
        let settings = RowSettings.all.filter { configuration.tileSizes.contains($0.tileKeys) }
        let headSize = configuration.lane.headSize
        let before = rowCount
        // A stride that is coprime to their number: few groups meet many of them.
        var index = generator.below(settings.count)
        while rowCount < before + rows {
            let settings = settings[index % settings.count]
            index += 37
            let most = min(configuration.residentRows, before + rows - rowCount)
            let count = generator.below(2) == 0 ? most : 1 + generator.below(most)
            let ranges = Self.randomRanges(count, settings.tileKeys, maximumKeys, &generator)
            let keys = ranges.map(\.upperBound).max() ?? 0
            let head = try place(
                keys: generator.uniformCodes(keys * headSize, bits: settings.keyFormat.bits),
                values: generator.uniformCodes(keys * headSize, bits: settings.valueFormat.bits),
                keyFormat: settings.keyFormat, valueFormat: settings.valueFormat)
            // Standard deviation of a sum of products of two uniform codes.
            let deviation = Double(headSize).squareRoot() * Double(1 << (NumericFormats.queryBits + settings.keyFormat.bits)) / 12
            try appendGroup(
                ranges.map { range in
                    let query = generator.uniformCodes(headSize, bits: NumericFormats.queryBits)
                    let spread = [0.05, 0.5, 1, 2, 4, 8, 16, 64][generator.below(8)]
                    // Any two numbers that do not ascend make an empty row.
                    let end = range.isEmpty ? generator.below(range.lowerBound + 1) : range.upperBound
                    return Row(query: query, first: range.lowerBound, end: end, scale: try ScoreScale(real: spread / deviation))
                }, tileKeys: settings.tileKeys, over: head)
        }
    }

    private static func randomRanges(
        _ rows: Int, _ tileKeys: Int, _ maximumKeys: Int, _ generator: inout SeededGenerator
    ) -> [Range<Int>] {
        // About half of the contexts end next to a tile's end.
        let edges = [rows, tileKeys - 1, tileKeys, tileKeys + 1, 2 * tileKeys, 2 * tileKeys + 3].filter { (rows...maximumKeys).contains($0) }
        let context = generator.below(2) == 0 ? edges[generator.below(edges.count)] : rows + generator.below(maximumKeys - rows + 1)
        let mask: PrefillMask
        switch generator.below(5) {
        case 0: mask = .full
        case 1: mask = .causal
        case 2: mask = .window(1 + generator.below(context))
        case 3: mask = .window(tileKeys - 1 + generator.below(3))
        default:
            return (0..<rows).map { _ in
                let first = generator.below(context)
                return first..<first + (generator.below(4) == 0 ? 0 : generator.below(context - first + 1))
            }
        }
        return (0..<rows).map { mask.range(row: $0, rows: rows, context: context) }
    }
}
