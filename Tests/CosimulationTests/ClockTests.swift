import Cosimulation
import RTL
import SeededRandom
import Simulation
import TestSupport
import Testing

/// Designs of several clocks: the native engine against Verilator, and Verilog from elsewhere.
@Suite struct ClockTests {
    static let domains = ["red", "green", "blue"].map { ClockDomain(clock: "\($0)_clock", reset: "\($0)_reset") }

    /// Random registers of three clocks that load each other's values, and a memory between two of the clocks.
    struct Mesh: Module {
        let seed: UInt64

        struct Ports {
            let data, writeAddress, readAddress: Unsigned
            let write, read: Bit
            let values: [Unsigned]
            let word: Unsigned
        }

        static let width = 24
        var suffix: String { "s\(seed)" }

        func ports(_ io: Interface) -> Ports {
            Ports(data: io.input(.unsigned(Self.width)), writeAddress: io.input(.unsigned(3)), readAddress: io.input(.unsigned(3)),
                  write: io.input(.bit), read: io.input(.bit), values: (0..<6).map { _ in io.output(.unsigned(Self.width)) },
                  word: io.output(.unsigned(Self.width)))
        }

        func body(_ c: Circuit, _ io: Ports) {
            var random = SeededGenerator(seed: seed)
            func pick<T>(_ choices: [T]) -> T { choices.randomElement(using: &random)! }
            let registers = (0..<io.values.count).map { index in
                c.register("held\(index)", .unsigned(Self.width), reset: pick([1, index * 1000]),
                           domain: pick(ClockTests.domains), crossing: true)
            }
            for (register, output) in zip(registers, io.values) {
                let a = pick(registers).q, b = pick(registers).q
                let value = pick([a &+ b, a ^ io.data, a &- io.data, mux(a < b, b, io.data), a[0..<8] * b[0..<16]])
                switch pick([0, 1, 2]) {
                case 0: register.next(value)
                case 1: c.when(pick(registers).q[pick([0, 5])]) { register.next(value) }
                default: c.when(pick(registers).q.parity) { register.next(value) }.otherwise { register.next(io.data) }
                }
                c.drive(output, register.q)
            }
            let writing = pick(ClockTests.domains), reading = pick(ClockTests.domains)
            let words = c.memory("words", depth: 8, width: Self.width, collision: .undefined, domain: writing)
            c.when(io.write) { words.write(io.writeAddress, io.data) }
            // Collisions are noise of the engine's own.
            c.drive(io.word, words.read("fetched", io.readAddress, enable: io.read & (io.writeAddress != io.readAddress), domain: reading))
        }
    }

    /// Meshes side by side, their clocks given in other orders.
    struct Meshes: Module {
        let seed: UInt64

        struct Ports { let shared: Shared; let values: [[Unsigned]] }
        struct Shared: Bundle { let data, writeAddress, readAddress: Unsigned; let write, read: Bit }

        static let count = 12
        var suffix: String { "s\(seed)" }

        func ports(_ io: Interface) -> Ports {
            Ports(shared: Shared(data: io.input(.unsigned(Mesh.width)), writeAddress: io.input(.unsigned(3)),
                                 readAddress: io.input(.unsigned(3)), write: io.input(.bit), read: io.input(.bit)),
                  values: (0..<Self.count).map { _ in (0..<7).map { _ in io.output(.unsigned(Mesh.width)) } })
        }

        func body(_ c: Circuit, _ io: Ports) {
            for (index, outputs) in io.values.enumerated() {
                let module = Mesh(seed: seed &+ UInt64(index))
                let rotated = ClockTests.domains.indices.map { ClockTests.domains[($0 + index) % 3] }
                // A mesh may happen to need fewer than all.
                let needed = Set((try! Design(module)).top.domains.map(\.domain))
                let domains = Dictionary(uniqueKeysWithValues: zip(ClockTests.domains, rotated).filter { needed.contains($0.0) })
                let mesh = c.instance("mesh\(index)", module, domains: domains)
                c.drive(mesh.data, io.shared.data)
                c.drive(mesh.writeAddress, io.shared.writeAddress)
                c.drive(mesh.readAddress, io.shared.readAddress)
                c.drive(mesh.write, io.shared.write)
                c.drive(mesh.read, io.shared.read)
                for (output, value) in zip(outputs, mesh.values + [mesh.word]) { c.drive(output, value) }
            }
        }
    }

