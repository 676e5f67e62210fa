import Accelerator
import Configuration
import Driver
import FixedPoint
import Foundation
import SeededRandom
import Session
import TestSupport
import Testing
import Verification

/// Launches over registers, descriptors and AXI: what is in memory afterwards, byte for byte.
@Suite struct LaunchTests {
    @Test("one launch, row by row")
    func one() throws {
        let system = try LeanTestSystem.small.get()
        let run = try system.run()
        try run.run(system.shortLaunch())
        let counts = try run.driver.counters()
        #expect(counts["jobs"] == 1 && counts["rows"] == 12)
    }

    @Test("1,000 random launches without a reset between, on a memory that stalls, is late, reorders and mixes")
    func launches() throws {
        let system = try LeanTestSystem.small.get()
        try system.runRandomLaunches(1_000, name: "small")
    }

    @Test("a launch of 256 sequences, and one of 256 heads")
    func many() throws {
        let system = try LeanTestSystem.small.get()
        var source = RandomSystemLaunches(system.configuration, generator: TestSeed.generator("many"))
        var program = try LaunchProgram(system.configuration, region: LeanTestSystem.region, seed: 1)
        let settings = RowSettings(tileKeys: 128, keyFormat: try KeyFormat("4+0"), valueFormat: try ValueFormat(bits: 4))
        let sequences = try source.layer(settings: settings, rows: 3, heads: 1, contexts: (0..<256).map { $0 % 5 })
        let heads = try source.layer(settings: settings, rows: 4, heads: 256, contexts: [130], shares: true)
        for layer in [sequences, heads] { program.append([[try program.launch(layer, cut: source.cut())]]) }
        let run = try system.run()
        try run.run(program)
        #expect(run.completions.map(\.rows) == [256 * 3, 256 * 4])
    }

    @Test("the next launch is computed before the rows of the one before are written")
    func inFlight() throws {
        let system = try LeanTestSystem.small.get()
        func cycles(_ chains: (LaunchProgram.Launch) -> [[LaunchProgram.Launch]]) throws -> Int {
            var program = try system.shortLaunch()
            program.replaceChains(chains(program.launches[0]))
            let run = try system.run(AXIMemoryBehavior(seed: 2, latency: 100...100))
            try run.run(program)
            return try run.driver.counters()["cycles"]
        }
        let one = try cycles { [[$0]] }
        for many in [{ [[$0, $0, $0, $0]] }, { [[$0], [$0], [$0], [$0]] }] as [(LaunchProgram.Launch) -> [[LaunchProgram.Launch]]] {
            let all = try cycles(many)
            #expect(all < 3 * one, "\(all) cycles for four, \(one) for one")
        }
    }

    @Test("counters are what was seen on the pins, exactly", arguments: 0..<4)
    func pins(_ number: Int) throws {
        let system = try LeanTestSystem.small.get()
        var random = TestSeed.generator("behaviour \(number)")
        var source = RandomSystemLaunches(system.configuration, generator: TestSeed.generator("launches \(number)"))
        let program = try source.program(launches: 15, region: LeanTestSystem.region)
        let run = try system.run(randomBehavior(&random), kind: program.readKind)
        try run.driver.clearCounters()
        run.simulation.clearCounts()
        try run.run(program)
        let counters = try run.driver.counters()
        for (name, count) in CounterTests.fromPins { #expect(counters[name] == run.simulation.counted(count), "\(name)") }
        for (name, count) in run.expectedCounts.sorted(by: { $0.key < $1.key }) { #expect(counters[name] == count, "\(name)") }
        #expect(counters["read_beats"] > 100 && counters["write_beats"] > 30 && counters["skipped_rows"] == 0)
    }

    @Test("a comparison finds one wrong bit in what is written, and one byte that nobody was to touch")
    func wrongBits() throws {
        let system = try LeanTestSystem.small.get()
        let program = try system.shortLaunch(), launch = program.launches[0]
        let written = launch.writes.flatMap { [($0.address, $0.what), ($0.address + $0.bytes.count - 1, $0.what)] }
        let untouched = [launch.region.address - 1, launch.region.end, LeanTestSystem.region.end - 1]
        for (address, what) in written + untouched.map({ ($0, "outside of all regions") }) {
            let run = try system.run()
            run.simulation.watch = { _ in
                if run.simulation.isInterrupting { run.simulation.memory.storage[address - TestSystem.base] ^= 4 }
                if run.simulation.isInterrupting { run.simulation.watch = nil }
            }
            let mismatch = #expect(throws: SystemMismatch.self) { try run.run(program) }
            #expect(mismatch?.address == address && mismatch?.what.hasSuffix(what) == true, "\(mismatch.map(String.init(describing:)) ?? "none")")
        }
    }

    @Test("jobs of one kind are refused for accelerators of the other")
    func kinds() throws {
        let lean = try LeanTestSystem.small.get(), cascade = try TestSystem.small.get()
        let launch = try lean.shortLaunch().launches[0].descriptor, job = try cascade.shortJob().jobs[0].descriptor
        #expect(throws: DriverError.unsupported(what: "a job of one sequence on a cluster", remedy: "give launches")) {
            try lean.run().driver.submit([job])
        }
        #expect(throws: DriverError.unsupported(what: "a launch on lanes with a cascade", remedy: "give jobs")) {
            try cascade.run().driver.submit(launches: [launch])
        }
    }
}
