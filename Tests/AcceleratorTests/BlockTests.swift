import Accelerator
import Blocks
import Configuration
import FixedPoint
import RTL
import Simulation
import TestSupport
import Testing
import UnitScenarios
import Verification

@Suite struct RoundRobinArbiterTests {
    /// Nothing is lost, added or reordered, and whoever waits is passed at most once by each of the others.
    @Test(arguments: [2, 3, 4, 5]) func fairness(inputs: Int) throws {
        let design = try Design(RoundRobinArbiter(inputs: inputs, bits: 46))
        let counts = (0..<inputs).map { 100 + 37 * $0 }
        var scenario = StreamScenario(design)
        for input in 0..<inputs {
            try scenario.send((0..<counts[input]).map { input << 12 | $0 }, to: "request_\(input)") { try $1.set("", $0) }
        }
        try scenario.collect(counts.reduce(0, +), from: "granted")
        for timing in timings(["request_0", "granted"]) {
            let simulator = try UnitMutant.current?.simulator(design, seed: timing.seed)
                ?? NativeSimulator(design, seed: timing.seed)
            let ports = try (0..<inputs).map { try StreamPort("request_\($0)", of: simulator) }
            let bench = try StreamTestBench(simulator, scenario, timing: timing)
            var passed = [Int](repeating: 0, count: inputs), longest = 0
            bench.afterSettle = { _ in
                let grants = ports.map(\.fires)
                if grants.filter({ $0 }).count > 1 { longest = .max }
                for input in 0..<inputs where ports[input].isValid {
                    passed[input] = grants[input] ? 0 : passed[input] + (grants.contains(true) ? 1 : 0)
                    longest = max(longest, passed[input])
                }
            }
            let run = try bench.run()
            #expect(longest <= inputs - 1)
            let granted = try run["granted"].beats.map { try $0.value() }
            for input in 0..<inputs {
                #expect(granted.filter { $0 >> 12 == input } == (0..<counts[input]).map { input << 12 | $0 })
            }
            let cycles = run["granted"].cycles
            if timing.isSteady { #expect(cycles.last! - cycles[0] == cycles.count - 1) }
        }
    }
}

@Suite struct StreamBufferTests {
    @Test(arguments: [1, 12, 64, 65, 200]) func skidBuffer(bits: Int) throws {
        try passesThrough(SkidBuffer(bits: bits), bits: bits, latency: 0)
    }

    /// A word waits for the register to be free again.
    @Test(arguments: [1, 64, 768]) func halfBuffer(bits: Int) throws {
        let run = try UnitScenario.buffer(HalfBuffer(bits: bits), bits: bits, TestSeed.generator(#function)).runAll()
        let (entered, left) = (run["input"].cycles, run["output"].cycles)
        #expect(left == entered.map { $0 + 1 })
        #expect(zip(entered, entered.dropFirst()).allSatisfy { $1 == $0 + 2 })
    }

    /// Small ones, and those of a lane: commands, settings, beats.
    @Test(arguments: [(70, 2), (70, 4), (4, 8), (24, 8), (70, 16), (512, 256)]) func fifo(bits: Int, depth: Int) throws {
        try passesThrough(Fifo(bits: bits, depth: depth), bits: bits, latency: 2)
        try fillsUp(bits: bits, depth: depth)
    }

    /// Holds `depth` words and one more, then refuses.
    private func fillsUp(bits: Int, depth: Int) throws {
        let simulator = try simulator(Fifo(bits: bits, depth: depth))
        let output = try StreamPort("output", of: simulator), input = try StreamPort("input", of: simulator)
        simulator.applyReset()
        (input.isValid, output.isReady) = (true, false)
        var taken = 0
        for _ in 0..<2 * depth + 10 {
            simulator.settle()
            if input.fires { taken += 1 }
            simulator.clockEdge()
        }
        #expect(taken == depth + 1)
        simulator.settle()
        #expect(!input.isReady && output.isValid)
    }

    private func passesThrough(_ module: some Module, bits: Int, latency: Int) throws {
        let run = try UnitScenario.buffer(module, bits: bits, TestSeed.generator(#function)).runAll()
        #expect(run["output"].cycles == run["input"].cycles.map { $0 + latency })
    }
}

@Suite struct AdderTreeTests {
    /// A tree of its own in a module.
    struct Tree: Module {
        let terms, bits, levelsPerStage: Int

        struct Ports {
            let enable: Bit
            let terms: [Signed]
            let sum: Signed
        }

        var suffix: String { "n\(terms)_w\(bits)_l\(levelsPerStage)" }

        func ports(_ io: Interface) -> Ports {
            Ports(enable: io.input(.bit), terms: (0..<terms).map { _ in io.input(.signed(bits)) },
                  sum: io.output(.signed(bits + ceilLog2(terms))))
        }

        func body(_ c: Circuit, _ io: Ports) {
            c.drive(io.sum, c.adderTree("tree", io.terms, levelsPerStage: levelsPerStage, enable: io.enable).sum)
        }
    }

    @Test(arguments: [(2, 1), (3, 2), (5, 2), (8, 1), (8, 3), (16, 2), (31, 2), (64, 2), (64, 3)])
    func exactSums(terms: Int, levelsPerStage: Int) throws {
        let bits = 12
        let simulator = try simulator(Tree(terms: terms, bits: bits, levelsPerStage: levelsPerStage))
        let enable = try simulator.handle("enable"), sum = try simulator.handle("sum")
        let inputs = try (0..<terms).map { try simulator.handle("terms_\($0)") }
        let latency = (ceilLog2(terms) + levelsPerStage - 1) / levelsPerStage
        var random = TestSeed.generator(#function)
        var history: [Int] = []
        simulator.applyReset()
        for cycle in 0..<2_000 {
            let extreme = cycle % 100 < 2
            let values = inputs.map { _ in extreme ? (cycle % 2 == 0 ? -2048 : 2047) : random.code(bits) }
            for (input, value) in zip(inputs, values) { input.value = value }
            enable.value = random.below(4) == 0 ? 0 : 1
            simulator.settle()
            if history.count >= latency { #expect(sum.value == history[history.count - latency]) }
            if enable.value == 1 { history.append(values.reduce(0, +)) }
            simulator.clockEdge()
        }
    }
}

@Suite struct ProtocolTests {
    /// No `ready` that a module drives follows within the cycle a `ready` that it is given.
    @Test(arguments: lanes) func noPathFromReadyToReady(lane: LaneConfiguration) throws {
        let design = try Design(Accelerator.Lane(lane: lane))
        var checked = 0
        for module in design.modules {
            for (index, port) in module.ports.enumerated() where !port.isInput && port.name.hasSuffix("_ready") {
                let inputs = try #require(module.combinationalInputs[index]).map { module.ports[$0].name }
                #expect(!inputs.contains { $0.hasSuffix("_ready") }, "\(module.name): \(port.name) follows \(inputs)")
                checked += 1
            }
        }
        #expect(checked > 20)
    }
}
