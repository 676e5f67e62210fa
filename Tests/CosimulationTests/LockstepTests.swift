import Blocks
import Cosimulation
import RTL
import SeededRandom
import Simulation
import Testing

/// Verilator against the native engine on the emitted Verilog, with random inputs and random resets.
@Suite struct LockstepTests {
    /// Every output of both, cycle by cycle, while what is compared is defined (`isDefined` of the native outputs).
    func lockstep(
        _ module: some Module, seed: UInt64, cycles: Int = 5000, options: VerilatorOptions = VerilatorOptions()
    ) throws {
        let design = try Design(module)
        let native = NativeSimulator(design, seed: seed)
        let verilator = try VerilatorSimulator(design, seed: seed, options: options)
        var random = SeededGenerator(seed: seed)
        for simulator in [native, verilator] as [any Simulator] { simulator.applyReset() }
        var transfers = 0
        for cycle in 0..<cycles {
            let reset = random.next() % 200 == 0
            for port in native.ports where port.isInput {
                for word in port.firstWord..<port.firstWord + port.wordCount {
                    let used = min(64, port.width - 64 * (word - port.firstWord))
                    let value = random.next() >> UInt64(64 - used)
                    native.values[word] = value
                    verilator.values[word] = value
                }
            }
            for simulator in [native, verilator] as [any Simulator] {
                simulator.reset = reset
                simulator.settle()
            }
            for port in native.ports where !port.isInput {
                // A payload without its valid is noise of the engine's own.
                if port.name == "output_payload", native["output_valid"] == 0 { continue }
                for word in port.firstWord..<port.firstWord + port.wordCount {
                    try #require(native.values[word] == verilator.values[word], "\(port.name), cycle \(cycle)")
                }
            }
            transfers += Int(native["output_valid"] & native["output_ready"])
            native.clockEdge()
            verilator.clockEdge()
        }
        #expect(transfers > cycles / 8)
    }

    @Test(arguments: [1, 8, 33, 64, 100, 512]) func skidBuffer(bits: Int) throws {
        try lockstep(SkidBuffer(bits: bits), seed: UInt64(bits))
    }

    @Test(arguments: [(8, 2), (33, 4), (512, 16)]) func fifo(bits: Int, depth: Int) throws {
        try lockstep(Fifo(bits: bits, depth: depth), seed: UInt64(bits))
    }

    /// A part of a part is in reset while either of the two is cleared.
    @Test func clearedInstances() throws { try lockstep(ClearedFifos(), seed: 3) }

    /// Parts that Verilator keeps apart, with one set of functions for all of them.
    @Test func sharedModules() throws {
        let fifos = try Design(FifosInARow())
        #expect(fifos.sharedModules(ofAtLeast: 1) == ["Pair"])
        #expect(fifos.sharedModules(ofAtLeast: 1000) == [])
        try lockstep(FifosInARow(), seed: 4, options: VerilatorOptions(shared: ["Pair"]))
    }

    @Test func instanceFromADesignIsCached() throws {
        let design = try Design(SkidBuffer(bits: 7))
        _ = try VerilatorSimulator(design, seed: 1)
        #expect(try VerilatorModel.build(Design(SkidBuffer(bits: 7))).wasBuilt == false)
    }
}

/// A `Fifo` that is cleared when a word with its lowest bits all set comes, in a part that is cleared as a whole by a bit of its own.
private struct ClearedFifos: Module {
    struct Ports {
        let input, output: Stream<Unsigned>
        let clear: Unsigned
    }

    func ports(_ io: Interface) -> Ports {
        Ports(input: io.sink(.unsigned(16)), output: io.source(.unsigned(16)), clear: io.input(.unsigned(5)))
    }

    func body(_ c: Circuit, _ io: Ports) {
        let clear = c.stage("clears", io.clear.isAllOnes)
        let held = c.register("part_clear", .bit, reset: 0)
        held.next(clear)
        let part = c.instance("part", Part(), clear: held)
        c.connect(io.input, to: part.input)
        c.connect(part.output, to: io.output)
    }

    private struct Part: Module {
        struct Ports {
            let input, output: Stream<Unsigned>
        }

        func ports(_ io: Interface) -> Ports { Ports(input: io.sink(.unsigned(16)), output: io.source(.unsigned(16))) }

        func body(_ c: Circuit, _ io: Ports) {
            let clear = c.register("fifo_clear", .bit, reset: 1)
            clear.next(io.input.valid & io.input.payload[0..<4].isAllOnes)
            let fifo = c.instance("fifo", Fifo(bits: 16, depth: 4), clear: clear)
            c.connect(io.input, to: fifo.input)
            c.connect(fifo.output, to: io.output)
        }
    }
}

/// Three pairs of queues, one behind the other.
private struct FifosInARow: Module {
    struct Ports {
        let input, output: Stream<Unsigned>
    }

    func ports(_ io: Interface) -> Ports { Ports(input: io.sink(.unsigned(16)), output: io.source(.unsigned(16))) }

    func body(_ c: Circuit, _ io: Ports) {
        let last = (0..<3).reduce(io.input) { stream, number in
            let pair = c.instance("pair_\(number)", Pair())
            c.connect(stream, to: pair.input)
            return pair.output
        }
        c.connect(last, to: io.output)
    }

    private struct Pair: Module {
        typealias Ports = FifosInARow.Ports

        func ports(_ io: Interface) -> Ports { FifosInARow().ports(io) }

        func body(_ c: Circuit, _ io: Ports) {
            let first = c.instance("first", Fifo(bits: 16, depth: 2)), second = c.instance("second", Fifo(bits: 16, depth: 4))
            c.connect(io.input, to: first.input)
            c.connect(first.output, to: second.input)
            c.connect(second.output, to: io.output)
        }
    }
}
