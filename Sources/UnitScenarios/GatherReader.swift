import Accelerator
import Configuration
import FixedPoint
import SeededRandom
import Verification

extension UnitScenario {
    /// Rows of all kinds and widths back to back; each sector comes some time after it was asked for.
    package static func gatherReader(
        _ configuration: SpAttenConfiguration, _ tag: MemoryPort.Tag, _ random: SeededGenerator, _ extent: Extent = .full
    ) throws -> UnitScenario {
        var random = random
        var rows: [GatheredRow] = []
        for index in 0..<(extent == .full ? 40 : 14) {
            let bits = tag.widths[index < tag.widths.count ? index : random.below(tag.widths.count)]
            rows.append(.random(configuration.lane, bits: bits, longest: extent == .full ? 300 : 40, &random))
            // Begins where this one ends, mostly within a sector: what was read for one row is not at hand for the next.
            if index % 4 == 1, let next = rows.last!.continued(configuration.lane, keys: 3, behindBlock: random.flip()) {
                rows.append(next)
            }
        }
        return try gatherReader(configuration, tag, rows, memory: nil)
    }

    /// Rows of any tokens that lie in the first megabyte.
    package static func gatherReader(
        _ configuration: SpAttenConfiguration, _ tag: MemoryPort.Tag, _ rows: [GatheredRow], memory: MemoryTiming?
    ) throws -> UnitScenario {
        let reads = GatheredReads(configuration: configuration, rows: rows, isSigned: tag != .keyLSB)
        return try UnitScenario(GatherReader(configuration, widths: tag.widths, signed: tag != .keyLSB)) { streams in
            try streams.send(rows, to: "row") { row, beat in
                try beat.set("address", row.address)
                try beat.set("bits", row.bits)
            }
            try streams.send(rows.flatMap(\.items), to: "tokens") { try $0.encode(into: $1) }
            for channel in 0..<configuration.channels {
                let (request, response) = ("requests_\(channel)", "beats_\(channel)")
                if let memory {
                    try streams.serve(reads.image(of: channel), request: request, response: response, timing: memory)
                    continue
                }
                let bursts = reads.bursts(of: channel)
                try streams.expect(bursts, from: request) { try $0.encodeBurst(into: $1) }
                let beats = bursts.enumerated().flatMap { index, burst in
                    (0..<burst.beats).map { (burst: index + 1, sector: burst.address / configuration.sectorBytes + $0) }
                }
                try streams.send(beats, to: response, gate: .init(after: request, beats: beats.map(\.burst))) { beat, out in
                    try out.set("", reads.sector(beat.sector, of: channel), width: 64)
                }
            }
            try streams.expect(reads.vectors, from: "vectors") { vector, beat in
                if let elements = vector.elements { try beat.set("elements", elements, width: NumericFormats.keyBits) }
                try beat.set("occupied", vector.elements != nil)
                try beat.set("row_last", vector.rowLast)
            }
        }
    }
}
