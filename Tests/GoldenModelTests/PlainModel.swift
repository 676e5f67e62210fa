import Configuration
import FixedPoint
import Foundation
import GoldenModel

/// A row as `Docs/numerics.md` words it, with wide integers and no eye to speed: what the golden model is checked by.
enum PlainModel {
    static func outputs(_ row: LaneRow, settings: RowSettings) -> [Int16] {
        let d = row.query.count
        var leaves: [(m: Int, l: Int128, o: [Int128])] = []
        for start in stride(from: 0, to: row.keyCount, by: settings.tileKeys) {
            let tile = (start..<min(start + settings.tileKeys, row.keyCount)).filter { $0 >= row.firstKey }
            if tile.isEmpty { continue }
            let x = tile.map { scaledScore(row, key: $0, lsbBits: settings.keyFormat.lsbBits) }
            let m = Int((Double(x.max() ?? 0) / 4096).rounded(.up))
            let w = x.map { weight(delta: (m << 12) - $0) }
            var o = [Int128](repeating: 0, count: d)
            for (t, weight) in zip(tile, w) {
                for e in 0..<d { o[e] += Int128(weight) * Int128(row.values[t * d + e]) }
            }
            leaves.append((m, w.reduce(0) { $0 + Int128($1) }, o))
        }
        guard let top = leaves.map({ $0.m >> 5 }).max() else { return [Int16](repeating: 0, count: d) }
        func joined(_ part: ((m: Int, l: Int128, o: [Int128])) -> Int128) -> Int128 {
            var (upper, lower) = (Int128(0), Int128(0))
            for leaf in leaves {
                let placed = part(leaf) << Int128(leaf.m & 31)
                if leaf.m >> 5 == top { upper += placed }
                if leaf.m >> 5 == top - 1 { lower += placed }
            }
            return upper + (lower >> 32)
        }
        let l = joined { $0.l }
        let e = Int128.bitWidth - l.leadingZeroBitCount
        func align(_ value: Int128) -> Int128 { e >= 24 ? value >> Int128(e - 24) : value << Int128(24 - e) }
        let r: Int128 = (1 << 47) / align(l)
        let g = Int128(16 - settings.valueFormat.bits)
        return (0..<d).map { element in
            let quotient: Int128 = align(joined { $0.o[element] }) * r + (1 << (46 - g))
            return Int16(clamping: quotient >> (47 - g))
        }
    }

    private static func scaledScore(_ row: LaneRow, key: Int, lsbBits: Int) -> Int {
        let d = row.query.count
        var s = 0
        for e in 0..<d {
            let k = Int(row.keys[key * d + e])
            let (msb, lsb) = (k >> lsbBits, k & ((1 << lsbBits) - 1))
            s += Int(row.query[e]) * ((msb << lsbBits) + lsb)
        }
        let p = Int128(s) * Int128(row.scale.mantissa)
        let doubled: Int128 = (2 * p) >> Int128(row.scale.shift)
        let rounded: Int128 = (doubled + 1) >> 1
        return Int(max(-8_388_608, min(8_384_512, rounded)))
    }

    static let base = (0...512).map { Int(exp2(22 - Double($0) / 512).rounded()) }

    static func weight(delta: Int) -> Int {
        let i = delta >> 12
        let f = delta & 4095
        let seg = f >> 3
        let r = f & 7
        let y = base[seg] - (((base[seg] - base[seg + 1]) * r + 4) >> 3)
        return i >= 22 ? 0 : (y + (1 << (i + 1))) >> (i + 2)
    }
}
