import Cosimulation
import Foundation
import Simulation
import Testing

@Suite struct VerilatorModelTests {
    /// Four models of the same module name, three instances of each, stepped in turn.
    @Test func modelsAndInstancesAreIndependent() throws {
        let models = try [(8, 1), (8, 3), (40, 5), (64, 7)].map { try counterModel(bits: $0.0, step: $0.1) }
        let simulators = models.flatMap { model in (0..<3).map { VerilatorSimulator(model, seed: UInt64($0)) } }
        for simulator in simulators { simulator.applyReset() }
        for cycle in 0..<100 {
            for (index, simulator) in simulators.enumerated() {
                simulator["enable"] = cycle % (index + 1) == 0 ? 1 : 0
                simulator.settle()
                simulator.clockEdge()
            }
        }
        for (index, simulator) in simulators.enumerated() {
            simulator.settle()
            let enabled = UInt64((99 / (index + 1)) + 1)
            let step: UInt64 = [1, 3, 5, 7][index / 3]
            let mask: UInt64 = index / 3 < 2 ? 0xff : .max
            #expect(simulator["count"] == enabled * step & mask, "instance \(index)")
        }
    }

    @Test func resetIsSeenAndReleased() throws {
        let simulator = VerilatorSimulator(try counterModel(bits: 8), seed: 1)
        #expect(simulator.reset)
        simulator["enable"] = 1
        simulator.run(5)
        #expect(simulator["count"] == 0)
        simulator.reset = false
        simulator.run(5)
        #expect(simulator["count"] == 4)
        #expect(simulator.cycle == 10)
    }

    /// What is not initialised is noise of the seed alone, whatever else was made before and on other threads.
    @Test func noiseFollowsTheSeed() async throws {
        let model = try counterModel(bits: 64)
        let other = try counterModel(bits: 40)
        @Sendable func noise(_ seed: UInt64) -> UInt64 {
            let simulator = VerilatorSimulator(model, seed: seed)
            simulator.settle()
            return simulator["noise"]
        }
        let expected = (0..<8).map { noise($0) }
        #expect(Set(expected).count == 8)
        _ = VerilatorSimulator(other, seed: 99)
        // Many in each task: constructors on two threads must meet for one to draw from the other's seed.
        let differing = await withTaskGroup(of: Int.self) { group in
            for seed in 0..<8 {
                group.addTask { (0..<5000).count { _ in noise(UInt64(seed)) != expected[seed] } }
            }
            return await group.reduce(0, +)
        }
        #expect(differing == 0)
    }

    /// One build of a key at a time, and one only; what changes is built again.
    @Test func cacheHitsAndRebuilds() async throws {
        let cache = BuildCache(root: NSTemporaryDirectory() + "/cosimulation-tests-\(UUID().uuidString)")
        defer { remove(cache) }
        let start = ContinuousClock.now
        let concurrent = try await withThrowingTaskGroup(of: Bool.self) { group in
            for _ in 0..<6 { group.addTask { try counterModel(bits: 12, step: 1, cache: cache).wasBuilt } }
            return try await group.reduce(into: []) { $0.append($1) }
        }
        let cold = start.duration(to: .now) / .seconds(1)
        #expect(concurrent.filter { $0 }.count == 1)

        var built: [Bool] = []
        func build(step: Int, _ options: VerilatorOptions = VerilatorOptions()) throws -> Double {
            try seconds { built.append(try counterModel(bits: 12, step: step, options: options, cache: cache).wasBuilt) }
        }
        let changed = try build(step: 2)
        let hit = try build(step: 1)
        _ = try build(step: 1, VerilatorOptions(verilatorArguments: ["-Wno-WIDTH"]))
        #expect(built == [true, false, true])
        #expect(hit < 0.1)
        #expect(entries(of: cache).count == 3)
        #expect(entries(of: cache).allSatisfy { !$0.hasSuffix(".part") && !$0.hasSuffix(".lock") })
        print("model build: \(cold) s with what models share, \(changed) s without, \(hit) s from the cache")
    }

