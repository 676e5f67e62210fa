import Configuration
import FixedPoint
import GoldenModel

/// One query row of a group.
public struct ClusterQuery: Sendable {
    /// [headSize], 12 bits signed.
    public let codes: [Int16]
    public let scale: ScoreScale
    public let sink: AttentionSink?

    public init(codes: [Int16], scale: ScoreScale, sink: AttentionSink? = nil) {
        self.codes = codes
        self.scale = scale
        self.sink = sink
    }
}

/// Attention of one layer as a cluster gets it: sequences, key-value heads, the query rows that share one; where the planes
/// lie, and what the golden lane makes of every row.
///
/// Rows are numbered head by head, within a head sequence by sequence, within an output row by row.
public struct ClusterLayer: Sendable {
    public let settings: RowSettings
    /// Query rows of a group.
    public let rows: Int
    /// Key-value heads.
    public let heads: Int
    /// Keys of each sequence.
    public let contexts: [Int]
    /// Of head 0 of each sequence, and the bytes from a head's planes to those of the next.
    let addresses: [PlaneAddresses]
    let strides: PlaneAddresses
    /// As rows are numbered.
    let queries: [ClusterQuery]
    let expected: [[Int16]]

    /// Byte addresses of the three planes, or distances of such.
    struct PlaneAddresses: Sendable {
        var keyMSB = 0, keyLSB = 0, value = 0
    }

    public var rowCount: Int { queries.count }

    /// The number of an output's first row.
    func firstRow(head: Int, sequence: Int) -> Int { (head * contexts.count + sequence) * rows }
}

/// Keys and values of one key-value head of one sequence: codes, [keys x headSize] each.
public struct HeadCodes: Sendable {
    public let keys, values: [Int16]

    public init(keys: [Int16], values: [Int16]) {
        self.keys = keys
        self.values = values
    }
}

extension ClusterLayer {
    /// Lays out the planes in `image` and computes the expected rows.
    ///
    /// - Parameters:
    ///   - codes: Of each sequence's heads: `heads` of them, or one that all heads share.
    ///   - queries: As rows are numbered.
    /// - Throws: `PackingError` or `LaneInputError` for codes that their formats do not have.
    init(
        _ configuration: ClusterConfiguration, settings: RowSettings, rows: Int, heads: Int, codes: [[HeadCodes]],
        queries: [ClusterQuery], in image: inout MemoryImage
    ) throws {
        try configuration.lane.validate(settings)
        let lane = configuration.lane.lane
        precondition((1...configuration.lane.residentRows).contains(rows), "a group has 1 ... \(configuration.lane.residentRows) rows")
        precondition(queries.count == heads * codes.count * rows, "a query a row")
        precondition(codes.allSatisfy { [1, heads].contains($0.count) }, "a head's codes each, or one for all")
        (self.settings, self.rows, self.heads, self.queries) = (settings, rows, heads, queries)
        contexts = codes.map { $0[0].keys.count / lane.headSize }

        // All MSB planes head by head, then all LSB planes, then all values: the strides differ.
        let shared = codes.allSatisfy { $0.count == 1 }
        precondition(shared || codes.allSatisfy { $0.count == heads }, "all sequences share their heads or none does")
        let planes = try (0..<(shared ? 1 : heads)).map { head in
            try codes.map {
                try KeyValuePlanes(
                    keys: $0[head].keys, values: $0[head].values, headSize: lane.headSize, keyFormat: settings.keyFormat,
                    valueFormat: settings.valueFormat)
            }
        }
        func place(_ bytes: (KeyValuePlanes) -> [UInt8]) -> (first: [Int], stride: Int) {
            let addresses = planes.map { $0.map { image.place(bytes($0)) } }
            return (addresses[0], addresses.count > 1 ? addresses[1][0] - addresses[0][0] : 0)
        }
        let keyMSB = place(\.keyMSB.bytes), keyLSB = place { $0.keyLSB?.bytes ?? [] }, value = place(\.value.bytes)
        addresses = codes.indices.map {
            PlaneAddresses(keyMSB: keyMSB.first[$0], keyLSB: keyLSB.first[$0], value: value.first[$0])
        }
        strides = PlaneAddresses(keyMSB: keyMSB.stride, keyLSB: keyLSB.stride, value: value.stride)

        let golden = try Lane(configuration: lane, settings: settings)
        let contexts = contexts
        expected = try concurrentMap(count: queries.count) { row in
            let sequence = row / rows % codes.count, head = row / rows / codes.count
            let query = queries[row], own = codes[sequence][shared ? 0 : head]
            let result = try golden.run(LaneRow(
                query: query.codes, keys: own.keys, values: own.values, keyCount: contexts[sequence], scale: query.scale))
            guard let sink = query.sink else { return result.outputs }
            return Normalizer.outputs(
                MergeUnit.merge(result.state, sink.state(headSize: lane.headSize)), valueFormat: settings.valueFormat)
        }
    }
}
