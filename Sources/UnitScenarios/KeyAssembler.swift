import Accelerator
import Configuration
import FixedPoint
import SeededRandom
import Verification

extension UnitScenario {
    /// Every tile size with rows that end next to a tile's end, every split of the key into planes.
    package static func keyAssembler(
        _ lane: LaneConfiguration, _ random: SeededGenerator, _ extent: Extent = .full
    ) throws -> UnitScenario {
        var random = random
        var rows: [(keys: Int, tileKeys: Int, format: KeyFormat)] = []
        for (index, tileKeys) in RowSettings.tileSizes.prefix(extent == .full ? 4 : 1).enumerated() {
            for keys in extent == .short ? [0, 1, tileKeys, tileKeys + 1] : [0, 1, tileKeys - 1, tileKeys, tileKeys + 1] + (tileKeys < 512 ? [2 * tileKeys + 1, 3 * tileKeys] : []) {
                rows.append((keys, tileKeys, KeyFormat.supported[(rows.count + index) % KeyFormat.supported.count]))
            }
        }
        rows += KeyFormat.supported.map { (3, 128, $0) }
        let keys = rows.map { row in
            (0..<row.keys * lane.headSize).map { _ in Int16(random.number(in: row.format.codeRange)) }
        }
        func vectors(_ plane: (Int16, KeyFormat) -> Int16) -> [[Int16]] {
            zip(rows, keys).flatMap { row, keys in lane.vectors(of: keys.map { plane($0, row.format) }, padding: 5) }
        }
        return try UnitScenario(KeyAssembler(lane: lane)) { streams in
            try streams.send(rows, to: "row") { row, beat in
                try beat.set("keys", row.keys)
                try beat.set("tile_size", RowSettings.tileSizes.firstIndex(of: row.tileKeys)!)
                try beat.set("lsb_bits", row.format.lsbBits)
            }
            for (name, plane) in [("msb", vectors { $0 >> $1.lsbBits }), ("lsb", vectors { $0 & ((1 << $1.lsbBits) - 1) })] {
                try streams.send(plane, to: name) { try $1.set("", $0, width: NumericFormats.keyBits) }
            }
            let beats = zip(rows, keys).flatMap { keyBeats(of: $1, tileKeys: $0.tileKeys, lane) }
            try streams.expect(beats, from: "keys") { try $0.encode(into: $1) }
        }
    }
}
