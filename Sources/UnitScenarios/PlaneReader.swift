import Accelerator
import Configuration
import FixedPoint
import SeededRandom
import Verification

extension UnitScenario {
    /// Rows back to back from a memory that answers in the next cycle at best, whoever stalls: no beat may be lost.
    package static func planeReader(
        _ lane: LaneConfiguration, _ tag: MemoryPort.Tag, _ random: SeededGenerator, _ extent: Extent = .full
    ) throws -> UnitScenario {
        let bits = tag.widths.last!, beatBits = 8 * lane.portBytes, signed = tag != .keyLSB
        var random = random
        let words = (0..<beatBits / 64 * 2_000).map { _ in random.next() }
        let rows = (extent == .full ? [1, 0, 700, 3, 64, 400] : [1, 0, 100, 3, 40]).map { keys in
            (keys: keys, plane: PlaneRange(
                address: lane.portBytes * random.below(500), beats: (keys * lane.headSize * bits + beatBits - 1) / beatBits))
        }
        return try UnitScenario(PlaneReader(lane: lane, widths: tag.widths, signed: signed)) { streams in
            try streams.send(rows.map(\.plane), to: "fetch") { plane, beat in
                try beat.set("address", plane.address)
                try beat.set("beats", plane.beats)
            }
            try streams.send(rows, to: "convert") { row, beat in
                try beat.set("bits", bits)
                try beat.set("vectors", (row.keys + lane.slots - 1) / lane.slots * lane.steps)
                try beat.set("last_keys", (row.keys + lane.slots - 1) % lane.slots)
            }
            let bursts = rows.flatMap { $0.plane.bursts(lane) }
            try streams.expect(bursts, from: "request") { try $0.encodeBurst(into: $1) }
            let beats = bursts.enumerated().flatMap { index, burst in
                (0..<burst.beats).map { (burst: index + 1, first: (burst.address / lane.portBytes + $0) * beatBits / 64) }
            }
            try streams.send(beats, to: "beats", gate: .init(after: "request", beats: beats.map(\.burst))) { beat, out in
                try out.set("", words[beat.first..<beat.first + beatBits / 64], width: 64)
            }
            let vectors = rows.flatMap { row -> [([Int16], [Bool])] in
                let codes = (0..<row.keys * lane.headSize).map { element -> Int16 in
                    let position = 8 * row.plane.address + element * bits
                    let code = (0..<bits).reduce(0) { $0 | Int(words[(position + $1) / 64] >> UInt64((position + $1) % 64) & 1) << $1 }
                    return Int16(signed && code >> (bits - 1) == 1 ? code - 1 << bits : code)
                }
                return Array(zip(lane.vectors(of: codes), lane.vectors(of: codes.map { _ in 1 }).map { $0.map { $0 == 1 } }))
            }
            try streams.expect(vectors, from: "vectors") { try $1.set("", $0.0, width: NumericFormats.keyBits, where: $0.1) }
        }
    }
}
