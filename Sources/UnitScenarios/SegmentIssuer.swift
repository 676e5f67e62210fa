import Accelerator
import Configuration
import FixedPoint
import GoldenModel
import SeededRandom
import Verification

/// A segment for the issuer, and the queries that are given for it.
private struct Segment {
    let head, sequence, first, end, rows: Int
    let opens, closes, epoch: Bool
    let tileSize: Int
    let bits, addresses: [Int]
    let queries: [Query]

    struct Query {
        let codes: [Int16]
        let mantissa, shift: Int
        /// Nil: none.
        let sink: AttentionSink?
    }
}

extension UnitScenario {
    /// Groups of every size, with and without sinks; segments of every role, one that has no key among them.
    package static func segmentIssuer(_ prefill: PrefillConfiguration, _ random: SeededGenerator) throws -> UnitScenario {
        let lane = prefill.lane, laneNumber = 37
        var random = random
        let segments = (0..<40).map { index in
            let rows = index % 5 == 4 ? prefill.residentRows : 1 + random.below(prefill.residentRows)
            let first = random.below(lane.maximumContext)
            return Segment(
                head: random.below(ClusterConfiguration.maximumHeads), sequence: random.below(ClusterConfiguration.maximumSequences),
                first: first, end: index % 7 == 0 ? first : first + random.below(lane.maximumContext - first + 1), rows: rows,
                opens: index % 4 < 2, closes: index % 8 < 4, epoch: random.flip(),
                tileSize: random.below(prefill.tileSizes.count), bits: (0..<3).map { _ in random.below(16) },
                addresses: (0..<3).map { _ in Int(random.next() >> 24) },
                queries: (0..<rows).map { _ in
                    Segment.Query(
                        codes: random.codes(lane.headSize, bits: NumericFormats.queryBits), mantissa: random.below(1 << 18),
                        shift: random.below(64),
                        sink: random.flip() ? AttentionSink(logit: Double(random.below(2000) - 1000)) : nil)
                })
        }
        return try UnitScenario(Accelerator.SegmentIssuer(prefill: prefill)) { streams in
            try streams.hold("lane", at: laneNumber)
            try streams.send(segments, to: "segment") { segment, beat in
                try owner(segment, beat)
                try beat.set("first", segment.first)
                try beat.set("end", segment.end)
                try beat.set("opens", segment.opens)
                try beat.set("closes", segment.closes)
                try beat.set("settings_rows", segment.rows - 1)
                try beat.set("settings_tile_size", segment.tileSize)
                try planes(segment, beat, bits: "settings_")
            }
            try streams.expect(segments, from: "request", owner)
            let rows = segments.enumerated().flatMap { index, segment in segment.queries.map { (number: index, segment: segment, query: $0) } }
            try streams.send(rows, to: "query", gate: .init(after: "request", beats: rows.map { $0.number + 1 })) { row, beat in
                try beat.set("query", row.query.codes, width: NumericFormats.queryBits)
                try beat.set("scale_mantissa", row.query.mantissa)
                try beat.set("scale_shift", row.query.shift)
                try beat.set("sink_occupied", row.query.sink != nil)
                if let sink = row.query.sink {
                    try beat.set("sink_reference", sink.reference)
                    try beat.set("sink_weight", sink.weight)
                }
            }
            try streams.expect(segments, from: "group") { segment, beat in
                try beat.set("rows", segment.rows - 1)
                try beat.set("tile_size", segment.tileSize)
                try planes(segment, beat, bits: "")
            }
            try streams.expect(rows, from: "row") { row, beat in
                try beat.set("range_first", row.segment.first)
                try beat.set("range_end", row.segment.end)
                try beat.set("scale_mantissa", row.query.mantissa)
                try beat.set("scale_shift", row.query.shift)
            }
            try streams.expect(rows, from: "row_query") { try $1.set("", $0.query.codes, width: NumericFormats.queryBits) }
            try streams.expect(rows, from: "sink") { row, beat in
                let sink = row.segment.opens ? row.query.sink : nil
                try beat.set("occupied", sink != nil)
                if let sink {
                    try beat.set("reference", sink.reference)
                    try beat.set("weight", sink.weight)
                }
            }
            try streams.expect(segments, from: "tag") { segment, beat in
                try owner(segment, beat)
                try beat.set("opens", segment.opens)
                try beat.set("closes", segment.closes)
                try beat.set("lane", laneNumber)
                try beat.set("rows", segment.rows - 1)
                try beat.set("value_bits", segment.bits[2])
            }
        }
    }

    private static func owner(_ segment: Segment, _ beat: Beat) throws {
        try beat.set("output_head", segment.head)
        try beat.set("output_sequence", segment.sequence)
        try beat.set("epoch", segment.epoch)
    }

    private static func planes(_ segment: Segment, _ beat: Beat, bits prefix: String) throws {
        for (index, name) in ["msb", "lsb", "value"].enumerated() { try beat.set("\(prefix)\(name)_bits", segment.bits[index]) }
        for (index, name) in ["key_msb", "key_lsb", "value"].enumerated() {
            try beat.set("\(name)_address", segment.addresses[index])
        }
    }
}
