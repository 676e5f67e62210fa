import Configuration
import FixedPoint
import SeededRandom
import Verification

/// Softmax weights of a row, tile by tile, as the units that decide by them get them.
struct WeightRow {
    struct Tile {
        var weights: [UInt32]
        var reference: Int
    }
    /// None: an empty row.
    var tiles: [Tile]

    /// Tiles of given numbers of keys: weights of any size, few values that are many times equal, one that outweighs all
    /// others, all at the top.
    static func random(_ tiles: [Int], _ random: inout SeededGenerator) -> WeightRow {
        WeightRow(tiles: tiles.map { keys in
            let one = 1 << NumericFormats.weightFractionBits, kind = random.below(6)
            var weights = (0..<keys).map { _ -> UInt32 in
                switch kind {
                case 0: UInt32(one)
                case 1: UInt32([0, 1, one / 2, one][random.below(4)])
                case 2: UInt32(random.below(4))
                case 3: UInt32(one >> random.below(NumericFormats.weightFractionBits + 2))
                default: UInt32(random.number(in: 0...one))
                }
            }
            // The largest score weighs a half at least.
            weights[random.below(keys)] = UInt32(random.number(in: one / 2...one))
            return Tile(weights: weights, reference: random.code(NumericFormats.referenceBits))
        })
    }

    /// One tile of that many keys that all weigh the most: its sums are the largest there are.
    static func heaviest(keys: Int) -> WeightRow {
        let one = UInt32(1) << UInt32(NumericFormats.weightFractionBits)
        return WeightRow(tiles: [Tile(weights: [UInt32](repeating: one, count: keys), reference: 7)])
    }

    /// A tile, and a confidence whose product with the tile's sum is the largest weight and `excess`, 0 or 1, units of 2^-24.
    static func nextToProduct(excess: Int, _ random: inout SeededGenerator) -> (row: WeightRow, confidence: Int) {
        let one = 1 << NumericFormats.weightFractionBits, unit = 1 << ValueRule.probabilityBits
        while true {
            let sum = 2 * random.number(in: one / 2...one - 1) + excess
            var confidence = unit / 2
            if excess == 1 {
                // The odd sum's inverse modulo 2^24, by Newton's iteration.
                confidence = 1
                for _ in 0..<5 { confidence = confidence &* (2 &- sum &* confidence) & (unit - 1) }
            }
            let largest = (sum * confidence) >> ValueRule.probabilityBits, rest = sum - largest
            guard largest <= one, rest <= 2 * largest else { continue }
            let weights = [rest / 2, largest, rest - rest / 2].map { UInt32($0) }
            return (WeightRow(tiles: [Tile(weights: weights, reference: 0)]), confidence)
        }
    }

    /// Rows of many short tiles and some of up to `largest` keys, empty ones between.
    static func rows(_ count: Int, largest: Int, _ random: inout SeededGenerator) -> [WeightRow] {
        (0..<count).map { index in
            let tiles: [Int] = switch index % 6 {
            case 0: []
            case 1: [1]
            case 2: [1 + random.below(3)]
            case 3: (0..<1 + random.below(5)).map { _ in 1 + random.below(4) }
            case 4: (0..<1 + random.below(3)).map { _ in 1 + random.below(40) }
            default: [1 + random.below(largest)]
            }
            return .random(tiles, &random)
        }
    }

    /// A value a key, in a row without any a given one.
    func beats<Item>(empty: Item, _ item: (_ tile: Int, _ key: Int) -> Item) -> [Item] {
        tiles.isEmpty ? [empty] : tiles.indices.flatMap { tile in tiles[tile].weights.indices.map { item(tile, $0) } }
    }

    var items: [WeightItem] {
        beats(empty: WeightItem(weights: [0], reference: nil, tileLast: true, rowLast: true)) { tile, key in
            let isLast = key == tiles[tile].weights.count - 1
            return WeightItem(weights: [tiles[tile].weights[key]], reference: tiles[tile].reference, tileLast: isLast,
                              rowLast: isLast && tile == tiles.count - 1)
        }
    }
}

/// Probabilities of a threshold, 24 fractional bits: the ends, next to them, and next to where a weight of a tile reaches it.
func thresholds(of row: WeightRow, _ random: inout SeededGenerator) -> Int {
    let one = 1 << ValueRule.probabilityBits
    guard let tile = row.tiles.first, random.below(3) > 0 else { return [0, 1, one / 2, one - 1, one][random.below(5)] }
    let sum = tile.weights.reduce(0) { $0 + Int($1) }, weight = Int(tile.weights[random.below(tile.weights.count)])
    return min(max((weight << ValueRule.probabilityBits) / sum + random.number(in: -1...1), 0), one)
}
