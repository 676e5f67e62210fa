import Accelerator
import Configuration
import FixedPoint
import SeededRandom
import Verification

/// What one row sees of one tile.
private struct Pass {
    let slot, first, last: Int
    let occupied, startsGroup, startsTile, opens, closes: Bool
}

/// A group for the planner, and what is to come of it: each position of each row once, in the order of the tiles.
private struct PlannedGroup {
    let rows: [Range<Int>]
    let tileKeys: Int
    /// Of an element in each of the three planes: to the planner any numbers.
    let bits: [Int]
    let addresses: [Int]

    /// Tile after tile: the passes, and what is read.
    func tiles(blockKeys: Int) -> [(passes: [Pass], start: Int, read: ClosedRange<Int>?)] {
        let seen = rows.filter { !$0.isEmpty }
        let first = (seen.map(\.lowerBound).min() ?? 0) / tileKeys
        let last = ((seen.map(\.upperBound).max() ?? 1) - 1) / tileKeys
        var isFirstPass = true
        return (first...last).compactMap { tile in
            let start = tile * tileKeys
            var passes: [Pass] = [], positions: [Int] = []
            for (slot, row) in rows.enumerated() {
                let part = row.clamped(to: start..<start + tileKeys)
                guard !part.isEmpty || (row.isEmpty && tile == first) else { continue }
                passes.append(Pass(
                    slot: slot, first: part.isEmpty ? 0 : part.lowerBound - start,
                    last: part.isEmpty ? 0 : part.upperBound - 1 - start, occupied: !part.isEmpty, startsGroup: isFirstPass,
                    startsTile: !part.isEmpty && positions.isEmpty, opens: part.lowerBound == row.lowerBound || row.isEmpty,
                    closes: part.upperBound == row.upperBound || row.isEmpty))
                isFirstPass = false
                positions += part
            }
            guard !passes.isEmpty else { return nil }
            return (passes, start, positions.min().map { ($0 - start) / blockKeys * blockKeys...positions.max()! - start })
        }
    }
}

extension UnitScenario {
    /// Groups of one to all rows under every mask: rows that grow by one, windows, rows apart from each other, rows that see
    /// nothing, groups of such rows alone, the last positions there are.
    package static func passPlanner(_ prefill: PrefillConfiguration, _ random: SeededGenerator) throws -> UnitScenario {
        var random = random
        let most = prefill.residentRows, limit = prefill.lane.maximumContext
        func some(_ below: Int) -> Range<Int> {
            let first = random.below(below)
            return first..<first + random.below(below)
        }
        var masks: [[Range<Int>]] = [
            (0..<most).map { 0..<$0 + 1 }, (0..<most).map { 0..<$0 + 125 }, (0..<most).map { 250 + $0..<380 + $0 },
            (0..<most).map { _ in 0..<256 }, [0..<0], [5..<5, 200..<200], [0..<1], [127..<128], [128..<129], [127..<129],
            [0..<0, 300..<310, 0..<0, 10..<20], [700..<900, 100..<130, 640..<641], [limit - 1..<limit], [limit - 300..<limit, limit..<limit],
            [0..<0, 0..<128], [256..<300, 0..<0], [60..<70, 20..<30, 300..<301, 290..<300],
        ]
        masks += (0..<24).map { _ in (0..<random.number(in: 1...most)).map { _ in random.below(6) == 0 ? 0..<0 : some(500) } }
        let beatAddresses = 1 << (MemoryPort.addressBits - ceilLog2(prefill.lane.portBytes))
        let groups = masks.flatMap { rows in
            prefill.tileSizes.map { tileKeys in
                PlannedGroup(
                    rows: rows, tileKeys: tileKeys, bits: (0..<3).map { _ in random.below(16) },
                    addresses: (0..<3).map { _ in prefill.lane.portBytes * random.below(beatAddresses) })
            }
        }
        // An empty row may be given by any two numbers that do not ascend.
        let rows = groups.flatMap(\.rows).map { row in
            guard row.isEmpty else { return (first: row.lowerBound, end: row.upperBound) }
            let first = random.below(4) == 0 ? limit : random.below(600)
            return (first: first, end: random.flip() ? first : random.below(first + 1))
        }
        return try UnitScenario(PassPlanner(prefill: prefill)) { streams in
            try streams.send(groups, to: "group") { group, beat in
                try beat.set("rows", group.rows.count - 1)
                try beat.set("tile_size", prefill.tileSizes.firstIndex(of: group.tileKeys)!)
                for (name, bits) in zip(["msb", "lsb", "value"], group.bits) { try beat.set(name + "_bits", bits) }
                for (name, address) in zip(["key_msb", "key_lsb", "value"], group.addresses) {
                    try beat.set(name + "_address", address)
                }
            }
            try streams.send(rows, to: "row") { row, beat in
                try beat.set("first", row.first)
                try beat.set("end", row.end)
            }
            let tiles = groups.flatMap { group in group.tiles(blockKeys: prefill.blockKeys).map { (group: group, tile: $0) } }
            try streams.expect(tiles.flatMap { tile in tile.tile.passes.map { (tile.group, $0) } }, from: "pass") { pass, beat in
                try beat.set("slot", pass.1.slot)
                try beat.set("first", pass.1.first)
                try beat.set("last", pass.1.last)
                try beat.set("occupied", pass.1.occupied)
                try beat.set("starts_group", pass.1.startsGroup)
                try beat.set("starts_tile", pass.1.startsTile)
                try beat.set("opens", pass.1.opens)
                try beat.set("closes", pass.1.closes)
                try beat.set("value_bits", pass.0.bits[2])
            }
            let reads = tiles.compactMap { tile in tile.tile.read.map { (group: tile.group, start: tile.tile.start, read: $0) } }
            try streams.expect(reads, from: "tile") { item, beat in
                try beat.set("first", item.read.lowerBound)
                try beat.set("last", item.read.upperBound)
                try beat.set("keys", item.read.count)
                for (name, bits) in zip(["msb", "lsb", "value"], item.group.bits) { try beat.set(name + "_bits", bits) }
                for (index, name) in ["key_msb", "key_lsb", "value"].enumerated() {
                    let bytes = (item.start + item.read.lowerBound) * prefill.lane.headSize * item.group.bits[index] / 8
                    try beat.set(name + "_address", (item.group.addresses[index] + bytes) & ((1 << MemoryPort.addressBits) - 1))
                }
            }
        }
    }
}
