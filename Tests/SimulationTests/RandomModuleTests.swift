import RTL
import SeededRandom
import Simulation
import Testing

/// Every operation at every width, against an evaluator that shares nothing with the engine.
@Suite struct RandomModuleTests {
    @Test(arguments: 0..<60)
    func randomModulesMatchTheReference(number: Int) throws {
        try compare(seed: UInt64(number) * 1000, size: 40, depth: number % 3, cycles: 30)
    }

    /// The same with edges of any clocks at a time and resets of their own.
    @Test(arguments: 0..<30)
    func severalClocksMatchTheReference(number: Int) throws {
        try compare(seed: UInt64(number) * 1000 + 500, size: 40, depth: number % 3, clocks: 2 + number % 2, cycles: 60)
    }

    /// A kind of instruction that no random module uses is not tested above.
    @Test func randomModulesUseEveryKindOfInstruction() throws {
        var used: Set<String> = []
        for number in 0..<60 {
            let design = try Design(RandomModule(seed: UInt64(number) * 1000, size: 40, depth: number % 3))
            used.formUnion(NativeSimulator(design, seed: 1).instructionCounts.keys)
        }
        #expect(NativeSimulator.instructionKinds.filter { !used.contains($0) } == [])
    }

    private func compare(seed: UInt64, size: Int, depth: Int, clocks: Int = 1, cycles: Int) throws {
        let rerun = "rerun: compare(seed: \(seed), size: \(size), depth: \(depth), clocks: \(clocks), cycles: \(cycles))"
        let design = try Design(RandomModule(seed: seed, size: size, depth: depth, clocks: clocks))
        let simulator = NativeSimulator(design, seed: seed)
        let reference = ReferenceEvaluator(design.top) { try! simulator.peek($0) }
        var random = SeededGenerator(seed: seed &+ 3)
        let filling = RandomModule.memoryDepth
        for cycle in 0..<cycles + filling {
            // Until the memories are filled their contents differ; with a read from known words they agree.
            let isComparing = cycle >= filling
            var inputs: [Int: Bits] = [:]
            for (index, port) in simulator.ports.enumerated() where port.isInput {
                var value = Bits(repeating: false, count: port.width)
                switch Int.random(in: 0..<8, using: &random) {
                case 0: break
                case 1: value = value.map { _ in true }
                case 2: value[port.width - 1] = true
                default: value = value.map { _ in Bool.random(using: &random) }
                }
                if port.name == "fill" && !isComparing { value = [true] }
                if port.name == "address" && !isComparing { value = bits([UInt64(cycle)], width: 3) }
                inputs[index] = value
                for (word, content) in words(value).enumerated() { simulator.values[port.firstWord + word] = content }
            }
            var edge = ClockSet.all
            if clocks == 1 {
                simulator.reset = cycle < filling || Int.random(in: 0..<10, using: &random) == 0
            } else if isComparing {
                edge = ClockSet(rawValue: random.next() & (1 << UInt64(clocks) - 1))
                simulator.resets = ClockSet(rawValue: random.next() & random.next() & random.next())
            }
            reference.setInputs(inputs)
            simulator.settle()
            if cycle == filling {
                // State that the unfilled memory reached starts anew from the engine's.
                reference.loadState { try! simulator.peek($0) }
            }
            if isComparing {
                for (index, port) in simulator.ports.enumerated() where !port.isInput {
                    let found = Array(simulator.values[port.firstWord..<port.firstWord + port.wordCount])
                    let expected = words(reference.output(index))
                    try #require(found == expected, "\(port.name) in cycle \(cycle); \(rerun)")
                }
                for path in simulator.signalPaths.shuffled(using: &random).prefix(20) {
                    let expected = words(reference.value(path: path.split(separator: ".").map(String.init))!)
                    try #require(try simulator.peek(path) == expected, "\(path) in cycle \(cycle); \(rerun)")
                }
            }
            simulator.clockEdge(of: edge)
            func isAmong(_ clocks: ClockSet) -> (ClockDomain) -> Bool {
                { domain in (try? simulator.clock(domain)).map { !clocks.isDisjoint(with: $0) } ?? false }
            }
            reference.clockEdge(rises: isAmong(edge), isReset: isAmong(simulator.resets))
        }
    }
}
