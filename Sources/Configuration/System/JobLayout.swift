/// A field of a record in memory: bits of consecutive little-endian 32-bit words.
public struct LayoutField: Hashable, Sendable {
    /// In snake case.
    public let name: String
    /// The first word, from 0.
    public let word: Int
    /// Within that word; up to 64 bits from bit 0 on go on in the next word.
    public let low, width: Int
    public let isSigned: Bool
    public let description: String

    /// A whole word.
    init(_ name: String, _ word: Int, signed: Bool = false, _ description: String) {
        self.init(name, word, 0...31, signed: signed, description)
    }

    init(_ name: String, _ word: Int, _ bits: ClosedRange<Int>, signed: Bool = false, _ description: String) {
        self.name = name
        self.word = word
        (low, width) = (bits.lowerBound, bits.count)
        isSigned = signed
        self.description = description
    }

    /// Of a bit of the record.
    public var firstBit: Int { 32 * word + low }
}

/// A record that the accelerator and its driver exchange in memory: normative together with Docs/memory-layout.md.
public struct RecordLayout: Hashable, Sendable {
    /// In snake case.
    public let name: String
    public let words: Int
    public let fields: [LayoutField]

    public var bytes: Int { 4 * words }

    /// - Precondition: there is such a field.
    public subscript(name: String) -> LayoutField {
        guard let field = fields.first(where: { $0.name == name }) else { preconditionFailure("\(self.name) has no field \(name)") }
        return field
    }
}

extension RecordLayout {
    /// What word 0 of a job descriptor holds: "LJ" and the version of the layout.
    public static let descriptorMagic = 0x4C4A_0001
    /// What word 0 of a completion record holds: "LC" and the version of the layout.
    public static let completionMagic = 0x4C43_0001
    /// Ring slots and descriptors, tables, lists, states and outputs begin at multiples of this, in bytes.
    public static let alignment = 64
    /// A slot of the ring, in bytes: a descriptor and a rest that is not read.
    public static let ringSlotBytes = 256

    /// One layer of one sequence: its rows, one a head.
    public static let jobDescriptor = RecordLayout(name: "job_descriptor", words: 48, fields: [
        LayoutField("magic", 0, "0x4c4a0001: layout version 1"),
        LayoutField("begins_iteration", 1, 0...0, "the first layer of an iteration of the cascade"),
        LayoutField("new_sequence", 1, 1...1, "the iteration begins a sequence: importances from 0"),
        LayoutField("direct", 1, 2...2, "rows without the cascade: no importance, nothing pruned but by the list that is given"),
        LayoutField("given_list", 1, 3...3, "a direct job's rows see the tokens of the list at list_address"),
        LayoutField("restores_state", 1, 4...4, "before the iteration the sequence's state comes from state_address"),
        LayoutField("saves_state", 1, 5...5, "after the iteration's last layer the state goes to state_address"),
        LayoutField("writes_list", 1, 6...6, "the list that this layer selects goes to kept_address"),
        LayoutField("interrupts", 1, 7...7, "sets job_done when the job is done"),
        LayoutField("renormalise", 1, 8...8, "the weight sum has the weights of kept values only"),
        LayoutField("next", 2, 0...63, "the next descriptor of the chain; 0: none"),
        LayoutField("completion_address", 4, 0...63, "where the completion record goes; 0: nowhere"),
        LayoutField("job_id", 6, "comes back in the completion record and with an error"),
        LayoutField("context", 7, "tokens of the sequence; of a direct job the rows' keys, unless a list is given"),
        LayoutField("heads", 8, 0...7, "rows of the job, one a head"),
        LayoutField("layers", 8, 8...15, "of an iteration"),
        LayoutField("slot", 8, 16...19, "which of the sequences that are held on chip, below `geometry.slots`"),
        LayoutField("key_msb_bits", 9, 0...3, "bits of an element of the key MSB plane"),
        LayoutField("key_lsb_bits", 9, 4...7, "of the key LSB plane; 0: there is none"),
        LayoutField("value_bits", 9, 8...11, "of the value plane"),
        LayoutField("tile_size", 9, 12...14, "place among the tile sizes"),
        LayoutField("refine", 9, 16...17, "place among always, never, paper, perKey"),
        LayoutField("value_rule", 9, 18...19, "0 all, 1 fraction, 2 threshold"),
        LayoutField("importance_mode", 9, 20...21, "place among sum, age, decay"),
        LayoutField("confidence", 10, "probability, 24 fractional bits"),
        LayoutField("value_limit", 11, "of the value rule: 16 or 24 fractional bits"),
        LayoutField("sink", 12, "first tokens that are never pruned"),
        LayoutField("recent", 13, "last tokens that are never pruned"),
        LayoutField("token_unpruned", 14, 0...7, "first layers that keep all tokens"),
        LayoutField("head_unpruned", 14, 8...15, "first layers that keep all heads"),
        LayoutField("token_start", 15, "keep ratio of the first pruned layer, 16 fractional bits"),
        LayoutField("token_step", 16, signed: true, "what a layer adds to it"),
        LayoutField("head_start", 17, "keep ratio of heads, likewise"),
        LayoutField("head_step", 18, signed: true, "what a layer adds to it"),
        LayoutField("list_entries", 19, "tokens of the given list"),
        LayoutField("head_table", 20, 0...63, "the head records"),
        LayoutField("head_stride", 22, "bytes from a head's record to the next"),
        LayoutField("output_stride", 23, "bytes from a head's output to the next"),
        LayoutField("key_msb_address", 24, 0...63, "plane of head 0"),
        LayoutField("key_lsb_address", 26, 0...63, "plane of head 0"),
        LayoutField("value_address", 28, 0...63, "plane of head 0"),
        LayoutField("key_msb_stride", 30, "bytes from a head's plane to the next"),
        LayoutField("key_lsb_stride", 31, "bytes from a head's plane to the next"),
        LayoutField("value_stride", 32, "bytes from a head's plane to the next"),
        LayoutField("state_tokens", 33, "tokens of the state that is restored"),
        LayoutField("output_address", 34, 0...63, "the output of head 0"),
        LayoutField("region_first", 36, 0...63, "first byte that the job may write"),
        LayoutField("region_last", 38, 0...63, "last byte that the job may write"),
        LayoutField("list_address", 40, 0...63, "the given list"),
        LayoutField("state_address", 42, 0...63, "the sequence's state"),
        LayoutField("kept_address", 44, 0...63, "where the selected list goes"),
    ])

