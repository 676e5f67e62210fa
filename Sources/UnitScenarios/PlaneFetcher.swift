import Accelerator
import Configuration
import SeededRandom
import Verification

/// Beats of a plane, by the byte address of the first.
struct PlaneRange {
    let address, beats: Int

    /// The bursts that read it: each ends where the next multiple of `burstBeats` beats begins.
    func bursts(_ lane: LaneConfiguration) -> [PlaneRange] {
        var bursts: [PlaneRange] = []
        var (next, left) = (address / lane.portBytes, beats)
        while left > 0 {
            let length = min(left, MemoryPort.burstBeats - next % MemoryPort.burstBeats)
            bursts.append(PlaneRange(address: next * lane.portBytes, beats: length))
            next += length
            left -= length
        }
        return bursts
    }

    func encodeBurst(into beat: Beat) throws {
        try beat.set("address", address)
        try beat.set("beats", beats - 1)
    }
}

extension UnitScenario {
    /// Planes of many lengths; each beat leaves the buffer some time after it was asked for.
    package static func planeFetcher(
        _ lane: LaneConfiguration, _ random: SeededGenerator
    ) throws -> UnitScenario {
        var random = random
        let lengths = [1, 2, 15, 16, 17, 31, 32, 33, 0, 0, 64, 100, 300] + (0..<40).map { _ in random.below(80) }
        let planes = lengths.map { beats in
            PlaneRange(address: [0, lane.portBytes * random.below(1 << 20), (1 << MemoryPort.addressBits) - lane.portBytes * 512][random.below(3)], beats: beats)
        }
        return try planeFetcher(lane, planes)
    }

    static func planeFetcher(_ lane: LaneConfiguration, _ planes: [PlaneRange]) throws -> UnitScenario {
        try UnitScenario(PlaneFetcher(lane: lane)) { streams in
            try streams.send(planes, to: "command") { plane, beat in
                try beat.set("address", plane.address)
                try beat.set("beats", plane.beats)
            }
            let bursts = planes.flatMap { $0.bursts(lane) }
            try streams.expect(bursts, from: "request") { try $0.encodeBurst(into: $1) }
            let asked = bursts.enumerated().flatMap { index, burst in [Int](repeating: index + 1, count: burst.beats) }
            try streams.send(asked, to: "released", gate: .init(after: "request", beats: asked)) { _, _ in }
        }
    }
}