    @Test func randomEdgesInLockstep() throws {
        let seed = TestSeed.derived("meshes")
        let design = try Design(Meshes(seed: seed))
        #expect(Set(design.top.domains.map(\.domain)) == Set(Self.domains))
        let native = NativeSimulator(design, seed: seed), verilator = try VerilatorSimulator(design, seed: seed)
        let icarus = try IcarusSimulator(IcarusModel.build(design), policy: .record)
        let engines: [any Simulator] = [native, verilator, icarus]
        #expect(native.clocks == verilator.clocks && native.clocks == icarus.clocks)
        var random = SeededGenerator(seed: seed)
        // The memories are filled and read once: their noise is each engine's own.
        for cycle in 0..<16 {
            for engine in engines {
                engine["shared_write"] = 1
                engine["shared_read"] = cycle < 8 ? 0 : 1
                engine["shared_write_address"] = UInt64(cycle & 7)
                engine["shared_read_address"] = UInt64(cycle & 7 ^ 1)
                engine["shared_data"] = UInt64(cycle * 999)
                engine.run(1)
            }
        }
        var resetsTaken = 0
        for cycle in 0..<4000 {
            for port in native.ports where port.isInput {
                let value = random.next() & ((1 << UInt64(port.width)) - 1)
                for engine in engines { engine.values[port.firstWord] = value }
            }
            let edge = ClockSet(rawValue: random.next() & 7), resets = ClockSet(rawValue: random.next() & random.next() & random.next() & 7)
            for engine in engines {
                engine.resets = resets
                engine.settle()
            }
            for port in native.ports where !port.isInput {
                for engine in engines.dropFirst() {
                    try #require(native.values[port.firstWord] == engine.values[port.firstWord],
                                 "\(type(of: engine)): \(port.name), edge \(cycle); again: \(TestSeed.rerun)")
                }
            }
            resetsTaken += resets.isDisjoint(with: edge) ? 0 : 1
            for engine in engines { engine.clockEdge(of: edge) }
        }
        #expect(resetsTaken > 400)
        #expect(engines.allSatisfy { $0.cycle == native.cycle && $0.lastEdge == native.lastEdge })
    }

    /// Two counters and a register between them, in Verilog written by hand.
    @Test func foreignVerilogWithSeveralClocks() throws {
        let model = try VerilatorModel.build(
            sources: [VerilogSource(name: "pair.v", text: """
                module pair (input wire fast, input wire clear_fast, input wire slow,
                             output reg [7:0] count, output reg [7:0] seen, output reg [7:0] exchanged);
                  always @(posedge fast) if (clear_fast) count <= 0; else count <= count + 8'd1;
                  always @(posedge slow) seen <= count;
                  always @(posedge fast) exchanged <= seen;
                endmodule

                """)],
            top: "pair", ports: SimulatedPort.layout([output("count", 8), output("seen", 8), output("exchanged", 8)]),
            clocks: [SimulatedClock(name: "fast", reset: "clear_fast"), SimulatedClock(name: "slow", reset: nil)])
        let simulator = VerilatorSimulator(model, seed: 4)
        let fast = try simulator.clock("fast"), slow = try simulator.clock("slow")
        func values(after edge: ClockSet) -> [UInt64] {
            simulator.settle()
            simulator.clockEdge(of: edge)
            simulator.settle()
            return [simulator["count"], simulator["seen"], simulator["exchanged"]]
        }
        simulator.run(3)
        simulator.resets = slow
        #expect(values(after: []) == [0, 0, 0])
        #expect(values(after: fast) == [1, 0, 0])
        #expect(values(after: fast) == [2, 0, 0])
        #expect(values(after: slow) == [2, 2, 0])
        #expect(values(after: [fast, slow]) == [3, 2, 2], "both see what was there before")
        simulator.run(2)
        simulator.settle()
        #expect([simulator["count"], simulator["seen"], simulator["exchanged"]] == [5, 4, 3])
        simulator.resets = fast
        #expect(values(after: slow) == [5, 5, 3])
        #expect(values(after: fast) == [0, 5, 5])
    }

    @Test func impossibleClocks() {
        func build(_ clocks: [SimulatedClock]) throws {
            _ = try VerilatorModel.build(sources: [], top: "m", ports: [], clocks: clocks)
        }
        #expect(throws: CosimulationError.badInterface("m: two ports are called a")) {
            try build([SimulatedClock(name: "a", reset: "b"), SimulatedClock(name: "c", reset: "a")])
        }
        #expect(throws: CosimulationError.badInterface("m: 65 clocks; the most is 64")) {
            try build((0..<65).map { SimulatedClock(name: "c\($0)", reset: nil) })
        }
    }
}
