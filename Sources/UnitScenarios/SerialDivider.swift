import Blocks
import RTL
import SeededRandom
import Verification

extension UnitScenario {
    /// Numbers of every size, the greatest among them, and divisors of one.
    package static func serialDivider(
        dividendBits a: Int, divisorBits b: Int, bitsPerCycle: Int, _ random: SeededGenerator, _ extent: Extent = .full
    ) throws -> UnitScenario {
        var random = random
        func number(_ bits: Int) -> UInt64 {
            let most = UInt64(1) << UInt64(bits) - 1
            return [0, 1, most, most - 1, random.next() & most, random.next() & (most >> UInt64(random.below(bits)))][min(random.below(10), 5)]
        }
        let numbers = (0..<(extent == .full ? 5_000 : 40)).map { _ in (number(a), max(1, number(b))) }
        let divider = SerialDivider(dividendBits: a, divisorBits: b, bitsPerCycle: bitsPerCycle)
        return try UnitScenario(divider) { streams in
            try streams.send(numbers, to: "numbers") { numbers, beat in
                try beat.set("dividend", [numbers.0], width: a)
                try beat.set("divisor", [numbers.1], width: b)
            }
            try streams.expect(numbers, from: "result") { numbers, beat in
                try beat.set("quotient", [numbers.0 / numbers.1], width: a)
                try beat.set("remainder", [numbers.0 % numbers.1], width: b)
            }
        }
    }
}
