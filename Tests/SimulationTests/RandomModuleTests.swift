import RandomModules
import RTL
import SeededRandom
import Simulation
import TestSupport
import Testing

/// Every operation at every width: the native engine against an interpreter that shares nothing with it.
@Suite struct RandomModuleTests {
    static let count = 120

    @Test func randomModulesMatchTheInterpreter() throws {
        var random = TestSeed.generator("signals looked at")
        for seed in RandomPopulation.seeds(Self.count) {
            guard let difference = try Self.difference(RandomModule(seed: seed), &random) else { continue }
            let smallest = try shrunk(RandomModule(seed: seed)) { try $0.map { try Self.difference($0, &random) != nil } }
            Issue.record("\(difference)\nin module \(seed), and in this smaller one:\n\(try smallest.verilog())\n\(TestSeed.rerun)")
        }
    }

    /// A kind of instruction that no random module uses is not tested above.
    @Test func randomModulesUseEveryKindOfInstruction() throws {
        var used: Set<String> = []
        for seed in RandomPopulation.fixedSeeds(Self.count) {
            used.formUnion(NativeSimulator(try Design(RandomModule(seed: seed)), seed: 1).instructionCounts.keys)
        }
        #expect(NativeSimulator.instructionKinds.filter { !used.contains($0) } == [])
    }

    /// A fault of any kind in what the engine runs shows at the outputs of some module.
    @Test func faultyDesignsDiffer() throws {
        var planted: [String: Int] = [:], found: [String: Int] = [:]
        for seed in RandomPopulation.fixedSeeds(Self.count / 4) {
            let design = try Design(RandomModule(seed: seed))
            let stimulus = Stimulus(SimulatedPort.layout(of: design.top), seed: seed)
            let expected = interpretedTrace(design, stimulus)
            // Of every kind enough; there are few registers to bypass.
            let mutants = design.mutants().enumerated().filter { $0.offset % 7 == 0 || $0.element.change == .bypassed }
            for mutant in mutants.map(\.element) {
                // Some close a loop.
                guard let faulty = try? design.mutated(by: [mutant]) else { continue }
                planted[mutant.change.kind, default: 0] += 1
                #expect(nativeTrace(faulty, stimulus, seed: seed, mutant: 0) == expected)
                if nativeTrace(faulty, stimulus, seed: seed, mutant: 1) != expected {
                    found[mutant.change.kind, default: 0] += 1
                }
            }
        }
        let kinds = ["operator", "operands swapped", "bound", "constant", "slice", "sign", "width", "stuck", "no reset", "reset value",
                     "register enable", "register bypassed", "read enable"]
        #expect(planted.keys.sorted() == kinds.sorted())
        for kind in kinds { #expect(found[kind, default: 0] > 0, "\(planted[kind, default: 0]) planted, none found: \(kind)") }
    }

    /// The first output or signal inside that differs, in words.
    private static func difference(_ module: RandomModule, _ random: inout SeededGenerator) throws -> String? {
        let design = try Design(module)
        let simulator = NativeSimulator(design, seed: module.seed), interpreter = StatementInterpreter(design.top)
        let paths = simulator.signalPaths
        for (cycle, now) in Stimulus(simulator.ports, seed: module.seed).cycles.enumerated() {
            for port in simulator.ports where port.isInput {
                for word in port.firstWord..<port.firstWord + port.wordCount { simulator.values[word] = now.words[word] }
            }
            simulator.reset = now.reset
            simulator.settle()
            interpreter.setInputs(now.words, simulator.ports)
            if cycle >= Stimulus.loadCycles {
                for (index, port) in simulator.ports.enumerated() where !port.isInput {
                    let seen = Array(simulator.values[port.firstWord..<port.firstWord + port.wordCount])
                    let expected = interpreter.output(index).words
                    if seen != expected { return "\(port.name) in cycle \(cycle): expected \(expected), seen \(seen)" }
                }
                for path in (0..<12).map({ _ in paths[random.below(paths.count)] }) {
                    guard let value = interpreter.value(path: path.split(separator: ".").map(String.init)) else {
                        return "\(path) is unknown to the interpreter"
                    }
                    let seen = try simulator.peek(path)
                    if seen != value.words { return "\(path) in cycle \(cycle): expected \(value.words), seen \(seen)" }
                }
            }
            simulator.clockEdge()
            interpreter.clockEdge(reset: now.reset)
        }
        return nil
    }
}
