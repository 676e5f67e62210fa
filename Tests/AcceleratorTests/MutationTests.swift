import Blocks
import Cosimulation
import RTL
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
            let memory = c.memory("words", depth: 32, width: 5, collision: .readFirst)
            c.when(io.enable & !smaller) {
                count.next(count.q &+ 1)
                memory.write(count.q, count.q ^ 9)
            }.elsewhen(smaller | (count.q == 7)) {
                count.next(count.q &- 3)
            }
            let word = memory.read("word", io.a.asUnsigned[0..<5], enable: io.enable)
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
        let kinds = Set(try Self.mutants().map(\.change.kind))
        #expect(kinds == [
            "operator", "operands swapped", "bound", "constant", "slice", "sign", "stuck", "no reset", "reset value",
            "register enable", "register bypassed", "read enable",
        ])
    }

    /// Number 0 behaves as the design did before, in every cycle; nearly all others do not.
    @Test func healthyUnlessAwake() throws {
        let mutants = try Self.mutants()
        let mutated = try Design(Probe()).mutated(by: mutants)
        let healthy = trace(NativeSimulator(try Design(Probe()), seed: 3))
        #expect(healthy == trace(NativeSimulator(mutated, seed: 3), mutant: 0))
        let alike = mutants.indices.filter { trace(NativeSimulator(mutated, seed: 3), mutant: $0 + 1) == healthy }
        print("mutants of the probe that no output tells: \(alike.map { "\(mutants[$0])" })")
        #expect(alike.count * 10 < mutants.count)
    }

    /// Verilator takes the emitted text without a warning, and sees every mutant as the native engine does.
    @Test func verilatorAgrees() throws {
        // What depends on power-up values is not the same in two engines.
        let mutants = try Self.mutants().filter { $0.change != .reset(nil) }
        let mutated = try Design(Probe()).mutated(by: mutants)
        let model = try VerilatorModel.build(mutated)
        for number in 0...mutants.count {
            let native = trace(NativeSimulator(mutated, seed: 1), mutant: number, skipping: 200)
            let verilator = trace(VerilatorSimulator(model, seed: 1), mutant: number, skipping: 200)
            #expect(native == verilator, "\(number == 0 ? "healthy" : "\(mutants[number - 1])")")
        }
    }

    /// All outputs of some hundred cycles of random inputs after a reset, from cycle `skipping` on.
    private func trace(_ simulator: any Simulator, mutant: Int? = nil, skipping: Int = 0) -> [UInt64] {
        if let mutant { simulator.values[simulator.port("mutant")!.firstWord] = UInt64(mutant) }
        var random = SplitMix64(seed: 7)
        var trace: [UInt64] = []
        simulator.applyReset()
        for cycle in 0..<600 {
            for port in simulator.ports where port.isInput && port.name != "mutant" {
                simulator.values[port.firstWord] = random.next() & ((1 << UInt64(port.width)) - 1)
            }
            simulator.settle()
            if cycle >= skipping {
                trace += simulator.ports.filter { !$0.isInput }.map { simulator.values[$0.firstWord] }
            }
            simulator.clockEdge()
        }
        return trace
    }
}
