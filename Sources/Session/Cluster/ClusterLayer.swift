import Configuration
import FixedPoint
import GoldenModel

/// One query row of a group.
public struct ClusterQuery: Sendable {
    /// [headSize], 12 bits signed.
    public let codes: [Int16]
    public let scale: ScoreScale
    /// Only of dense lanes.
    public let sink: AttentionSink?
    /// What lanes that prune leave out.
    public let pruning: PruningSettings
    /// For lanes that prune: the tokens whose positions the context counts, ascending; nil: position t is token t.
    public internal(set) var list: [Int]?

    public init(
        codes: [Int16], scale: ScoreScale, sink: AttentionSink? = nil, pruning: PruningSettings = .dense, list: [Int]? = nil
    ) {
        self.codes = codes
        self.scale = scale
        self.sink = sink
        self.pruning = pruning
        self.list = list
    }

    /// As a lane that prunes takes it, over the keys and values of its head.
    func row(over codes: HeadCodes, context: Int) -> SpAttenRow {
        SpAttenRow(query: self.codes, keys: codes.keys, values: codes.values, list: list, end: context, scale: scale)
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
    /// Keys of each sequence; with kept lists, their entries.
    public let contexts: [Int]
    /// Of head 0 of each sequence, and the bytes from a head's planes to those of the next.
    let addresses: [PlaneAddresses]
    let strides: PlaneAddresses
    /// As rows are numbered.
    var queries: [ClusterQuery]
    let expected: [[Int16]]
    /// What the golden lane that prunes makes of each row; none if lanes do not prune.
    let pruned: [SpAttenResult]
    /// Which rows of a workload's layer they are, [heads x rows]; none if they are of no workload.
    let workloadRows: [Int]

    /// Byte addresses of the three planes, or distances of such.
    struct PlaneAddresses: Sendable {
        var keyMSB = 0, keyLSB = 0, value = 0
    }

    public var rowCount: Int { queries.count }

    /// The number of an output's first row.
    func firstRow(head: Int, sequence: Int) -> Int { (head * contexts.count + sequence) * rows }
}

/// Planes laid out for a cluster: all MSB planes head by head, then all LSB planes, then all values, so that the strides differ.
private struct PlacedPlanes {
    /// Of head 0 of each sequence.
    let addresses: [ClusterLayer.PlaneAddresses]
    let strides: ClusterLayer.PlaneAddresses

    /// - Parameter planes: Of each head's sequences.
    init(_ planes: [[KeyValuePlanes]], in image: inout MemoryImage) {
        func place(_ bytes: (KeyValuePlanes) -> [UInt8]) -> (first: [Int], stride: Int) {
            let addresses = planes.map { $0.map { image.place(bytes($0)) } }
            return (addresses[0], addresses.count > 1 ? addresses[1][0] - addresses[0][0] : 0)
        }
        let keyMSB = place(\.keyMSB.bytes), keyLSB = place { $0.keyLSB?.bytes ?? [] }, value = place(\.value.bytes)
        addresses = planes[0].indices.map {
            ClusterLayer.PlaneAddresses(keyMSB: keyMSB.first[$0], keyLSB: keyLSB.first[$0], value: value.first[$0])
        }
        strides = ClusterLayer.PlaneAddresses(keyMSB: keyMSB.stride, keyLSB: keyLSB.stride, value: value.stride)
    }
}

extension KeyValuePlanes {
    fileprivate init(_ codes: HeadCodes, headSize: Int, _ settings: RowSettings) throws(PackingError) {
        try self.init(
            keys: codes.keys, values: codes.values, headSize: headSize, keyFormat: settings.keyFormat,
            valueFormat: settings.valueFormat)
    }
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
        workloadRows = []
        let contexts = codes.indices.map { queries[$0 * rows].list?.count ?? codes[$0][0].keys.count / lane.headSize }
        precondition(
            queries.enumerated().allSatisfy { $1.list == nil || $1.list?.count == contexts[$0 / rows % codes.count] },
            "the lists of a sequence are of one length")
        self.contexts = contexts

