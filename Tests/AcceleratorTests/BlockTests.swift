import Accelerator
import Blocks
import Configuration
import FixedPoint
import RTL
import Simulation
import TestSupport
import Testing
import Verification

@Suite struct RoundRobinArbiterTests {
    /// Nothing is lost, added or reordered, and whoever waits is passed at most once by each of the others.
    @Test(arguments: [2, 3, 4, 5]) func fairness(inputs: Int) throws {
        for timing in timings("request_0", "granted") {
            let bench = try bench(RoundRobinArbiter(inputs: inputs, bits: 46), timing)
            let counts = (0..<inputs).map { 100 + 37 * $0 }
            var ports: [StreamPort] = []
            for input in 0..<inputs {
                try bench.send((0..<counts[input]).map { input << 12 | $0 }, to: "request_\(input)") { port in
                    ports.append(port)
                    let field = try port.field("")
                    return { field.value = $0 }
                }
            }
            let granted = try bench.receive(counts.reduce(0, +), from: "granted") { port in
                let field = try port.field("")
                return { field.value }
            }
            var passed = [Int](repeating: 0, count: inputs), longest = 0
            bench.afterSettle = { _ in
                let grants = ports.map(\.fires)
                if grants.filter({ $0 }).count > 1 { longest = .max }
                for input in 0..<inputs where ports[input].isValid {
                    passed[input] = grants[input] ? 0 : passed[input] + (grants.contains(true) ? 1 : 0)
                    longest = max(longest, passed[input])
                }
            }
            try bench.run()
            #expect(longest <= inputs - 1)
            for input in 0..<inputs {
                #expect(granted.items.filter { $0 >> 12 == input } == (0..<counts[input]).map { input << 12 | $0 })
            }
            if timing.isSteady { #expect(granted.cycles.last! - granted.cycles[0] == granted.cycles.count - 1) }
        }
    }
}

@Suite struct StreamBufferTests {
    @Test(arguments: [1, 12, 64, 65, 200]) func skidBuffer(bits: Int) throws {
        try passesThrough(SkidBuffer(bits: bits), bits: bits, latency: 0)
    }

    /// Small ones, and those of a lane: commands, settings, beats.
    @Test(arguments: [(70, 2), (70, 4), (4, 8), (24, 8), (70, 16), (512, 256)]) func fifo(bits: Int, depth: Int) throws {
        try passesThrough(Fifo(bits: bits, depth: depth), bits: bits, latency: 2)
        try fillsUp(bits: bits, depth: depth)
    }

    /// Holds `depth` words and one more, then refuses.
    private func fillsUp(bits: Int, depth: Int) throws {
        let bench = try bench(Fifo(bits: bits, depth: depth))
        let sent = try bench.send(Array(0...depth).map { $0 & ((1 << min(bits, 16)) - 1) }, to: "input") { port in
            let field = try port.field("")
            return { field.set([$0], width: min(bits, 16)) }
        }
        let output = try StreamPort("output", of: bench.simulator), input = try StreamPort("input", of: bench.simulator)
        bench.beforeSettle = { _ in output.isReady = false }
        try bench.run()
        #expect(sent.items.count == depth + 1)
        bench.simulator.settle()
        #expect(!input.isReady && output.isValid)
    }

    private func passesThrough(_ module: some Module, bits: Int, latency: Int) throws {
        var random = TestSeed.generator(#function)
        let words = (0..<400).map { _ in UInt128(random.next()) << 64 | UInt128(random.next()) }
            .map { bits < 128 ? $0 & ((1 << bits) - 1) : $0 }
        for timing in timings("input", "output") {
            let bench = try bench(module, timing)
            let sent = try bench.send(words, to: "input") { port in
                let field = try port.field("")
                return { field.set([$0], width: min(bits, 128)) }
            }
            let received = try bench.receive(words.count, from: "output") { port in
                let field = try port.field("")
                return { field.elements(width: min(bits, 128), as: UInt128.self)[0] }
            }
            try bench.run()
            #expect(difference(received.items, words) == nil)
            if timing.isSteady { #expect(difference(received.cycles, sent.cycles.map { $0 + latency }) == nil) }
        }
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
