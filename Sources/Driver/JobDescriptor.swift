import Configuration
import FixedPoint

/// One layer of one sequence: what the accelerator is told of it.
public struct JobDescriptor: Hashable, Sendable {
    /// What begins an iteration of the cascade; the jobs of its other layers follow.
    public struct Iteration: Hashable, Sendable {
        public var layers: Int
        /// Importances from 0.
        public var isNewSequence: Bool
        public var settings: CascadeSettings
        public var tokens, heads: KeepRatio

        public init(layers: Int, isNewSequence: Bool, settings: CascadeSettings, tokens: KeepRatio, heads: KeepRatio) {
            self.layers = layers
            self.isNewSequence = isNewSequence
            self.settings = settings
            self.tokens = tokens
            self.heads = heads
        }
    }

    /// Tokens in memory, 32 bits each, ascending.
    public struct TokenList: Hashable, Sendable {
        public var address, entries: Int

        public init(address: Int, entries: Int) {
            self.address = address
            self.entries = entries
        }
    }

    public enum Rows: Hashable, Sendable {
        /// A layer of the cascade: the first of an iteration, or the next.
        case cascade(begins: Iteration?)
        /// By themselves, over the whole context or the tokens of a list.
        case direct(TokenList?)
    }

    /// A sequence's state in memory.
    public struct State: Hashable, Sendable {
        public var address: Int
        /// Of the state that is loaded before the iteration; nil: none is.
        public var restoredTokens: Int?
        /// Whether it is written after the iteration.
        public var isSaved: Bool

        public init(address: Int, restoredTokens: Int?, isSaved: Bool) {
            self.address = address
            self.restoredTokens = restoredTokens
            self.isSaved = isSaved
        }
    }

    /// Of each head something, at `address + head * stride`.
    public struct HeadSpan: Hashable, Sendable {
        public var address, stride: Int

        public init(address: Int, stride: Int) {
            self.address = address
            self.stride = stride
        }
    }

    /// Where keys and values lie.
    public struct Planes: Hashable, Sendable {
        public var keyMSB: HeadSpan
        /// Nil for a format without.
        public var keyLSB: HeadSpan?
        public var value: HeadSpan

        public init(keyMSB: HeadSpan, keyLSB: HeadSpan?, value: HeadSpan) {
            self.keyMSB = keyMSB
            self.keyLSB = keyLSB
            self.value = value
        }
    }

    public var id: UInt32
    public var rows: Rows
    /// Which of the sequences on chip; of direct rows none, 0.
    public var slot: Int
    /// Tokens of the sequence.
    public var context: Int
    public var heads: Int
    public var settings: RowSettings
    public var pruning: PruningSettings
    public var headTable: HeadSpan
    public var planes: Planes
    public var output: HeadSpan
    /// All that the job may write.
    public var region: DeviceRegion
    /// Where the completion record goes.
    public var completion: Int?
    /// Where the list goes that the layer selects.
    public var keptList: Int?
    public var state: State?
    public var interrupts: Bool

    public init(
        id: UInt32, rows: Rows, slot: Int = 0, context: Int, heads: Int, settings: RowSettings, pruning: PruningSettings,
        headTable: HeadSpan, planes: Planes, output: HeadSpan, region: DeviceRegion, completion: Int? = nil, keptList: Int? = nil, state: State? = nil,
        interrupts: Bool = false
    ) {
        (self.id, self.rows, self.slot) = (id, rows, slot)
        (self.context, self.heads, self.settings, self.pruning) = (context, heads, settings, pruning)
        (self.headTable, self.planes, self.output, self.region) = (headTable, planes, output, region)
        (self.completion, self.keptList, self.state, self.interrupts) = (completion, keptList, state, interrupts)
    }

    /// As it lies in memory, without a descriptor behind it.
    ///
    /// Only what no field can hold is refused here; all else the accelerator checks.
    /// - Throws: `unsupported` for a tile size that it does not have, `doesNotFit`.
    public func record(for configuration: SystemConfiguration) throws(DriverError) -> RecordWords {
        var record = RecordWords(.jobDescriptor)
        let tiles = configuration.lane.tileSizes
        guard let tile = tiles.firstIndex(of: settings.tileKeys) else {
            throw .unsupported(
                what: "a tile of \(settings.tileKeys) keys", remedy: "use one of \(tiles.map(String.init).joined(separator: ", "))")
        }
        func set(_ fields: KeyValuePairs<String, Int>) throws(DriverError) {
            for (name, value) in fields { try record.set(name, value) }
        }
        try set([
            "magic": RecordLayout.descriptorMagic, "interrupts": interrupts ? 1 : 0, "job_id": Int(id), "slot": slot,
            "context": context, "heads": heads,
            "key_msb_bits": settings.keyFormat.msbBits, "key_lsb_bits": settings.keyFormat.lsbBits,
            "value_bits": settings.valueFormat.bits, "tile_size": tile,
            "refine": RefineMode.allCases.firstIndex(of: pruning.refine)!, "value_rule": pruning.values.code.rule,
            "value_limit": pruning.values.code.limit, "confidence": pruning.confidence, "renormalise": pruning.renormalise ? 1 : 0,
            "head_table": headTable.address, "head_stride": headTable.stride, "output_address": output.address,
            "output_stride": output.stride, "key_msb_address": planes.keyMSB.address, "key_msb_stride": planes.keyMSB.stride,
            "key_lsb_address": planes.keyLSB?.address ?? 0, "key_lsb_stride": planes.keyLSB?.stride ?? 0,
            "value_address": planes.value.address, "value_stride": planes.value.stride, "region_first": region.address,
            "region_last": region.end - 1, "completion_address": completion ?? 0, "writes_list": keptList == nil ? 0 : 1,
            "kept_address": keptList ?? 0, "restores_state": state?.restoredTokens == nil ? 0 : 1,
            "saves_state": state?.isSaved == true ? 1 : 0, "state_address": state?.address ?? 0, "state_tokens": state?.restoredTokens ?? 0,
        ])
        switch rows {
        case .direct(let list):
            try set([
                "direct": 1, "given_list": list == nil ? 0 : 1, "list_address": list?.address ?? 0, "list_entries": list?.entries ?? 0,
            ])
        case .cascade(begins: nil): break
        case .cascade(begins: .some(let iteration)):
            try set([
                "begins_iteration": 1, "new_sequence": iteration.isNewSequence ? 1 : 0, "layers": iteration.layers,
                "importance_mode": ImportanceMode.allCases.firstIndex(of: iteration.settings.importance)!,
                "sink": iteration.settings.sink, "recent": iteration.settings.recent, "token_unpruned": iteration.tokens.unpruned,
                "token_start": iteration.tokens.start, "token_step": iteration.tokens.step, "head_unpruned": iteration.heads.unpruned,
                "head_start": iteration.heads.start, "head_step": iteration.heads.step,
            ])
        }
        return record
    }
}
