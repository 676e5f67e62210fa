import SeededRandom

extension SeededGenerator {
    mutating func roll(_ range: ClosedRange<Int>) -> Int { range.lowerBound + below(range.count) }

    mutating func chance(_ one: Int, in many: Int) -> Bool { below(many) < one }

    mutating func pick<T>(_ choices: [T]) -> T { choices[below(choices.count)] }

    /// A width of 1 to `limit`, at most 200: often small, often beside a boundary of words.
    mutating func width(upTo limit: Int = 200) -> Int {
        let width = switch below(20) {
        case 0, 1, 2: 1
        case 3...7: roll(2...8)
        case 8...11: roll(9...31)
        case 12, 13, 14: pick([32, 33, 63, 64, 65, 200])
        case 15: pick([127, 128, 129])
        case 16: roll(1...200)
        default: roll(1...70)
        }
        return min(width, limit)
    }

    /// Random, with the extremes and their neighbours often.
    mutating func bits(_ width: Int) -> Bits {
        switch below(8) {
        case 0: return Bits(repeating: false, count: width)
        case 1: return Bits(repeating: true, count: width)
        case 2: return Bits(repeating: false, count: width - 1) + [true]
        case 3: return Bits(repeating: true, count: width - 1) + [false]
        default:
            let words = (0..<(width + 63) / 64).map { _ in next() }
            var value = Bits(words: words, width: width)
            if below(4) == 0 { for index in 0..<(width + 1) / 2 { value[index] = true } }
            return value
        }
    }
}
