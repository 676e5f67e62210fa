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
            cycle            1   2   3   4   5   6   7
            input_valid     ▁▁▁▁╱▔▔▔▔▔▔▔▔▔▔▔▔▔▔▔▔▔▔▔╲▁▁▁
            input_ready     ▔▔▔▔▔▔▔▔▔▔▔▔╲▁▁▁▁▁▁▁╱▔▔▔▔▔▔▔
            input_payload   │0  │7  │9  │200
            skid.full       ▁▁▁▁▁▁▁▁▁▁▁▁╱▔▔▔▔▔▔▔╲▁▁▁▁▁▁▁
            output_valid    ▁▁▁▁╱▔▔▔▔▔▔▔▔▔▔▔▔▔▔▔▔▔▔▔╲▁▁▁
            output_ready    ▔▔▔▔▔▔▔▔╲▁▁▁▁▁▁▁╱▔▔▔▔▔▔▔▔▔▔▔
            output_payload  │0  │7  │9          │200
            """, "\n\(wave.render())")
    }

    @Test func asciiWaveKeepsTheLastCyclesAndReadsSigns() throws {
        let simulator = NativeSimulator(try Design(MultiplyTree(lanes: 2)), seed: 1)
        var wave = try AsciiWave(simulator, ["valid", "a", "sum"], capacity: 5)
        simulator.applyReset()
        let a = try simulator.handle("a"), b = try simulator.handle("b")
        for cycle in 0..<7 {
            a.set([cycle, 1], width: 12)
            b.set([-100, 10], width: 12)
            try simulator.poke("valid", cycle < 4 ? 1 : 0)
            simulator.settle()
            wave.sample()
            simulator.clockEdge()
        }
        #expect(wave.render() == """
            cycle   4    5    6    7    8
            valid  ▔▔▔▔▔▔▔▔▔▔╲▁▁▁▁▁▁▁▁▁▁▁▁▁▁
            a      │4098│4099│4100│4101│4102
            sum    │0   │10  │-80 │-270│-560
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
            $timescale 1 ns $end
            $scope module Wrapper $end
            $var wire 1 ! clock $end
            $var wire 1 " reset $end
            $var wire 1 # input_valid $end
            $var wire 1 $ input_ready $end
            $var wire 8 % input_payload [7:0] $end
            $var wire 1 & output_valid $end
            $var wire 1 ' output_ready $end
            $var wire 8 ( output_payload [7:0] $end
            $var wire 1 ) skid_input_valid $end
            $var wire 1 * skid_input_ready $end
            $var wire 8 + skid_input_payload [7:0] $end
            $var wire 1 , skid_output_valid $end
            $var wire 1 - skid_output_ready $end
            $var wire 8 . skid_output_payload [7:0] $end
            $scope module skid $end
            $var wire 1 / input_valid $end
            $var wire 1 0 input_ready $end
            $var wire 8 1 input_payload [7:0] $end
            $var wire 1 2 output_valid $end
            $var wire 1 3 output_ready $end
            $var wire 8 4 output_payload [7:0] $end
            $var wire 1 5 full $end
            $var wire 8 6 held [7:0] $end
            $upscope $end
            $upscope $end
            $enddefinitions $end
            #0
            1!
            0"
            0#
            1$
            b0 %
            0&
            1'
            b0 (
            0)
            1*
            b0 +
            0,
            1-
            b0 .
            0/
            10
            b0 1
            02
            13
            b0 4
            05
            b1100111 6
            #5
            0!
            #10
            1!
            1#
            b111 %
            1&
            b111 (
            1)
            b111 +
            1,
            b111 .
            1/
            b111 1
            12
            b111 4
            b0 6
            #15
            0!
            #20
            1!
            b1001 %
            0'
            b1001 (
            b1001 +
            0-
            b1001 .
            b1001 1
            03
            b1001 4
            b111 6
            #25
            0!
            #30
            1!
            0$
            b11001000 %
            0*
            b11001000 +
            00
            b11001000 1
            15
            b1001 6
            #35
            0!
            #40
            1!
            1'
            1-
            13
            #45
            0!
            #50
            1!
            1$
            b11001000 (
            1*
            b11001000 .
            10
            b11001000 4
            05
            #55
            0!
            #60
            1!
            0#
            0&
            0)
            0,
            0/
            02
            b11001000 6
            #65
            0!
            #70

            """, "\n\(text)")
    }
}
