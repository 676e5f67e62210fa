import Accelerator
import Configuration
import GoldenModel
import SeededRandom
import Verification

extension UnitScenario {
    /// Rows whose leaves come in turns, as those of a group do; slots are taken again by the rows of the next group, and some
    /// rows have one leaf, or an empty one.
    package static func slotAccumulator(
        _ prefill: PrefillConfiguration, _ random: SeededGenerator, _ extent: Extent = .full
    ) throws -> UnitScenario {
        let lane = prefill.lane
        var random = random
        var owners: [(slot: Int, opens: Bool, closes: Bool)] = [], beats: [LeafItem] = [], states: [PartialState] = []
        // The tiles of each row of each group: from, to; none: empty.
        let groups: [[Range<Int>]] = [
            (0..<prefill.residentRows).map { [0..<3, 1..<2, 0..<0, 0..<1, 2..<3][$0 % 5] }, [0..<1], [0..<4, 0..<4], [0..<0],
        ] + (extent == .full ? [(0..<prefill.residentRows).map { $0 % 4..<4 }, [0..<6, 2..<3]] : [])
        for rows in groups {
            var running = rows.map { _ in PartialState.empty(headSize: lane.headSize) }
            for tile in 0..<6 {
                for (slot, row) in rows.enumerated() where row.contains(tile) || (row.isEmpty && tile == 0) {
                    // Classes next to each other, equal or far apart.
                    let leaf = row.isEmpty ? nil : leaf([3, 5, 31, 32, 33, -33, 64, 200][random.below(8)], lane, &random)
                    let closes = row.isEmpty || tile == row.upperBound - 1
                    owners.append((slot, row.isEmpty || tile == row.lowerBound, closes))
                    beats += LeafItem.beats(of: leaf, rowLast: true, lane)
                    if let leaf { running[slot] = MergeUnit.merge(running[slot], MergeUnit.state(of: leaf)) }
                    if closes { states.append(running[slot]) }
                }
            }
        }
        return try UnitScenario(Accelerator.SlotAccumulator(prefill: prefill)) { streams in
            try streams.send(owners, to: "owner") { owner, beat in
                try beat.set("slot", owner.slot)
                try beat.set("opens", owner.opens)
                try beat.set("closes", owner.closes)
            }
            try streams.send(beats, to: "leaf") { try $0.encode(into: $1) }
            try streams.expect(states.flatMap { StateItem.beats(of: $0, lane) }, from: "state") { try $0.encode(into: $1, lane) }
        }
    }
}
