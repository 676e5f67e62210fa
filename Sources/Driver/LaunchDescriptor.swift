import Configuration
import FixedPoint

/// One attention layer of many sequences on a cluster: what the accelerator is told of it.
public struct LaunchDescriptor: Hashable, Sendable {
    /// Something of every row of a sequence, at `head * head + row * row` bytes behind what the sequence record says.
    public struct RowStrides: Hashable, Sendable {
        public var head, row: Int

        public init(head: Int, row: Int) { (self.head, self.row) = (head, row) }
    }

    /// Bytes from a head's plane to that of the next.
    public struct PlaneStrides: Hashable, Sendable {
        public var keyMSB, keyLSB, value: Int

        public init(keyMSB: Int, keyLSB: Int, value: Int) { (self.keyMSB, self.keyLSB, self.value) = (keyMSB, keyLSB, value) }
    }

    /// How the tiles are cut into ranges, one a lane (Docs/schedule.md).
    public struct Cut: Hashable, Sendable {
        /// Lanes that take part.
        public var lanes: Int
        public var policy: SchedulePolicy
        /// Chunks of the longest sequence under `fixedSplit`, at least 1.
        public var splits: Int
        /// `streamK` cuts after equal numbers of keys instead of tiles.
        public var byKeys: Bool

        public init(lanes: Int, policy: SchedulePolicy, splits: Int = 1, byKeys: Bool = false) {
            (self.lanes, self.policy, self.splits, self.byKeys) = (lanes, policy, splits, byKeys)
        }
    }

    public var id: UInt32
    public var sequences: Int
    /// Key-value heads.
    public var heads: Int
    /// Query rows that share one.
    public var rows: Int
    public var settings: RowSettings
    public var cut: Cut
    /// Of the sequence records, 64 bytes each.
    public var sequenceTable: Int
    public var planes: PlaneStrides
    /// Of the query records, and of the outputs.
    public var queries, outputs: RowStrides
    /// All that the launch may write.
    public var region: DeviceRegion
    /// Where the completion record goes.
    public var completion: Int?
    public var interrupts: Bool

    public init(
        id: UInt32, sequences: Int, heads: Int, rows: Int, settings: RowSettings, cut: Cut, sequenceTable: Int, planes: PlaneStrides,
        queries: RowStrides, outputs: RowStrides, region: DeviceRegion, completion: Int? = nil, interrupts: Bool = false
    ) {
        (self.id, self.sequences, self.heads, self.rows, self.settings) = (id, sequences, heads, rows, settings)
        (self.cut, self.sequenceTable, self.planes, self.queries, self.outputs) = (cut, sequenceTable, planes, queries, outputs)
        (self.region, self.completion, self.interrupts) = (region, completion, interrupts)
    }

    /// As it lies in memory, without a descriptor behind it.
    ///
    /// Only what no field can hold is refused here; all else the accelerator checks.
    /// - Throws: `unsupported` for a tile size that it does not have, `doesNotFit`.
    public func record(for configuration: LeanSystemConfiguration) throws(DriverError) -> RecordWords {
        var record = RecordWords(.launchDescriptor)
        let tiles = configuration.cluster.lane.tileSizes
        guard let tile = tiles.firstIndex(of: settings.tileKeys) else {
            throw .unsupported(
                what: "a tile of \(settings.tileKeys) keys", remedy: "use one of \(tiles.map(String.init).joined(separator: ", "))")
        }
        let fields: KeyValuePairs = [
            "magic": RecordLayout.launchMagic, "by_keys": cut.byKeys ? 1 : 0, "interrupts": interrupts ? 1 : 0,
            "completion_address": completion ?? 0, "job_id": Int(id), "sequences": sequences, "heads": heads, "rows": rows,
            "lanes": cut.lanes, "key_msb_bits": settings.keyFormat.msbBits, "key_lsb_bits": settings.keyFormat.lsbBits,
            "value_bits": settings.valueFormat.bits, "tile_size": tile, "policy": SchedulePolicy.allCases.firstIndex(of: cut.policy)!,
            "splits": cut.splits, "sequence_table": sequenceTable, "query_stride": queries.row, "query_head_stride": queries.head,
            "output_stride": outputs.row, "output_head_stride": outputs.head, "key_msb_stride": planes.keyMSB,
            "key_lsb_stride": planes.keyLSB, "value_stride": planes.value, "region_first": region.address, "region_last": region.end - 1,
        ]
        for (name, value) in fields { try record.set(name, value) }
        return record
    }
}

/// One sequence of a launch.
public struct SequenceRecord: Hashable, Sendable {
    public var keys: Int
    /// Of head 0; what a format has not means nothing.
    public var keyMSB, keyLSB, value: Int
    /// Of row 0 of head 0.
    public var queries, output: Int

    public init(keys: Int, keyMSB: Int, keyLSB: Int, value: Int, queries: Int, output: Int) {
        (self.keys, self.keyMSB, self.keyLSB, self.value) = (keys, keyMSB, keyLSB, value)
        (self.queries, self.output) = (queries, output)
    }

    /// As it lies in memory.
    public func bytes() throws(DriverError) -> [UInt8] {
        var record = RecordWords(.sequenceRecord)
        let fields: KeyValuePairs = [
            "keys": keys, "key_msb_address": keyMSB, "key_lsb_address": keyLSB, "value_address": value, "query_table": queries,
            "output_address": output,
        ]
        for (name, value) in fields { try record.set(name, value) }
        return record.bytes
    }
}

/// One query row of a launch.
public struct QueryRecord: Hashable, Sendable {
    /// A weight without a value that the row has besides its keys: `weight * 2^(reference - 20)`.
    public struct Sink: Hashable, Sendable {
        /// Signed 12 bits.
        public var reference: Int
        /// 2^19 to 2^20.
        public var weight: Int

        public init(reference: Int, weight: Int) { (self.reference, self.weight) = (reference, weight) }
    }

    /// [headSize], 12 bits signed.
    public var query: [Int16]
    public var scale: ScoreScale
    public var sink: Sink?

    public init(query: [Int16], scale: ScoreScale, sink: Sink? = nil) { (self.query, self.scale, self.sink) = (query, scale, sink) }

    /// As it lies in memory, with zeros up to a multiple of 64.
    public func bytes() throws(DriverError) -> [UInt8] {
        var record = RecordWords(.queryRecord)
        let fields: KeyValuePairs = [
            "scale_mantissa": scale.mantissa, "scale_shift": scale.shift, "has_sink": sink == nil ? 0 : 1,
            "sink_reference": sink?.reference ?? 0, "sink_weight": sink?.weight ?? 0,
        ]
        for (name, value) in fields { try record.set(name, value) }
        return record.bytes(with: query)
    }
}

extension RecordWords {
    /// As it lies in memory, with elements of 16 bits behind it and zeros up to a multiple of 64.
    func bytes(with elements: [Int16]) -> [UInt8] {
        let all = bytes + elements.flatMap(\.littleEndianBytes)
        return all + [UInt8](repeating: 0, count: DeviceAllocator.rounded(all.count) - all.count)
    }
}
