import Configuration
import FixedPoint

/// What a lane for prefill could do at best, over the groups of a run.
///
/// `bound = max(port beats, Q.K cycles, P.V cycles)`, in beats actually moved: a tile is read once for a group.
public struct PrefillBound: Hashable, Sendable {
    public let configuration: PrefillConfiguration
    /// Beats of the memory port.
    public private(set) var portBeats = 0
    /// Cycles of the Q.K array; an empty row takes it as long as one key.
    public private(set) var queryKeyCycles = 0
    public private(set) var probabilityValueCycles = 0
    /// Multiplications that the result needs: two a key that a row sees, and element.
    public private(set) var usefulMultiplications = 0

    public init(configuration: PrefillConfiguration) { self.configuration = configuration }

    /// Adds the rows of a group, each by the positions it sees.
    public mutating func addGroup(_ rows: [Range<Int>], settings: RowSettings) {
        let lane = configuration.lane
        let keys = rows.reduce(0) { $0 + $1.count }
        queryKeyCycles += (keys + rows.count { $0.isEmpty }) * lane.steps
        probabilityValueCycles += keys * lane.steps
        usefulMultiplications += 2 * keys * lane.headSize
        for read in Self.reads(rows, settings: settings, configuration) {
            for bits in [settings.keyFormat.msbBits, settings.keyFormat.lsbBits, settings.valueFormat.bits] {
                portBeats += (read.count * lane.headSize * bits + 8 * lane.portBytes - 1) / (8 * lane.portBytes)
            }
        }
    }

    /// The positions that are read for a group, tile by tile: from the first to the last that a row sees, the first brought
    /// down to where a beat of every plane begins.
    static func reads(
        _ rows: [Range<Int>], settings: RowSettings, _ configuration: PrefillConfiguration
    ) -> [Range<Int>] {
        let seen = rows.filter { !$0.isEmpty }
        guard let first = seen.map(\.lowerBound).min(), let end = seen.map(\.upperBound).max() else { return [] }
        let block = 8 * configuration.lane.portBytes / configuration.lane.headSize
        return stride(from: first / settings.tileKeys * settings.tileKeys, to: end, by: settings.tileKeys).compactMap { start in
            let tile = start..<start + settings.tileKeys
            let parts = seen.map { $0.clamped(to: tile) }.filter { !$0.isEmpty }
            guard let first = parts.map(\.lowerBound).min(), let end = parts.map(\.upperBound).max() else { return nil }
            return first / block * block..<end
        }
    }

    /// Cycles below which no schedule gets.
    public var cycles: Int { max(portBeats, queryKeyCycles, probabilityValueCycles) }

    /// The resource that sets `cycles`; the port before the arrays where they tie.
    public var bindingResource: LaneBound.Resource {
        if cycles == portBeats { .memoryPort } else if cycles == queryKeyCycles { .queryKeyArray } else { .probabilityValueArray }
    }

    /// The same, as any lane's.
    public var lane: LaneBound {
        LaneBound(
            configuration: configuration.lane, portBeats: portBeats, queryKeyCycles: queryKeyCycles,
            probabilityValueCycles: probabilityValueCycles, usefulMultiplications: usefulMultiplications)
    }

    /// Share of both arrays' multiplications in `cycles` cycles that the result needs.
    public func utilization(cycles: Int) -> Double {
        Double(usefulMultiplications) / Double(2 * configuration.lane.multipliers * cycles)
    }
}
