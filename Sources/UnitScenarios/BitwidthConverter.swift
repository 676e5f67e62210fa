import Accelerator
import Configuration
import FixedPoint
import SeededRandom
import Verification

extension UnitScenario {
    /// Rows of every width back to back in random order, odd lengths included; a missing plane gives zeros.
    package static func bitwidthConverter(
        _ lane: LaneConfiguration, _ tag: MemoryPort.Tag, _ random: SeededGenerator, _ extent: Extent = .full
    ) throws -> UnitScenario {
        let signed = tag != .keyLSB
        var random = random
        let rows = (0..<(extent == .full ? 80 : 20)).map { index -> (bits: Int, keys: Int, codes: [Int16]) in
            // The first is of four bits where there are such: its latency is known.
            let bits = tag.widths[index < tag.widths.count ? index : random.below(tag.widths.count)]
            let keys = [1, 2, 3, random.below(20), random.below(100)][random.below(5)]
            let codes = (0..<keys * lane.headSize).map { _ in
                bits == 0 ? 0 : Int16(signed ? random.code(bits) : random.below(1 << bits))
            }
            return (bits, keys, codes)
        }
        return try UnitScenario(BitwidthConverter(lane: lane, widths: tag.widths, signed: signed)) { streams in
            try streams.send(rows, to: "command") { row, beat in
                try beat.set("bits", row.bits)
                try beat.set("vectors", (row.keys + lane.slots - 1) / lane.slots * lane.steps)
                try beat.set("last_keys", (row.keys + lane.slots - 1) % lane.slots)
            }
            let beats = rows.flatMap { packed($0.codes, bits: $0.bits, beatBits: 8 * lane.portBytes) }
            try streams.send(beats, to: "beats") { try $1.set("", $0.words, width: 1, where: $0.owned) }
            // Elements of the last vector of an odd row that no key owns mean nothing.
            let vectors = rows.flatMap { row in
                Array(zip(lane.vectors(of: row.codes), lane.vectors(of: row.codes.map { _ in 1 }).map { $0.map { $0 == 1 } }))
            }
            try streams.expect(vectors, from: "vectors") { try $1.set("", $0.0, width: NumericFormats.keyBits, where: $0.1) }
        }
    }

    /// Codes packed little-endian into whole beats, bit by bit; behind the last one nothing means anything.
    private static func packed(_ codes: [Int16], bits: Int, beatBits: Int) -> [(words: [UInt8], owned: [Bool])] {
        guard bits > 0 else { return [] }
        return (0..<(codes.count * bits + beatBits - 1) / beatBits).map { beat in
            let positions = beat * beatBits..<(beat + 1) * beatBits
            return (
                positions.map { $0 / bits < codes.count ? UInt8(truncatingIfNeeded: codes[$0 / bits] >> Int16($0 % bits) & 1) : 0 },
                positions.map { $0 / bits < codes.count })
        }
    }
}
