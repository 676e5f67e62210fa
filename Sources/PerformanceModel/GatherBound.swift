import Configuration

/// What gathered reads of one plane could take at best, and what they ask the memory for.
///
/// `bound = max(beats of the busiest channel, cycles of the array)`. A sector is read once for neighbouring tokens; in a
/// channel, sectors with consecutive addresses are read by one request, up to the next multiple of `burstBeats` beats and
/// within blocks of `blockKeys` list positions.
public struct GatherBound: Hashable, Sendable {
    public static let burstBeats = 16
    public static let blockKeys = RowSettings.tileSizes[0]

    public let configuration: SpAttenConfiguration
    /// Sectors read, by channel.
    public private(set) var beats: [Int]
    /// Requests made, by channel.
    public private(set) var requests: [Int]
    /// Rows of the plane.
    public private(set) var rows = 0

    public init(configuration: SpAttenConfiguration) {
        self.configuration = configuration
        beats = [Int](repeating: 0, count: configuration.channels)
        requests = beats
    }

    /// Adds a row of attention.
    ///
    /// - Parameters:
    ///   - tokens: ascending.
    ///   - positions: of the tokens in the row's list; nil: token t has position t.
    ///   - address: byte address of the plane, a multiple of the port's width.
    ///   - bits: of an element.
    public mutating func addRow(tokens: [Int], positions: [Int]? = nil, address: Int = 0, bits: Int) {
        rows += tokens.count
        let rowBytes = configuration.lane.headSize * bits / 8
        guard rowBytes > 0 else { return }
        // Of each channel: the sector that would continue its burst.
        var next = [Int?](repeating: nil, count: configuration.channels)
        var unread = 0, block = 0
        for (index, token) in tokens.enumerated() {
            let itsBlock = (positions?[index] ?? token) / Self.blockKeys
            if itsBlock != block { next = next.map { _ in nil } }
            block = itsBlock
            let start = address + token * rowBytes, end = start + rowBytes
            let sectors = max(unread, start / configuration.sectorBytes)..<(end + configuration.sectorBytes - 1) / configuration.sectorBytes
            unread = sectors.upperBound
            for sector in sectors {
                let (local, channel) = sector.quotientAndRemainder(dividingBy: configuration.channels)
                beats[channel] += 1
                if next[channel] != local || local % Self.burstBeats == 0 { requests[channel] += 1 }
                next[channel] = local + 1
            }
        }
    }

    /// Cycles of the array that takes the vectors.
    public var arrayCycles: Int { rows * configuration.lane.steps }
    /// Cycles below which no schedule gets.
    public var cycles: Int { max(beats.max()!, arrayCycles) }
    public var totalRequests: Int { requests.reduce(0, +) }
}
