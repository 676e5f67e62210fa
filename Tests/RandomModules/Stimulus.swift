import SeededRandom
import Simulation

/// What the inputs of a random module carry in every cycle: a function of its ports and a seed.
package struct Stimulus {
    /// Cycles of `load` and reset after which all state is known: they fill the memories, then let what is known pass
    /// through every stage that no reset reaches.
    package static let loadCycles = 40
    package static let cycles = loadCycles + 40

    package struct Cycle {
        package let reset: Bool
        /// The words of the ports as `SimulatedPort.layout` has them; zeros for outputs.
        package let words: [UInt64]
    }

    package let cycles: [Cycle]
    /// Words of all ports.
    package var wordCount: Int { cycles[0].words.count }

    package init(_ ports: [SimulatedPort], seed: UInt64) {
        var random = SeededGenerator(seed: seed, name: "stimulus")
        let wordCount = ports.reduce(0) { $0 + $1.wordCount }
        cycles = (0..<Self.cycles).map { cycle in
            let isLoading = cycle < Self.loadCycles
            var words = [UInt64](repeating: 0, count: wordCount)
            for port in ports where port.isInput {
                let value: Bits = switch port.name {
                case "load": [isLoading || random.chance(1, in: 20)]
                case "slot": Bits(words: [UInt64(cycle)], width: port.width)
                default: random.bits(port.width)
                }
                words.replaceSubrange(port.firstWord..<port.firstWord + port.wordCount, with: value.words)
            }
            return Cycle(reset: isLoading || random.chance(1, in: 12), words: words)
        }
    }
}
