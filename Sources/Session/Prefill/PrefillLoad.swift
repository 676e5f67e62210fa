import Configuration
import FixedPoint
import SeededRandom

/// Which keys the rows of a prompt see.
public enum PrefillMask: Hashable, Sendable, CustomStringConvertible {
    /// All.
    case full
    /// Those up to the row's own.
    case causal
    /// The last so many of those.
    case window(Int)

    /// What row `row` of the last `rows` rows of a context sees.
    public func range(row: Int, rows: Int, context: Int) -> Range<Int> {
        let end = context - rows + row + 1
        return switch self {
        case .full: 0..<context
        case .causal: 0..<end
        case .window(let width): max(0, end - width)..<end
        }
    }

    public var description: String {
        switch self {
        case .full: "full"
        case .causal: "causal"
        case .window(let width): "window\(width)"
        }
    }
}

/// The load that throughput of prefill is stated for: the last `rows` rows of a context of one head, in groups of
/// `residentRows`.
public enum PrefillLoad {
    /// Random rows over random keys, with the expected outputs and the bound.
    public static func program(
        _ configuration: PrefillConfiguration, settings: RowSettings, rows: Int, context: Int, mask: PrefillMask, seed: UInt64 = 1
    ) throws -> CheckedPrefill {
        var generator = SeededGenerator(seed: seed)
        let headSize = configuration.lane.headSize
        var checked = try CheckedPrefill(configuration)
        let head = try checked.place(
            keys: generator.uniformCodes(context * headSize, bits: settings.keyFormat.bits),
            values: generator.uniformCodes(context * headSize, bits: settings.valueFormat.bits),
            keyFormat: settings.keyFormat, valueFormat: settings.valueFormat)
        let scale = try ScoreScale(mantissa: 1 << 17, shift: 19 + settings.keyFormat.bits)
        try checked.append(
            (0..<rows).map { row in
                let range = mask.range(row: row, rows: rows, context: context)
                return CheckedPrefill.Row(
                    query: generator.uniformCodes(headSize, bits: NumericFormats.queryBits), first: range.lowerBound,
                    end: range.upperBound, scale: scale)
            }, tileKeys: settings.tileKeys, over: head)
        return checked
    }
}
