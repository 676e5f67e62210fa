import Accelerator
import Blocks
import Configuration
import Cosimulation
import RTL
import SeededRandom
import Simulation
import TestSupport
import Testing

/// Whole stream tests in one call: C++ against the Swift loop and all engines against each other, cycle by cycle.
@Suite struct ExchangeTests {
    /// The Swift loop on whatever engine: hides what the engine brings of its own.
    final class Plain: Simulator {
        let inner: any Simulator
        init(_ inner: any Simulator) { self.inner = inner }
        var ports: [SimulatedPort] { inner.ports }
        var values: UnsafeMutableBufferPointer<UInt64> { inner.values }
        var clocks: [SimulatedClock] { inner.clocks }
        var resets: ClockSet { get { inner.resets } set { inner.resets = newValue } }
        var cycle: Int { inner.cycle }
        var lastEdge: ClockSet { inner.lastEdge }
        func settle() { inner.settle() }
        func clockEdge(of clocks: ClockSet) { inner.clockEdge(of: clocks) }
    }

    struct Streams: Sendable {
        var sources: [(name: String, beats: Int)]
        var sinks: [(name: String, capacity: Int)]
        var endsStream = true
    }

    static func exchange(_ streams: Streams, of simulator: any Simulator, seed: UInt64) throws -> StreamExchange {
        var random = SeededGenerator(seed: seed)
        func stalls() -> StallPattern {
            switch random.below(4) {
            case 0: .none
            case 1: StallPattern(bits: (0..<8).map { _ in random.next() & random.next() }, count: 500)
            default: StallPattern(seed: random.next(), probability: [0.1, 0.5, 0.85][random.below(3)])
            }
        }
        return StreamExchange(
            sources: try streams.sources.map { name, beats in
                let pins = try StreamPins(name, of: simulator)
                let words = (0..<beats * pins.payloadWords).map { _ in random.next() }
                return try .init(pins, beats: words, stalls: stalls())
            },
            sinks: try streams.sinks.map { name, capacity in
                try .init(StreamPins(name, of: simulator), capacity: capacity, stalls: stalls(), endsStream: streams.endsStream)
            },
            noiseSeed: seed, quietCycles: 20, patience: 300)
    }

    /// What an exchange has left.
    struct Trace: Equatable {
        var outcome: StreamExchange.Outcome
        var cycle: Int
        var clock: Int
        var received: [[UInt64]]
        var cycles: [[Int]]

        init(_ exchange: StreamExchange, _ outcome: StreamExchange.Outcome, _ streams: Streams, _ simulator: any Simulator) {
            self.outcome = outcome
            cycle = exchange.cycle
            clock = simulator.cycle
            received = streams.sinks.indices.map { exchange.received(from: $0) }
            cycles = streams.sources.indices.map { exchange.cycles(ofSource: $0) }
                + streams.sinks.indices.map { exchange.cycles(ofSink: $0) }
        }
    }

    static func run(_ streams: Streams, on simulator: any Simulator, seed: UInt64) throws -> Trace {
        simulator.applyReset()
        let exchange = try exchange(streams, of: simulator, seed: seed)
        let outcome = simulator.exchange(exchange)
        try simulator.check()
        return Trace(exchange, outcome, streams, simulator)
    }

    /// Everything on every engine; then the C++ and the Swift loop one cycle a call, all ports compared after each.
    func agree(_ module: some Module, _ streams: Streams, seeds: Int, finishes: Bool = true) throws {
        let design = try Design(module)
        let model = try VerilatorModel.build(design), icarus = try IcarusModel.build(design)
        for index in 0..<seeds {
            let seed = TestSeed.derived("\(design.top.name)/\(index)")
            let expected = try Self.run(streams, on: NativeSimulator(design, seed: seed), seed: seed)
            #expect(!finishes || expected.outcome == .finished)
            #expect(expected.cycles.allSatisfy { !$0.isEmpty })
            let others: [(String, any Simulator)] = [
                ("Verilator", VerilatorSimulator(model, seed: seed)),
                ("Verilator, Swift loop", Plain(VerilatorSimulator(model, seed: seed))),
                ("Icarus", try IcarusSimulator(icarus)),
            ]
            for (name, simulator) in others {
                #expect(try Self.run(streams, on: simulator, seed: seed) == expected, "\(name); \(TestSeed.rerun)")
            }

            let fast = VerilatorSimulator(model, seed: seed), plain = Plain(VerilatorSimulator(model, seed: seed))
            fast.applyReset()
            plain.applyReset()
            let fastExchange = try Self.exchange(streams, of: fast, seed: seed)
            let plainExchange = try Self.exchange(streams, of: plain, seed: seed)
            var outcome = StreamExchange.Outcome.limit
            while outcome == .limit {
                outcome = fast.exchange(fastExchange, limit: 1)
                try #require(plain.exchange(plainExchange, limit: 1) == outcome)
                try #require(Array(fast.values) == Array(plain.values), "cycle \(fastExchange.cycle)")
            }
            #expect(Trace(fastExchange, outcome, streams, fast) == expected, "one cycle a call")
        }
    }

