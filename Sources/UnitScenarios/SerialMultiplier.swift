import Blocks
import RTL
import SeededRandom
import Verification

extension UnitScenario {
    /// Factors of every size, the greatest among them.
    package static func serialMultiplier(
        multiplicandBits a: Int, multiplierBits b: Int, _ random: SeededGenerator, _ extent: Extent = .full
    ) throws -> UnitScenario {
        var random = random
        func factor(_ bits: Int) -> UInt64 {
            [0, 1, 1 << UInt64(bits) - 1, 1 << UInt64(bits - 1), random.next() >> UInt64(64 - bits)][min(random.below(12), 4)]
        }
        let factors = (0..<(extent == .full ? 10_000 : 40)).map { _ in (factor(a), factor(b)) }
        return try UnitScenario(SerialMultiplier(multiplicandBits: a, multiplierBits: b)) { streams in
            try streams.send(factors, to: "factors") { factors, beat in
                try beat.set("multiplicand", [factors.0], width: a)
                try beat.set("multiplier", [factors.1], width: b)
            }
            try streams.expect(factors, from: "product") { try $1.set("", [UInt128($0.0) * UInt128($0.1)], width: a + b) }
        }
    }
}
