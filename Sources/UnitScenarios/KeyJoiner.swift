import Accelerator
import Configuration
import FixedPoint
import SeededRandom
import Verification

/// One vector of a plane; nil elements: the one that ends a row of which nothing, or not the last position, was kept.
struct VectorItem {
    var elements: [Int16]?
    var rowLast: Bool

    /// The vectors of a row of codes. A row without any, or whose `lastKept` is clear, ends with an unoccupied one.
    static func row(_ codes: [Int16], _ lane: LaneConfiguration, lastKept: Bool = true) -> [VectorItem] {
        let vectors = lane.vectors(of: codes), endsHere = lastKept && !vectors.isEmpty
        return vectors.enumerated().map { VectorItem(elements: $1, rowLast: endsHere && $0 == vectors.count - 1) }
            + (endsHere ? [] : [VectorItem(elements: nil, rowLast: true)])
    }

    func encode(into beat: Beat) throws {
        if let elements { try beat.set("elements", elements, width: NumericFormats.keyBits) }
        try beat.set("occupied", elements != nil)
        try beat.set("row_last", rowLast)
    }
}

/// One vector of a row's first pass; nil elements: the one beat of an empty row.
struct PassItem {
    var elements: [Int16]?
    var isSum, tileLast, rowLast: Bool

    /// The beats of a row whose vectors have the given codes, behind those of the query's sum.
    ///
    /// - Parameter first: The row's first position.
    static func row(
        _ codes: [Int16], first: Int, tileKeys: Int, summed: Bool, _ lane: LaneConfiguration
    ) -> [PassItem] {
        let ones = [Int16](repeating: 1, count: lane.multipliers)
        let sum = (0..<(summed ? lane.steps : 0)).map { _ in PassItem(elements: ones, isSum: true, tileLast: false, rowLast: false) }
        return sum + VectorItem.row(codes, lane).enumerated().map { index, vector in
            let fillsTile = (first + index / lane.steps + 1) % tileKeys == 0 && index % lane.steps == lane.steps - 1
            return PassItem(
                elements: vector.elements, isSum: false, tileLast: vector.rowLast || fillsTile, rowLast: vector.rowLast)
        }
    }

    func encode(into beat: Beat) throws {
        if let elements { try beat.set("elements", elements, width: NumericFormats.keyBits) }
        try beat.set("is_sum", isSum)
        try beat.set("occupied", elements != nil)
        try beat.set("tile_last", tileLast)
        try beat.set("row_last", rowLast)
    }
}

extension UnitScenario {
    /// Joined rows and others in turn, in every format and tile size, that begin and end next to a tile's end.
    package static func keyJoiner(
        _ configuration: SpAttenConfiguration, _ random: SeededGenerator, _ extent: Extent = .full
    ) throws -> UnitScenario {
        let lane = configuration.lane
        var random = random
        var rows: [(first: Int, keys: Int, tileKeys: Int, format: KeyFormat, joined: Bool)] = []
        func append(_ first: Int, _ keys: Int, _ tileKeys: Int) {
            let format = KeyFormat.supported[rows.count % KeyFormat.supported.count]
            rows.append((first, keys, tileKeys, format, format.lsbBits == 0 || random.flip()))
        }
        // The first row after reset says most about what reset leaves: it begins with the query's sum and goes over a tile's end.
        rows.append((configuration.tileSizes[0] - 2, 3, configuration.tileSizes[0], KeyFormat.supported[0], false))
        for tileKeys in configuration.tileSizes.prefix(extent == .full ? 8 : 1) {
            let lengths = extent == .short ? [0, 1, tileKeys + 1]
                : [0, 1, tileKeys, tileKeys + 1] + (tileKeys < 512 ? [2 * tileKeys] : [])
            for keys in lengths { append(0, keys, tileKeys) }
            for first in [1, tileKeys - 1, 5 * tileKeys, lane.maximumContext - 3, random.below(lane.maximumContext - 3)] {
                append(first, [0, 1, 2, 3, 3][random.below(5)], tileKeys)
            }
        }
        for format in KeyFormat.supported where extent == .full {
            for keys in [0, 1, 2, 3] { rows += [(7, keys, 128, format, true), (126, keys, 128, format, format.lsbBits == 0)] }
        }
        let keys = rows.map { row in (0..<row.keys * lane.headSize).map { _ in Int16(random.number(in: row.format.codeRange)) } }
        return try UnitScenario(KeyJoiner(configuration: configuration)) { streams in
            try streams.send(rows, to: "row") { row, beat in
                try beat.set("first", row.first)
                try beat.set("tile_size", configuration.tileSizes.firstIndex(of: row.tileKeys)!)
                try beat.set("lsb_bits", row.format.lsbBits)
                try beat.set("joined", row.joined)
            }
            let planes = zip(rows, keys)
            let msb = planes.flatMap { row, keys in VectorItem.row(keys.map { $0 >> row.format.lsbBits }, lane) }
            try streams.send(msb, to: "msb") { try $0.encode(into: $1) }
            let lsb = planes.flatMap { row, keys in
                row.joined && row.format.lsbBits > 0
                    ? VectorItem.row(keys.map { $0 & (1 << Int16(row.format.lsbBits) - 1) }, lane) : []
            }
            try streams.send(lsb, to: "lsb") { try $0.encode(into: $1) }
            let beats = planes.flatMap { row, keys in
                PassItem.row(row.joined ? keys : keys.map { $0 >> row.format.lsbBits }, first: row.first, tileKeys: row.tileKeys,
                             summed: !row.joined, lane)
            }
            try streams.expect(beats, from: "keys") { try $0.encode(into: $1) }
        }
    }
}
