extension RecordLayout {
    /// What word 0 of a launch descriptor holds: "LL" and the version of the layout.
    public static let launchMagic = 0x4C4C_0001

    /// One layer of many sequences on a cluster. What a job descriptor has too lies where it has it.
    public static let launchDescriptor = RecordLayout(name: "launch_descriptor", words: 48, fields: [
        LayoutField("magic", 0, "0x4c4c0001: layout version 1"),
        LayoutField("by_keys", 1, 0...0, "the policy stream-k cuts after equal numbers of keys instead of tiles"),
        LayoutField("interrupts", 1, 7...7, "sets job_done when the launch is done"),
        LayoutField("next", 2, 0...63, "the next descriptor of the chain; 0: none"),
        LayoutField("completion_address", 4, 0...63, "where the completion record goes; 0: nowhere"),
        LayoutField("job_id", 6, "comes back in the completion record and with an error"),
        LayoutField("sequences", 7, "1 to 256"),
        LayoutField("heads", 8, 0...15, "key-value heads, 1 to 256"),
        LayoutField("rows", 8, 16...23, "query rows that share a key-value head, from 1"),
        LayoutField("lanes", 8, 24...31, "that take part, from 1"),
        LayoutField("key_msb_bits", 9, 0...3, "bits of an element of the key MSB plane"),
        LayoutField("key_lsb_bits", 9, 4...7, "of the key LSB plane; 0: there is none"),
        LayoutField("value_bits", 9, 8...11, "of the value plane"),
        LayoutField("tile_size", 9, 12...14, "place among the tile sizes"),
        LayoutField("policy", 9, 16...17, "place among perHead, fixedSplit, streamK, auto"),
        LayoutField("splits", 9, 24...31, "chunks of the longest sequence under fixedSplit"),
        LayoutField("sequence_table", 20, 0...63, "the sequence records, one behind another"),
        LayoutField("query_stride", 22, "bytes from a row's query record to that of the next row of its group"),
        LayoutField("output_stride", 23, "bytes from a row's output to that of the next row of its group"),
        LayoutField("query_head_stride", 24, "bytes from a group's first query record to that of the next head"),
        LayoutField("output_head_stride", 25, "bytes from a group's first output to that of the next head"),
        LayoutField("key_msb_stride", 30, "bytes from a head's plane to the next"),
        LayoutField("key_lsb_stride", 31, "bytes from a head's plane to the next"),
        LayoutField("value_stride", 32, "bytes from a head's plane to the next"),
        LayoutField("region_first", 36, 0...63, "first byte that the launch may write"),
        LayoutField("region_last", 38, 0...63, "last byte that the launch may write"),
    ])

    /// One sequence of a launch.
    public static let sequenceRecord = RecordLayout(name: "sequence_record", words: 16, fields: [
        LayoutField("keys", 0, "the context: 0 to the limit"),
        LayoutField("key_msb_address", 2, 0...63, "plane of head 0"),
        LayoutField("key_lsb_address", 4, 0...63, "plane of head 0"),
        LayoutField("value_address", 6, 0...63, "plane of head 0"),
        LayoutField("query_table", 8, 0...63, "query record of row 0 of head 0"),
        LayoutField("output_address", 10, 0...63, "output of row 0 of head 0"),
    ])

    /// What comes before a row's query in its record: as long as a head record, so ``headRecordBytes(headSize:)`` holds for both.
    public static let queryRecord = RecordLayout(name: "query_record", words: 4, fields: [
        LayoutField("scale_mantissa", 0, "score scale"),
        LayoutField("scale_shift", 1, 0...15, "score scale"),
        LayoutField("has_sink", 1, 16...16, "the row has an attention sink"),
        LayoutField("sink_reference", 2, 0...11, signed: true, "the sink weighs sink_weight * 2^(sink_reference - 20)"),
        LayoutField("sink_weight", 3, 0...20, "2^19 to 2^20"),
    ])
}