    /// What is written when a job is done.
    public static let completionRecord = RecordLayout(name: "completion_record", words: 8, fields: [
        LayoutField("magic", 0, "0x4c430001: layout version 1"),
        LayoutField("job_id", 1, "of the descriptor"),
        LayoutField("rows", 2, 0...15, "rows computed"),
        LayoutField("skipped_rows", 2, 16...31, "rows of pruned heads, whose outputs are zeros"),
        LayoutField("faulty_rows", 3, 0...15, "rows whose list or range was none"),
        LayoutField("kept_tokens", 4, "entries of the list that the layer has selected; 0: none was"),
        LayoutField("unrefined_mass", 5, "largest of the rows, 14 fractional bits"),
        LayoutField("dropped_mass", 6, "largest of the rows, 14 fractional bits"),
        LayoutField("cycles", 7, "from the job's first row to this record, modulo 2^32"),
    ])

    /// What comes before a head's query in its record.
    public static let headRecord = RecordLayout(name: "head_record", words: 4, fields: [
        LayoutField("scale_mantissa", 0, "score scale"),
        LayoutField("scale_shift", 1, 0...15, "score scale"),
        LayoutField("head_scale", 1, 16...31, "in proportion to the head's value scale, 16 fractional bits"),
    ])

    /// Bytes of a head record with its query of `headSize` 16-bit elements, up to the next multiple of 64.
    public static func headRecordBytes(headSize: Int) -> Int {
        (headRecord.bytes + 2 * headSize + alignment - 1) / alignment * alignment
    }
}

/// Why the accelerator stopped, as `error_code` says it.
public enum SystemFault: Int, CaseIterable, Sendable {
    case none
    /// A slave answered a read with an error; the address is the burst's.
    case readError
    /// A slave answered a write with an error; the address is the burst's.
    case writeError
    /// A write outside of the job's region; it was not made. The address is its first beat's.
    case outsideRegion
    /// The descriptor has another magic number; the address is the descriptor's.
    case badMagic
    /// A field holds what cannot be; the address is that of its word.
    case badField
    /// An address or a stride is not a multiple of 64, or too high; the address is that of its word.
    case misaligned
    /// The context is over the limit; the address is that of its word.
    case contextLimit
    /// The cascade refused an iteration or a state; the address is the descriptor's.
    case refused
    /// Nothing has moved for as long as the watchdog allows; the address is the descriptor's.
    case watchdog
    /// Units of the accelerator do not agree with one another: a fault of its own.
    case internalFault
}
