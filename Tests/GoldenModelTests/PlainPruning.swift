import Configuration
import FixedPoint
import Foundation
import GoldenModel

/// A row as `Docs/pruning.md` words it, section after section, with wide integers and no eye to speed.
struct PlainPruning {
    struct Tile {
        var keys: Range<Int>
        var m: Int
        /// l, then the sums of O, U_mass and D_mass; nil for a tile without a leaf.
        var leaf: (l: Int128, sums: [Int128])?
    }

    var tokens: [Int] = []
    var w: [Int] = []
    var refined: [Bool] = []
    var kept: [Bool] = []
    var tiles: [Tile] = []
    /// Outputs, then the two masses.
    var out = [Int]()
    /// Outputs before rounding.
    var exact = [Double]()
    /// Importance of each key of the row.
    var p = [Int]()

    /// `keeping` replaces the rule for values by a given choice.
    init(_ row: SpAttenRow, _ settings: RowSettings, _ pruning: PruningSettings, tileKeys: Int, keeping: [Bool]? = nil) {
        let d = row.query.count
        let lsb = settings.keyFormat.lsbBits
        let b = settings.valueFormat.bits
        let mode = lsb == 0 ? .always : pruning.refine
        let q = row.query.map { Int($0) }
        var blocks: [Int: [Int]] = [:]
        for position in row.first..<row.end { blocks[position / tileKeys, default: []].append(position) }
        for j in blocks.keys.sorted() {
            let start = tokens.count
            let these = blocks[j]!.map { row.list?[$0] ?? $0 }
            let n = these.count
            var whole = [Int](), centre = [Int]()
            for t in these {
                var (msbSum, lsbSum) = (0, 0)
                for e in 0..<d {
                    let k = Int(row.keys[t * d + e])
                    msbSum += q[e] * (k >> lsb)
                    lsbSum += q[e] * (k & ((1 << lsb) - 1))
                }
                whole.append(2 * ((1 << lsb) * msbSum + lsbSum))
                centre.append(2 * (1 << lsb) * msbSum + ((1 << lsb) - 1) * q.reduce(0, +))
            }
            func softmax(_ s: [Int]) -> (m: Int, w: [Int]) {
                let x = s.map { s -> Int in
                    let p = Int128(s) * Int128(row.scale.mantissa)
                    let rounded: Int128 = ((p >> Int128(row.scale.shift)) + 1) >> 1
                    return Int(max(-8_388_608, min(8_384_512, rounded)))
                }
                let m = Int((Double(x.max()!) / 4096).rounded(.up))
                return (m, x.map { PlainModel.weight(delta: m * 4096 - $0) })
            }
            var refines = [Bool](repeating: mode == .always, count: n)
            if mode == .paper || mode == .perKey {
                let first = softmax(centre).w
                let c = Int128(pruning.confidence) * Int128(first.reduce(0, +))
                for t in 0..<n {
                    refines[t] = mode == .paper
                        ? Int128(first.max()!) * 16_777_216 < c : Int128(first[t]) * 16_777_216 > c
                }
            }
            let (m, w) = softmax((0..<n).map { refines[$0] ? whole[$0] : centre[$0] })
            let l = w.reduce(0, +)
            var keeps = [Bool](repeating: true, count: n)
            if let keeping {
                keeps = Array(keeping[start..<start + n])
            } else {
                switch pruning.values {
                case .all: break
                case .fraction(let f):
                    let k = Int((Double(f) * Double(n) / 65536).rounded(.up))
                    let best = Set((0..<n).sorted { (w[$0], $1) > (w[$1], $0) }.prefix(k))
                    keeps = (0..<n).map(best.contains)
                case .threshold(let v):
                    keeps = w.map { Int128($0) * 16_777_216 >= Int128(v) * Int128(l) }
                }
            }
            func sum(_ of: (Int) -> Int) -> Int128 { (0..<n).reduce(0) { $0 + Int128(of($1)) } }
            var sums = (0..<d).map { e in sum { keeps[$0] ? w[$0] * Int(row.values[these[$0] * d + e]) : 0 } }
            sums.append(sum { refines[$0] ? 0 : w[$0] } << Int128(b - 2))
            sums.append(sum { keeps[$0] ? 0 : w[$0] } << Int128(b - 2))
            let leafSum = pruning.renormalise ? sum { keeps[$0] ? w[$0] : 0 } : Int128(l)
            let exists = !pruning.renormalise || keeps.contains(true)
            tokens += these
            self.w += w
            refined += refines
            kept += keeps
            tiles.append(Tile(keys: start..<start + n, m: m, leaf: exists ? (leafSum, sums) : nil))
        }
        finish(d: d, b: b)
    }

    private mutating func finish(d: Int, b: Int) {
        guard let top = tiles.filter({ $0.leaf != nil }).map({ $0.m >> 5 }).max() else {
            out = [Int](repeating: 0, count: d + 2)
            exact = [Double](repeating: 0, count: d)
            p = w.map { _ in 0 }
            return
        }
        let tiles = tiles
        func joined(_ part: (Tile) -> Int128) -> Int128 {
            var (upper, lower) = (Int128(0), Int128(0))
            for tile in tiles where tile.leaf != nil {
                if tile.m >> 5 == top { upper += part(tile) << Int128(tile.m & 31) }
                if tile.m >> 5 == top - 1 { lower += part(tile) << Int128(tile.m & 31) }
            }
            return upper + (lower >> 32)
        }
        let z = joined { $0.leaf!.l }
        let h = Int128.bitWidth - z.leadingZeroBitCount
        func align(_ value: Int128) -> Int128 { h >= 24 ? value >> Int128(h - 24) : value << Int128(24 - h) }
        let r: Int128 = (1 << 47) / align(z)
        let gain = Int128(16 - b)
        for e in 0..<d + 2 {
            let n = joined { $0.leaf!.sums[e] }
            let quotient: Int128 = (align(n) * r + (1 << (46 - gain))) >> (47 - gain)
            out.append(Int(max(-32768, min(32767, quotient))))
            if e < d { exact.append(Double(n) / Double(z)) }
        }
        for tile in tiles {
            let distance = top - (tile.m >> 5)
            let s = (h - 24) - (tile.m & 31) + 32 * distance + 20
            for key in tile.keys {
                if w[key] == 0 || distance >= 2 || s >= 64 {
                    p.append(0)
                } else if s < 0 {
                    p.append(1 << 20)
                } else {
                    p.append(Int(min(1 << 20, (Int128(w[key]) * (r >> 7)) >> Int128(s))))
                }
            }
        }
    }
}
