import Accelerator
import Blocks
import Configuration
import Cosimulation
import Foundation
import RTL
import SeededRandom
import Simulation
import TestSupport
import Testing

/// The four-state engine: the same values as the others, unknown outputs found, and no process left behind.
@Suite struct IcarusTests {
    /// The same bench on all engines: random inputs on every port, random resets, every output in every cycle.
    func lockstep(_ module: some Module, cycles: Int = 1500) throws {
        let design = try Design(module)
        let seed = TestSeed.derived(design.top.name)
        let native = NativeSimulator(design, seed: seed)
        let simulators: [any Simulator] = [native, try VerilatorSimulator(design, seed: seed), try IcarusSimulator(design)]
        var random = SeededGenerator(seed: seed)
        for simulator in simulators { simulator.applyReset() }
        var transfers = 0
        for cycle in 0..<cycles {
            let reset = random.next() % 200 == 0
            for port in native.ports where port.isInput {
                for word in 0..<port.wordCount {
                    let value = random.next() & PortHandle(port, of: native).mask(ofWord: word)
                    for simulator in simulators { simulator.values[port.firstWord + word] = value }
                }
            }
            for simulator in simulators {
                simulator.reset = reset
                simulator.settle()
            }
            for port in native.ports where !port.isInput {
                let parts = port.name.components(separatedBy: "_payload")
                if parts.count > 1, native[parts[0] + "_valid"] == 0 { continue }
                if port.name.hasSuffix("_valid"), native[port.name] == 1 { transfers += 1 }
                for simulator in simulators.dropFirst() {
                    let expected = PortHandle(port, of: native).words, seen = PortHandle(port, of: simulator).words
                    try #require(
                        expected == seen,
                        "\(port.name), cycle \(cycle), \(type(of: simulator)); \(TestSeed.rerun)")
                }
            }
            for simulator in simulators { simulator.clockEdge() }
        }
        for simulator in simulators {
            #expect(simulator.cycle == native.cycle)
            try simulator.check()
        }
        #expect(transfers > cycles / 8)
    }

    @Test(arguments: [1, 33, 200]) func skidBuffer(bits: Int) throws { try lockstep(SkidBuffer(bits: bits)) }

    @Test(arguments: [(8, 2), (100, 8)]) func fifo(bits: Int, depth: Int) throws { try lockstep(Fifo(bits: bits, depth: depth)) }

    @Test func queryKeyUnit() throws {
        try lockstep(Accelerator.QueryKeyUnit(lane: LaneConfiguration(headSize: 32, multipliers: 64)), cycles: 600)
    }

    /// `noise` is never written unless reset and enable meet; `count` is.
    static func counterSimulator(_ policy: IcarusSimulator.Policy = .fail, ignoring: Set<String> = []) throws -> IcarusSimulator {
        let model = try IcarusModel.build(
            sources: [counter(bits: 70)], top: "counter",
            ports: SimulatedPort.layout([input("enable", 1), output("count", 70), output("noise", 70)]))
        return try IcarusSimulator(model, policy: policy, ignoredOutputs: ignoring)
    }

    @Test func unknownOutputsAreRecordedAndThrown() throws {
        let simulator = try Self.counterSimulator()
        simulator.run(3)
        #expect(simulator.unknowns.isEmpty)
        try simulator.check()
        simulator.reset = false
        simulator["enable"] = 1
        simulator.run(5)
        let x = UnknownOutput(port: "noise", bits: String(repeating: "x", count: 70), cycle: 3)
        #expect(simulator.unknowns == [x])
        #expect(simulator["noise"] == 0)
        #expect(simulator["count"] == 4)
        let error = #expect(throws: UnknownOutputs.self) { try simulator.check() }
        #expect("\(error!)".contains("outputs of counter are unknown after the reset:\ncycle 3: `noise` is xxxx"))

        let recording = try Self.counterSimulator(.record)
        recording.applyReset()
        recording.settle()
        #expect(recording.unknowns.map(\.cycle) == [2])
        try recording.check()
        let ignoring = try Self.counterSimulator(ignoring: ["noise"])
        ignoring.applyReset()
        ignoring.run(5)
        try ignoring.check()
        // Written under reset, it is known from then on.
        let written = try Self.counterSimulator()
        written["enable"] = 1
        written.applyReset()
        written.run(5)
        try written.check()
        #expect(written["count"] == 4)
    }

    /// A payload is unknown while its `valid` is 0 and may be; a `ready` may not.
    @Test func payloadsCountWhileValid() throws {
        func simulator(valid: String, ready: String) throws -> IcarusSimulator {
            let text = """
                module m (input wire clock, input wire reset, input wire select, output wire out_valid,
                          output wire [3:0] out_payload_a, output wire in_ready);
                  reg [3:0] r; reg q;
                  always @(posedge clock) if (select & reset & !reset) begin r <= 4'd0; q <= 1'b0; end
                  assign out_valid = \(valid); assign out_payload_a = {r[3:1], 1'b1}; assign in_ready = \(ready);
                endmodule

                """
            let ports = SimulatedPort.layout([input("select", 1), output("out_valid", 1), output("out_payload_a", 4), output("in_ready", 1)])
            let simulator = try IcarusSimulator(
                IcarusModel.build(sources: [VerilogSource(name: "m.v", text: text)], top: "m", ports: ports))
            simulator.applyReset()
            simulator.run(3)
            return simulator
        }
        #expect(try simulator(valid: "1'b0", ready: "1'b1").unknowns == [])
        #expect(try simulator(valid: "1'b1", ready: "1'b1").unknowns == [UnknownOutput(port: "out_payload_a", bits: "xxx1", cycle: 2)])
        #expect(try simulator(valid: "1'b0", ready: "1'bz").unknowns == [UnknownOutput(port: "in_ready", bits: "z", cycle: 2)])
        #expect(try simulator(valid: "q", ready: "1'b1").unknowns.map(\.port) == ["out_valid"])
    }

    /// A process that is killed between two calls.
    @Test func aLostProcessIsAnError() throws {
        let simulator = try Self.counterSimulator(.record)
        simulator.applyReset()
        simulator["enable"] = 1
        simulator.run(9)
        #expect(simulator["count"] == 8)
        kill(simulator.processIdentifier!, SIGKILL)
        let elapsed = seconds { simulator.run(5) }
        #expect(elapsed < 5)
        #expect(simulator["count"] == 0)
        let error = #expect(throws: CosimulationError.self) { try simulator.check() }
        #expect(error == .engineLost(engine: "Icarus Verilog", cycle: 11, reason: "vvp was killed by signal 9"))
        #expect(simulator.run(until: simulator.port("count")!, limit: 5) == nil)
        simulator.settle()
    }

    @Test func noProcessIsLeft() throws {
        let identifier: pid_t
        do {
            let simulator = try Self.counterSimulator()
            simulator.applyReset()
            identifier = simulator.processIdentifier!
            #expect(kill(identifier, 0) == 0)
        }
        #expect(kill(identifier, 0) != 0)
    }

    /// A loop without delay never settles.
    @Test func aSimulationThatHangsTimesOut() throws {
        let loop = VerilogSource(name: "loop.v", text: """
            module loop (input wire start, output wire y);
              reg r; initial r = 1'b0;
              always @(r or start) if (start) r <= ~r;
              assign y = r;
            endmodule

            """)
        let model = try IcarusModel.build(
            sources: [loop], top: "loop", ports: SimulatedPort.layout([input("start", 1), output("y", 1)]), clock: nil, reset: nil)
        let simulator = try IcarusSimulator(model, timeout: .milliseconds(300))
        simulator.settle()
        try simulator.check()
        simulator["start"] = 1
        simulator.settle()
        #expect(throws: CosimulationError.engineLost(engine: "Icarus Verilog", cycle: 0, reason: "no answer for 0.3 s")) {
            try simulator.check()
        }
    }

    @Test func programsAreCached() throws {
        try withEmptyCache { cache in
            let design = try Design(SkidBuffer(bits: 5))
            #expect(try IcarusModel.build(design, cache: cache).wasBuilt)
            #expect(try !IcarusModel.build(design, cache: cache).wasBuilt)
            #expect(try IcarusModel.build(Design(SkidBuffer(bits: 6)), cache: cache).wasBuilt)
        }
    }
}
