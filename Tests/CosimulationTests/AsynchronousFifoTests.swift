import Blocks
import Cosimulation
import RTL
import Simulation
import TestSupport
import Testing
import Verilog

/// The queue between two clocks, in every engine and with faults planted in it.
@Suite struct AsynchronousFifoTests {
    static let depth = 4
    private static var fifo: AsynchronousFifo { AsynchronousFifo(bits: FifoTraffic.bits, depth: depth) }

    @Test func everyWordComesOutInOrderInBothEngines() throws {
        let design = try Design(Self.fifo)
        #expect(design.warnings.isEmpty)
        let model = try VerilatorModel.build(design)
        var full = 0, empty = 0
        for (index, timing) in FifoTraffic.timings.enumerated() {
            let seed = TestSeed.derived("traffic \(index)")
            let traffic = FifoTraffic(write: timing.write, read: timing.read, seed: seed, words: 3000)
            let native = try traffic.run(NativeSimulator(design, seed: seed), depth: Self.depth)
            let verilator = try traffic.run(VerilatorSimulator(model, seed: seed), depth: Self.depth)
            let place = "\(timing); again: \(TestSeed.rerun)"
            for outcome in [native, verilator] { #expect(outcome.failure == nil, "\(outcome.failure ?? ""), \(place)") }
            if let (a, b) = zip(native.trace, verilator.trace).first(where: { $0 != $1 }) {
                Issue.record("native \(a), Verilator \(b), \(place)")
            }
            #expect(native.trace.count == verilator.trace.count, "\(place)")
            full += native.full
            empty += native.empty
        }
        #expect(full > 1000 && empty > 1000, "the traffic must fill and drain the queue: \(full), \(empty)")
    }

    @Test(arguments: [1, 2, 8, 64]) func otherDepthsAndWidths(factor: Int) throws {
        let depth = 2 * factor
        let simulator = NativeSimulator(try Design(AsynchronousFifo(bits: FifoTraffic.bits, depth: depth)), seed: 3)
        let traffic = FifoTraffic(write: .init(period: 3), read: .init(period: 4), seed: TestSeed.derived("depth"), words: 2000)
        #expect(try traffic.run(simulator, depth: depth).failure == nil, "again: \(TestSeed.rerun)")
    }

    /// A word is there after the third edge of the reading clock behind the edge that wrote it.
    @Test func latency() throws {
        let simulator = NativeSimulator(try Design(Self.fifo), seed: 1)
        let write = try simulator.clock("write_clock"), read = try simulator.clock("read_clock")
        simulator.applyReset()
        try simulator.poke("input_valid", 1)
        simulator.settle()
        simulator.clockEdge(of: [write, read])
        try simulator.poke("input_valid", 0)
        for edge in 1...3 {
            simulator.settle()
            #expect(simulator["output_valid"] == 0, "before edge \(edge)")
            simulator.clockEdge(of: read)
        }
        simulator.settle()
        #expect(simulator["output_valid"] == 1)
    }

    @Test func aDepthOfEightNeverPauses() throws {
        for phase in 0..<3 {
            let simulator = NativeSimulator(try Design(AsynchronousFifo(bits: FifoTraffic.bits, depth: 8)), seed: 1)
            let traffic = FifoTraffic(write: .init(period: 3), read: .init(period: 3, phase: phase), seed: 1, words: 3000,
                                      offers: [8], takes: [8])
            let outcome = try traffic.run(simulator, depth: 8)
            #expect(outcome.failure == nil && outcome.full == 0, "\(outcome.full) pauses at phase \(phase)")
        }
    }

    // MARK: Planted faults

    /// What no run of whole cycles can tell: a synchroniser a stage shorter only fails by metastability, and a writer that
    /// has not seen the reader's pointer cleared takes the queue for fuller than it is, for two edges at most.
    static let alike = [
        "head_seen_0: not reset", "head_seen_0: reset to 1", "head_seen_0: bypassed", "head_seen: not reset",
        "head_seen: reset to 1", "head_seen: bypassed", "tail_seen_0: bypassed", "tail_seen: bypassed",
    ]

    /// Every mutant of the queue is found but those.
    @Test func faultsAreFound() throws {
        let design = try Design(Self.fifo)
        let mutants = design.mutants().filter { (try? design.mutated(by: [$0])) != nil }
        let mutated = try design.mutated(by: mutants)
        let seed = TestSeed.derived("mutants")
        func failure(_ number: Int) throws -> String? {
            for (index, timing) in FifoTraffic.timings.enumerated() {
                let simulator = NativeSimulator(mutated, seed: seed &+ UInt64(index))
                simulator["mutant"] = UInt64(number)
                let traffic = FifoTraffic(write: timing.write, read: timing.read, seed: seed &+ UInt64(index))
                if let failure = try traffic.run(simulator, depth: Self.depth).failure { return failure }
            }
            return nil
        }
        #expect(try failure(0) == nil)
        var survivors: [String] = []
        for (index, mutant) in mutants.enumerated() {
            if try failure(index + 1) == nil { survivors.append("\(mutant.signal): \(mutant.change)") }
        }
        print("mutants of the asynchronous fifo: \(mutants.count), not found: \(survivors.count)")
        #expect(survivors.filter { !Self.alike.contains($0) } == [], "\(survivors.joined(separator: "\n")); again: \(TestSeed.rerun)")
    }
}