    @Test(arguments: [8, 64, 100]) func skidBuffer(bits: Int) throws {
        try agree(SkidBuffer(bits: bits), Streams(sources: [("input", 300)], sinks: [("output", 300)]), seeds: 4)
    }

    @Test(arguments: [(33, 4), (512, 16)]) func fifo(bits: Int, depth: Int) throws {
        try agree(Fifo(bits: bits, depth: depth), Streams(sources: [("input", 300)], sinks: [("output", 300)]), seeds: 4)
    }

    /// Two sources, one sink, payloads of many fields; the number of scores follows from the noise in the keys.
    @Test func queryKeyUnit() throws {
        let streams = Streams(sources: [("query", 100), ("keys", 200)], sinks: [("scores", 1000)], endsStream: false)
        try agree(
            Accelerator.QueryKeyUnit(lane: LaneConfiguration(headSize: 32, multipliers: 64)), streams, seeds: 3, finishes: false)
    }

    /// What comes out is what went in, in order, when the patterns say so.
    @Test func patternsAreKept() throws {
        let simulator = try VerilatorSimulator(Design(Fifo(bits: 64, depth: 4)), seed: 1)
        simulator.applyReset()
        var stalls = StallPattern(seed: 5, probability: 0.5)
        let bits: [UInt64] = [0b0110], words = (0..<100).map { UInt64($0) * 3 }
        let exchange = StreamExchange(
            sources: [try .init(StreamPins("input", of: simulator), beats: words, stalls: StallPattern(bits: bits, count: 4))],
            sinks: [try .init(StreamPins("output", of: simulator), capacity: 100, stalls: stalls)])
        #expect(simulator.exchange(exchange, limit: 50) == .limit)
        #expect(exchange.cycle == 50)
        #expect(exchange.count(ofSink: 0) < 50)
        #expect(simulator.exchange(exchange) == .finished)
        #expect(exchange.received(from: 0) == words)
        let isReady = (0..<exchange.cycle).map { _ in !stalls.next() }
        #expect(exchange.cycles(ofSink: 0).allSatisfy { isReady[$0] })
        // The source gave one beat, hesitated twice, and never again.
        #expect(Array(exchange.cycles(ofSource: 0).prefix(3)) == [0, 3, 4])
    }

