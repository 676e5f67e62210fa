import Blocks
import Cosimulation
import RTL
import SeededRandom
import Simulation
import Testing
import Verification

/// The pass that puts mutants into a design.
@Suite struct MutationTests {
    /// One of everything that can be mutated, with an instance below.
    struct Probe: Module {
        struct Ports {
            let a, b: Signed
            let enable: Bit
            let queue: Stream<Unsigned>
            let sum: Signed
            let flags: Unsigned
            let output: Stream<Unsigned>
        }

        func ports(_ io: Interface) -> Ports {
            Ports(a: io.input(.signed(8)), b: io.input(.signed(8)), enable: io.input(.bit),
                  queue: io.sink(.unsigned(6)), sum: io.output(.signed(17)), flags: io.output(.unsigned(3)),
                  output: io.source(.unsigned(6)))
        }

        func body(_ c: Circuit, _ io: Ports) {
            let product = c.stage("product", io.a * io.b, enable: io.enable)
            let difference = c.stage("difference", io.a - io.b, enable: io.enable, reset: 3)
            let smaller = c.named("smaller", io.a < io.b)
            c.drive(io.sum, mux(smaller, product + difference, (product - difference) >> 1))
            let count = c.register("count", .unsigned(5), reset: 1)
            let memory = c.memory("words", depth: 4, width: 5, collision: .readFirst)
            c.when(io.enable & !smaller) {
                count.next(count.q &+ 1)
                memory.write(count.q[0..<2], count.q ^ 9)
            }.elsewhen(smaller | (count.q == 7)) {
                count.next(count.q &- 3)
            }
            let word = memory.read("word", io.a.asUnsigned[0..<2], enable: io.enable)
            c.drive(io.flags, concatenate(smaller, word[1], word.isNonzero))
            let fifo = c.instance("fifo", Fifo(bits: 6, depth: 4))
            c.connect(io.queue, to: fifo.input)
            c.connect(fifo.output, to: io.output)
        }
    }

    private static func mutants() throws -> [Mutant] {
        let design = try Design(Probe())
        return design.mutants().filter { (try? design.mutated(by: [$0])) != nil }
    }

    @Test func everyKindOfChangeIsMade() throws {
        let kinds = Set(try Self.mutants().map(\.kind))
        #expect(kinds == [
            "operator", "operands swapped", "bound", "constant", "slice", "sign", "width", "stuck", "condition", "handshake",
            "no reset", "reset value", "register enable", "register bypassed", "read enable",
        ])
    }

    /// Number 0 behaves as the design did before, in every cycle; nearly all others do not.
    @Test func healthyUnlessAwake() throws {
        let mutants = try Self.mutants()
        let mutated = try Design(Probe()).mutated(by: mutants)
        let healthy = trace(NativeSimulator(try Design(Probe()), seed: 3))
        #expect(difference(trace(NativeSimulator(mutated, seed: 3), mutant: 0), healthy) == nil)
        let alike = mutants.indices.filter { trace(NativeSimulator(mutated, seed: 3), mutant: $0 + 1) == healthy }
        print("mutants of the probe that no output tells: \(alike.map { "\(mutants[$0])" })")
        #expect(alike.count * 10 < mutants.count)
    }

    /// Verilator takes the emitted text without a warning, and sees every mutant as the native engine does.
    @Test func verilatorAgrees() throws {
        let mutants = try Self.mutants()
        let mutated = try Design(Probe()).mutated(by: mutants)
        let model = try VerilatorModel.build(mutated)
        var compared = 0
        for number in 0...mutants.count {
            let native = trace(NativeSimulator(mutated, seed: 1), mutant: number)
            // What depends on power-up values is not the same in two engines.
            let hangsOnNoise = (2..<6).contains {
                trace(NativeSimulator(mutated, seed: $0), mutant: number) != native
            }
            guard !hangsOnNoise else { continue }
            let verilator = trace(VerilatorSimulator(model, seed: 1), mutant: number)
            #expect(difference(verilator, native) == nil, "\(number == 0 ? "healthy" : "\(mutants[number - 1])")")
            compared += 1
        }
        print("\(compared) of \(mutants.count + 1) mutants of the probe behave alike from all power-up values")
        #expect(compared * 2 > mutants.count)
    }

    /// All outputs of some hundred cycles of random inputs, once the memories have been written all over.
    private func trace(_ simulator: any Simulator, mutant: Int? = nil) -> [UInt64] {
        if let mutant { simulator.values[simulator.port("mutant")!.firstWord] = UInt64(mutant) }
        var random = SeededGenerator(seed: 7)
        var trace: [UInt64] = []
        simulator.applyReset()
        for cycle in 0..<600 {
            for port in simulator.ports where port.isInput && port.name != "mutant" {
                simulator.values[port.firstWord] = random.next() & ((1 << UInt64(port.width)) - 1)
            }
            simulator.settle()
            if cycle >= 200 {
                trace += simulator.ports.filter { !$0.isInput }.map { simulator.values[$0.firstWord] }
            }
            simulator.clockEdge()
        }
        return trace
    }

    /// Where two traces differ first; nil: nowhere.
    private func difference(_ seen: [UInt64], _ expected: [UInt64]) -> String? {
        if let index = zip(seen, expected).enumerated().first(where: { $1.0 != $1.1 })?.offset {
            return "value \(index) of \(expected.count): \(seen[index]) instead of \(expected[index])"
        }
        return seen.count == expected.count ? nil : "\(seen.count) values instead of \(expected.count)"
    }
}
