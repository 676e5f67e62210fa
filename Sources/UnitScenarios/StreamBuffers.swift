import Blocks
import RTL
import SeededRandom
import Verification

extension UnitScenario {
    /// Random words through a buffer, in order and unchanged.
    package static func buffer(_ module: some Module, bits: Int, _ random: SeededGenerator) throws -> UnitScenario {
        var random = random
        let words = (0..<400).map { _ in (0..<(bits + 63) / 64).map { _ in random.next() } }
        return try UnitScenario(module) { streams in
            try streams.send(words, to: "input") { try $1.set("", $0, width: min(bits, 64)) }
            try streams.expect(words, from: "output") { try $1.set("", $0, width: min(bits, 64)) }
        }
    }
}
