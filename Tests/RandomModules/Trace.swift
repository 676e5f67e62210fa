import RTL
import Simulation

/// What the outputs of a module carried in every cycle after loading; words as `SimulatedPort.layout` has them.
package typealias Trace = [[UInt64]]

/// Two engines that differ.
package struct Mismatch: CustomStringConvertible {
    package let module: RandomModule
    /// Its number in the batch.
    package let index: Int
    /// The output port.
    package let port: String
    package let cycle: Int
    /// Hexadecimal; four-valued engines may show x and z.
    package let expected, seen: String

    package var description: String {
        "\(module.verilogName).\(port) in cycle \(cycle): expected \(expected), seen \(seen)\n"
            + "again: \(RandomPopulation.rerun(module.seed))"
    }
}

/// Native, with state that starts as noise of `seed`.
package func nativeTrace(_ design: Design, _ stimulus: Stimulus, seed: UInt64, mutant: UInt64? = nil) -> Trace {
    let simulator = NativeSimulator(design, seed: seed)
    if let mutant { simulator.values[simulator.port("mutant")!.firstWord] = mutant }
    let inputs = simulator.ports.filter { $0.isInput && $0.name != "mutant" }
    return stimulus.cycles.enumerated().compactMap { cycle, now in
        for port in inputs {
            for word in port.firstWord..<port.firstWord + port.wordCount { simulator.values[word] = now.words[word] }
        }
        simulator.reset = now.reset
        simulator.settle()
        defer { simulator.clockEdge() }
        return cycle < Stimulus.loadCycles ? nil : Array(simulator.values.prefix(stimulus.wordCount))
    }
}

/// The same by the interpreter of statements.
package func interpretedTrace(_ design: Design, _ stimulus: Stimulus) -> Trace {
    let ports = SimulatedPort.layout(of: design.top), interpreter = StatementInterpreter(design.top)
    return stimulus.cycles.enumerated().compactMap { cycle, now in
        interpreter.setInputs(now.words, ports)
        defer { interpreter.clockEdge(reset: now.reset) }
        guard cycle >= Stimulus.loadCycles else { return nil }
        var words = now.words
        for (index, port) in ports.enumerated() where !port.isInput {
            words.replaceSubrange(port.firstWord..<port.firstWord + port.wordCount, with: interpreter.output(index).words)
        }
        return words
    }
}

extension StatementInterpreter {
    /// Sets the input ports from words laid out as `ports` say.
    package func setInputs(_ words: [UInt64], _ ports: [SimulatedPort]) {
        var values: [Int: Bits] = [:]
        for (index, port) in ports.enumerated() where port.isInput {
            values[index] = Bits(words: words[port.firstWord..<port.firstWord + port.wordCount], width: port.width)
        }
        setInputs(values)
    }
}

/// The first output of the first cycle that differs.
func firstDifference(_ expected: Trace, _ seen: Trace, _ ports: [SimulatedPort]) -> (port: SimulatedPort, cycle: Int)? {
    for (cycle, (a, b)) in zip(expected, seen).enumerated() {
        for port in ports where !port.isInput {
            for word in port.firstWord..<port.firstWord + port.wordCount where a[word] != b[word] {
                return (port, cycle + Stimulus.loadCycles)
            }
        }
    }
    return nil
}

/// A port's value in a cycle, in hexadecimal.
func hex(_ trace: Trace, _ port: SimulatedPort, _ cycle: Int) -> String {
    let words = trace[cycle - Stimulus.loadCycles][port.firstWord..<port.firstWord + port.wordCount]
    return Bits(words: words, width: port.width).hex
}
