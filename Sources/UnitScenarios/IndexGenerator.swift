import Accelerator
import Configuration
import SeededRandom
import Verification

extension UnitScenario {
    /// Several lists, each written while nothing is read, or only nothing of it; of each some rows, and rows without a list between them.
    ///
    /// - Parameter followsList: Rows come as soon as the first entry of their list is there.
    package static func indexGenerator(
        _ configuration: SpAttenConfiguration, _ random: SeededGenerator, _ extent: Extent = .full, followsList: Bool = false
    ) throws -> UnitScenario {
        var random = random
        let entries = configuration.maximumRowKeys, context = configuration.lane.maximumContext
        let phases = (0..<(extent == .full ? 4 : 2)).map { phase -> (list: [Int], rows: [(range: Range<Int>, isGathered: Bool)]) in
            // The first list is full, so that positions beyond its end can be asked for.
            let count = extent == .short ? 40 : phase == 0 ? entries : 1 + random.below(entries)
            let list = (0..<count).map { _ in random.below(context) }
            var rows: [(range: Range<Int>, isGathered: Bool)] = (0..<(extent == .full ? 24 : 8)).map { _ in
                let isGathered = random.flip(), end = isGathered ? count : context
                let keys = min(end, [0, 1, random.below(60), random.below(400)][random.below(extent == .full ? 4 : 3)])
                let first = [0, random.below(end - keys + 1), end - keys][random.below(3)]
                return (first..<first + keys, isGathered)
            }
            if count == entries, !followsList { rows.append((entries - 5..<entries + 9, true)) }
            return (list, rows)
        }
        return try UnitScenario(IndexGenerator(configuration, followsList: followsList)) { streams in
            var writes: [(position: Int, token: Int)] = [], writeGates: [Int] = []
            var rows: [(range: Range<Int>, isGathered: Bool)] = [], rowGates: [Int] = []
            var tokens: [TokenItem] = []
            for phase in phases {
                let begun = writes.count + 1
                for (position, token) in phase.list.enumerated() {
                    writes.append((position, token))
                    writeGates.append(tokens.count)
                }
                rows += phase.rows
                rowGates += phase.rows.map { _ in followsList ? begun : writes.count }
                for row in phase.rows { tokens += TokenItem.kept(row.range, of: row.isGathered ? phase.list : nil) }
            }
            try streams.send(rows, to: "range", gate: .init(after: "list", beats: rowGates)) { row, beat in
                try beat.set("bank", false)
                try beat.set("first", row.range.lowerBound)
                try beat.set("end", row.range.upperBound)
                try beat.set("gathered", row.isGathered)
            }
            try streams.send(writes, to: "list", gate: .init(after: "tokens", beats: writeGates)) { write, beat in
                try beat.set("position", write.position)
                try beat.set("token", write.token)
            }
            try streams.expect(tokens, from: "tokens") { try $0.encode(into: $1) }
        }
    }
}