        let shared = codes.allSatisfy { $0.count == 1 }
        precondition(shared || codes.allSatisfy { $0.count == heads }, "all sequences share their heads or none does")
        let placed = PlacedPlanes(
            try (0..<(shared ? 1 : heads)).map { head in
                try codes.map { try KeyValuePlanes($0[head], headSize: lane.headSize, settings) }
            }, in: &image)
        (addresses, strides) = (placed.addresses, placed.strides)

        @Sendable func row(_ number: Int) -> (query: ClusterQuery, codes: HeadCodes, context: Int) {
            let sequence = number / rows % codes.count, head = number / rows / codes.count
            return (queries[number], codes[sequence][shared ? 0 : head], contexts[sequence])
        }
        if let spAtten = configuration.spAtten {
            pruned = try concurrentMap(count: queries.count) { number in
                let (query, codes, context) = row(number)
                return try SpAttenLane(configuration: spAtten, settings: settings, pruning: query.pruning)
                    .run(query.row(over: codes, context: context))
            }
            expected = pruned.map(\.outputs)
            return
        }
        pruned = []
        let golden = try Lane(configuration: lane, settings: settings)
        expected = try concurrentMap(count: queries.count) { number in
            let (query, codes, context) = row(number)
            let result = try golden.run(LaneRow(
                query: query.codes, keys: codes.keys, values: codes.values, keyCount: context, scale: query.scale))
            guard let sink = query.sink else { return result.outputs }
            return Normalizer.outputs(
                MergeUnit.merge(result.state, sink.state(headSize: lane.headSize)), valueFormat: settings.valueFormat)
        }
    }
}

extension ClusterConfiguration {
    /// Rows of a group of query heads that a launch takes at once: lanes that prune take them one by one.
    func residentGroup(_ group: Int) -> Int { spAtten == nil ? group : 1 }
}

extension ClusterLayer {
    /// Rows of a workload's layers: every one is a sequence of its own, over planes that all of them share.
    ///
    /// - Parameters:
    ///   - expected: Of all rows of the layer, [heads x rows].
    ///   - pruned: The same from lanes that prune; none from others.
    ///   - pruning: What lanes that prune leave out.
    /// - Returns: The rows in parts that a launch can take. A lane that prunes takes rows one by one: those of a group go into
    ///   launches of their own.
    static func parts(
        of layer: QuantizedLayer, on configuration: ClusterConfiguration, settings: RowSettings, expected: [LaneResult],
        pruned: [SpAttenResult] = [], pruning: PruningSettings = .dense, in image: inout MemoryImage
    ) throws -> [ClusterLayer] {
        let group = layer.heads / layer.kvHeads, resident = configuration.residentGroup(group)
        precondition(resident <= configuration.lane.residentRows && layer.kvHeads <= ClusterConfiguration.maximumHeads, "the workload was checked")
        try configuration.lane.validate(settings)
        let placed = PlacedPlanes(
            try layer.keyValues.map {
                [try KeyValuePlanes(HeadCodes(keys: $0.keys, values: $0.values), headSize: layer.headSize, settings)]
            }, in: &image)
        func part(rows: Range<Int>, members: Range<Int>) -> ClusterLayer {
            let numbers = (0..<layer.kvHeads).flatMap { head in
                rows.flatMap { row in members.map { (head * group + $0) * layer.rows + row } }
            }
            return ClusterLayer(
                settings: settings, rows: members.count, heads: layer.kvHeads, contexts: rows.map { layer.lengths[$0] },
                addresses: [PlaneAddresses](repeating: placed.addresses[0], count: rows.count), strides: placed.strides,
                queries: numbers.map {
                    ClusterQuery(codes: layer.queries[$0].codes, scale: layer.queries[$0].scoreScale, pruning: pruning)
                },
                expected: numbers.map { expected[$0].outputs }, pruned: pruned.isEmpty ? [] : numbers.map { pruned[$0] },
                workloadRows: numbers)
        }
        return stride(from: 0, to: layer.rows, by: ClusterConfiguration.maximumSequences).flatMap { first in
            let rows = first..<min(first + ClusterConfiguration.maximumSequences, layer.rows)
            return stride(from: 0, to: group, by: resident).map { part(rows: rows, members: $0..<$0 + resident) }
        }
    }
}
