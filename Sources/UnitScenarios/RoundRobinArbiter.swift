import Blocks
import RTL
import SeededRandom
import Verification

extension UnitScenario {
    /// Numbered words from several sides: each once, in any order.
    package static func roundRobinArbiter(inputs: Int, bits: Int) throws -> UnitScenario {
        let words = (0..<inputs).map { input in (0..<100 + 37 * input).map { input << 12 | $0 } }
        return try UnitScenario(RoundRobinArbiter(inputs: inputs, bits: bits)) { streams in
            for input in 0..<inputs { try streams.send(words[input], to: "request_\(input)") { try $1.set("", $0) } }
            try streams.expect(words.joined(), from: "granted", inAnyOrder: true) { try $1.set("", $0) }
        }
    }
}