    @Test func burstsInAndOut() throws {
        for simulator in [try VerilatorSimulator(Design(Fifo(bits: 70, depth: 16)), seed: 1),
                          NativeSimulator(try Design(Fifo(bits: 70, depth: 16)), seed: 1)] as [any Simulator] {
            simulator.applyReset()
            let input = try StreamPins("input", of: simulator), output = try StreamPins("output", of: simulator)
            let words = (0..<20).map { UInt64($0) }
            #expect(try words.withUnsafeBufferPointer { try simulator.send($0, to: input, limit: 100) } == 10)
            #expect(try words.withUnsafeBufferPointer { try simulator.send($0, to: input, limit: 100) } == nil)
            let first = try simulator.receive(4, from: output)
            #expect(first == Array(words[0..<8]))
            #expect(try simulator.run(until: "input_ready", limit: 10) == 0)
            // It holds 17: ten of the first burst and seven of the second went in, four came out.
            #expect(try simulator.receive(100, from: output, limit: 50).count == 2 * 13)
            #expect(try simulator.run(until: "output_valid", limit: 10) == nil)
            #expect(throws: BurstError(stream: "input", problem: .wrongDirection)) { try simulator.receive(1, from: input) }
            #expect(throws: BurstError(stream: "input", problem: .partialBeat(words: 3, payloadWords: 2))) {
                try [1, 2, 3].withUnsafeBufferPointer { try simulator.send($0, to: input) }
            }
        }
        #expect(throws: StreamPortError.self) { try StreamPins("out", of: NativeSimulator(try Design(SkidBuffer(bits: 1)), seed: 1)) }
    }

    /// A source that breaks its promise at its fourth beat in a way that `fault` chooses.
    static let unfaithful = VerilogSource(name: "unfaithful.v", text: """
        module unfaithful (input wire clock, input wire reset, input wire [1:0] fault,
                           output wire output_valid, input wire output_ready, output wire [7:0] output_payload);
          reg [7:0] beat;
          reg waited;
          wire breaks = beat == 8'd3 & waited;
          assign output_valid = fault == 2'd2 ? beat < 8'd6 : beat < 8'd5 & !(fault == 2'd0 & breaks);
          assign output_payload = fault == 2'd1 & breaks ? ~beat : beat;
          always @(posedge clock) begin
            beat <= reset ? 8'd0 : output_valid & output_ready ? beat + 8'd1 : beat;
            waited <= !reset & output_valid & !output_ready;
          end
        endmodule

        """)

    @Test func violationsAreFound() throws {
        let ports = SimulatedPort.layout([input("fault", 2), output("output_valid", 1), input("output_ready", 1), output("output_payload", 8)])
        let model = try VerilatorModel.build(sources: [Self.unfaithful], top: "unfaithful", ports: ports)
        let icarus = try IcarusModel.build(sources: [Self.unfaithful], top: "unfaithful", ports: ports)
        for fault in 0..<4 {
            for simulator in [VerilatorSimulator(model, seed: 1), Plain(VerilatorSimulator(model, seed: 1)),
                              try IcarusSimulator(icarus)] as [any Simulator] {
                simulator.applyReset()
                simulator["fault"] = UInt64(fault)
                // Not ready in cycles 3 and 4: for beat 3.
                let stalls = StallPattern(bits: [0b11000], count: 5)
                let exchange = StreamExchange(
                    sinks: [try .init(StreamPins("output", of: simulator), capacity: fault == 3 ? 6 : 5, stalls: stalls)],
                    quietCycles: 10, patience: 30)
                let outcome = simulator.exchange(exchange)
                switch fault {
                case 0:
                    #expect(outcome == .violation(.init(sink: 0, beat: 3, fault: .withdrawn)))
                    #expect(exchange.cycle == 4)
                case 1:
                    #expect(outcome == .violation(.init(sink: 0, beat: 3, fault: .changed)))
                    #expect(exchange.cycle == 4)
                    #expect(simulator["output_payload"] == 0xfc)
                case 2:
                    #expect(outcome == .violation(.init(sink: 0, beat: 5, fault: .unexpected)))
                    #expect(exchange.cycle == 7)
                default:
                    #expect(outcome == .stuck)
                    #expect(exchange.cycle == 6 + 30)
                }
            }
        }
    }

    /// Every engine in the same cycles.
    @Test func runUntilAPin() throws {
        let design = try Design(Fifo(bits: 8, depth: 2))
        let simulators: [any Simulator] = [
            NativeSimulator(design, seed: 1), try VerilatorSimulator(design, seed: 1), try IcarusSimulator(design),
        ]
        for simulator in simulators {
            simulator.applyReset()
            simulator["input_valid"] = 1
            simulator["input_payload"] = 42
            #expect(try simulator.run(until: "output_valid", limit: 1) == nil)
            #expect(simulator.cycle == 3)
            #expect(try simulator.run(until: "output_valid", limit: 5) == 1)
            #expect(simulator.cycle == 4)
            #expect(simulator["output_payload"] == 42)
            #expect(try simulator.run(until: "output_valid", limit: 0) == nil)
            #expect(try simulator.run(until: "output_valid", limit: 1) == 0)
            #expect(throws: UnknownName.self) { try simulator.run(until: "output_payload", limit: 1) }
        }
    }
}