    @Test func fullOptimization() throws {
        let simulator = VerilatorSimulator(try counterModel(bits: 9, options: VerilatorOptions(optimization: .full)), seed: 1)
        simulator.applyReset()
        simulator["enable"] = 1
        simulator.run(10)
        #expect(simulator["count"] == 9)
    }

    /// Verilator 5.006 gives this bit another value unless one of its optimisations is off.
    @Test func bitOfAConjunctionOfSlices() throws {
        let source = VerilogSource(name: "slices.v", text: """
            module slices (input wire clock, input wire [31:0] value, input wire flag, output wire [2:0] result);
              reg [31:0] state;
              always @(posedge clock) state <= value;
              wire [10:0] both = state[10:0] & state[27:17];
              assign result = {flag, both[8], 1'b1};
            endmodule

            """)
        let model = try VerilatorModel.build(
            sources: [source], top: "slices",
            ports: SimulatedPort.layout([input("value", 32), input("flag", 1), output("result", 3)]), reset: nil)
        let simulator = VerilatorSimulator(model, seed: 1)
        for value in [0, 1 << 8, 1 << 25, 1 << 8 | 1 << 25] as [UInt64] {
            simulator["value"] = value
            simulator["flag"] = 1
            simulator.settle()
            simulator.clockEdge()
            simulator.settle()
            #expect(simulator["result"] == 5 | (value >> 8 & value >> 25 & 1) << 1)
        }
    }

    /// Verilator 5.48 adds the two amounts in three bits unless one of its optimisations is off.
    @Test func shiftOfAShift() throws {
        let source = VerilogSource(name: "shifts.v", text: """
            module shifts (input wire [2:0] a, input wire [2:0] b, output wire left, output wire [7:0] right);
              wire once = 1'b1 << a;
              assign left = once << b;
              wire [7:0] half = 8'hff >> a;
              assign right = half >> b;
            endmodule

            """)
        let model = try VerilatorModel.build(
            sources: [source], top: "shifts",
            ports: SimulatedPort.layout([input("a", 3), input("b", 3), output("left", 1), output("right", 8)]), clock: nil, reset: nil)
        let simulator = VerilatorSimulator(model, seed: 1)
        for a in 0..<8 as Range<UInt64> {
            for b in 0..<8 as Range<UInt64> {
                (simulator["a"], simulator["b"]) = (a, b)
                simulator.settle()
                #expect(simulator["left"] == (a + b == 0 ? 1 : 0) && simulator["right"] == 0xff >> (a + b))
            }
        }
    }

    @Test func brokenVerilogGivesTheToolsMessage() throws {
        try withEmptyCache { cache in
            let broken = VerilogSource(name: "broken.v", text: "module broken (input wire a, output wire y);\n  assign y = nowhere;\nendmodule\n")
            let error = #expect(throws: CosimulationError.self) {
                try VerilatorModel.build(
                    sources: [VerilogSource(name: "none.v", text: "`default_nettype none\n"), broken], top: "broken",
                    ports: SimulatedPort.layout([input("a", 1), output("y", 1)]), clock: nil, reset: nil, cache: cache)
            }
            #expect("\(error!)".contains("broken.v:2:"))
            #expect("\(error!)".contains("nowhere"))
            #expect(entries(of: cache) == [])
        }
    }

    /// The port list is checked by Verilator against the module.
    @Test(arguments: [
        ([input("enable", 1), output("count", 8)], "noise"),
        ([input("enable", 1), output("count", 8), output("noise", 8), output("other", 1)], "other"),
        ([input("enable", 1), output("count", 9), output("noise", 8)], "count"),
    ])
    func wrongPortLists(ports: [PortDeclaration], culprit: String) throws {
        try withEmptyCache { cache in
            let error = #expect(throws: CosimulationError.self) {
                try VerilatorModel.build(
                    sources: [counter(bits: 8)], top: "counter", ports: SimulatedPort.layout(ports), cache: cache)
            }
            #expect("\(error!)".contains("'\(culprit)'"))
            #expect(entries(of: cache) == [])
        }
    }
}
