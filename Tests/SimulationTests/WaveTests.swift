import Blocks
import RTL
import Simulation
import Testing

private struct Wrapper: Module {
    struct Ports { let input, output: Stream<Unsigned> }

    func ports(_ io: Interface) -> Ports { Ports(input: io.sink(.unsigned(8)), output: io.source(.unsigned(8))) }

    func body(_ c: Circuit, _ io: Ports) {
        let skid = c.instance("skid", SkidBuffer(bits: 8))
        c.connect(io.input, to: skid.input)
        c.connect(skid.output, to: io.output)
    }
}

@Suite struct WaveTests {
    /// Three words into a skid buffer, its output stalled for two cycles.
    private func run(_ simulator: NativeSimulator, _ sample: () -> Void) throws {
        try simulator.poke("output_ready", 1)
        simulator.applyReset(cycles: 1)
        for (valid, payload, ready) in [(0, 0, 1), (1, 7, 1), (1, 9, 0), (1, 200, 0), (1, 200, 1), (1, 200, 1), (0, 200, 1)] {
            try simulator.poke("input_valid", valid)
            try simulator.poke("input_payload", payload)
            try simulator.poke("output_ready", ready)
            simulator.settle()
            sample()
            simulator.clockEdge()
        }
    }

    @Test func asciiWave() throws {
        let simulator = NativeSimulator(try Design(Wrapper()), seed: 1)
        var wave = try AsciiWave(simulator, [
            "input_valid", "input_ready", "input_payload", "skid.full", "output_valid", "output_ready", "output_payload"])
        try run(simulator) { wave.sample() }
        #expect(wave.render() == """
            expected
            """, "\n\(wave.render())")
    }

    @Test func asciiWaveKeepsTheLastCyclesAndReadsSigns() throws {
        let simulator = NativeSimulator(try Design(MultiplyTree(lanes: 2)), seed: 1)
        var wave = try AsciiWave(simulator, ["valid", "a", "sum"], capacity: 5)
        simulator.applyReset()
        let a = try simulator.handle("a"), b = try simulator.handle("b")
        for cycle in 0..<7 {
            a.setElements([cycle, 1], width: 12)
            b.setElements([-100, 10], width: 12)
            try simulator.poke("valid", cycle < 4 ? 1 : 0)
            simulator.settle()
            wave.sample()
            simulator.clockEdge()
        }
        #expect(wave.render() == """
            expected
            """, "\n\(wave.render())")
    }

    @Test func asciiWaveNamesWhatIsMissing() throws {
        let simulator = NativeSimulator(try Design(SkidBuffer(bits: 4)), seed: 1)
        #expect(throws: UnknownName.self) { _ = try AsciiWave(simulator, ["fulll"]) }
    }

    @Test func vcd() throws {
        func dump() throws -> String {
            let simulator = NativeSimulator(try Design(Wrapper()), seed: 1)
            var text = ""
            let writer = VCDWriter(simulator, top: "Wrapper") { text += $0 }
            try run(simulator) { writer.sample() }
            writer.finish()
            return text
        }
        let text = try dump()
        #expect(try text == dump())
        #expect(text == """
            expected
            """, "\n\(text)")
    }
}
