import Accelerator
import Configuration
import FixedPoint
import SeededRandom
import Verification

/// A segment for the issuer, and the query that is given for it.
private struct Segment {
    let head, sequence, first, end: Int
    let opens, closes, epoch: Bool
    let tileSize: Int
    let bits, addresses: [Int]
    let codes: [Int16]
    /// What comes with the query and goes into the job, by the names of the fields.
    let asked: [(name: String, value: Int)]

    func setOwner(_ beat: Beat) throws {
        try beat.set("output_head", head)
        try beat.set("output_sequence", sequence)
        try beat.set("epoch", epoch)
    }

    /// - Parameter settings: Before the names of the formats.
    func setPlanes(_ beat: Beat, settings: String) throws {
        for (name, bits) in zip(["msb", "lsb", "value"], bits) { try beat.set("\(settings)\(name)_bits", bits) }
        for (name, address) in zip(["key_msb", "key_lsb", "value"], addresses) { try beat.set("\(name)_address", address) }
    }
}

extension UnitScenario {
    /// Segments of every role, some without a key; rows that ask for anything a row can ask for.
    package static func spAttenIssuer(_ configuration: SpAttenConfiguration, _ random: SeededGenerator) throws -> UnitScenario {
        let lane = configuration.lane, laneNumber = 37
        var random = random
        let segments = (0..<40).map { index in
            let first = random.below(lane.maximumContext)
            return Segment(
                head: random.below(ClusterConfiguration.maximumHeads), sequence: random.below(ClusterConfiguration.maximumSequences),
                first: first, end: index % 7 == 0 ? first : first + random.below(lane.maximumContext - first + 1),
                opens: index % 4 < 2, closes: index % 8 < 4, epoch: random.flip(), tileSize: random.below(4),
                bits: (0..<3).map { _ in random.below(16) }, addresses: (0..<3).map { _ in Int(random.next() >> 24) },
                codes: random.codes(lane.headSize, bits: NumericFormats.queryBits),
                asked: [
                    ("scale_mantissa", random.below(1 << 18)), ("scale_shift", random.below(64)), ("gathered", random.below(2)),
                    ("loads_list", random.below(2)), ("refine", random.below(4)), ("confidence", random.below(1 << 25)),
                    ("value_rule", random.below(4)), ("value_limit", random.below(1 << 25)), ("renormalise", random.below(2)),
                ])
        }
        return try UnitScenario(Accelerator.SpAttenIssuer(configuration)) { streams in
            try streams.hold("lane", at: laneNumber)
            try streams.send(segments, to: "segment") { segment, beat in
                try segment.setOwner(beat)
                try beat.set("first", segment.first)
                try beat.set("end", segment.end)
                try beat.set("opens", segment.opens)
                try beat.set("closes", segment.closes)
                try beat.set("settings_rows", 0)
                try beat.set("settings_tile_size", segment.tileSize)
                try segment.setPlanes(beat, settings: "settings_")
            }
            try streams.expect(segments, from: "request") { try $0.setOwner($1) }
            try streams.send(segments, to: "query", gate: .init(after: "request", beats: Array(1...segments.count))) { segment, beat in
                try beat.set("query", segment.codes, width: NumericFormats.queryBits)
                for field in segment.asked { try beat.set(field.name, field.value) }
            }
            try streams.expect(segments, from: "job") { segment, beat in
                try beat.set("first", segment.first)
                try beat.set("end", segment.end)
                try beat.set("accumulates", false)
                try beat.set("tile_size", segment.tileSize)
                try segment.setPlanes(beat, settings: "")
                for field in segment.asked { try beat.set(field.name, field.value) }
            }
            try streams.expect(segments, from: "row_query") { try $1.set("", $0.codes, width: NumericFormats.queryBits) }
            try streams.expect(segments, from: "tag") { segment, beat in
                try segment.setOwner(beat)
                try beat.set("opens", segment.opens)
                try beat.set("closes", segment.closes)
                try beat.set("lane", laneNumber)
                try beat.set("rows", 0)
                try beat.set("value_bits", segment.bits[2])
            }
        }
    }
}
