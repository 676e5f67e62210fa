import Accelerator
import Driver
import SeededRandom
import Session
import TestSupport
import Testing
import Verification

/// What the device counts, and its interrupt, against what was seen on its pins.
@Suite struct CounterTests {
    static let fromPins: [(name: String, count: @Sendable (AXIPinCounts) -> Int)] = [
        ("read_bursts", { $0.readBursts }), ("read_beats", { $0.readBeats }), ("write_bursts", { $0.writeBursts }), ("write_beats", { $0.writeBeats }),
        ("key_msb_beats", { $0.beatsByKind[SystemSimulation.ReadKind.keyMSB.rawValue] }),
        ("key_lsb_beats", { $0.beatsByKind[SystemSimulation.ReadKind.keyLSB.rawValue] }),
        ("value_beats", { $0.beatsByKind[SystemSimulation.ReadKind.value.rawValue] }),
        ("control_beats", { $0.beatsByKind[SystemSimulation.ReadKind.control.rawValue] }),
        ("read_address_stalls", { $0.readAddressStalls }), ("write_stalls", { $0.writeStalls }),
    ]

    @Test("counters are what was seen on the pins, exactly", arguments: 0..<6)
    func pins(_ number: Int) throws {
        let system = try TestSystem.small.get()
        var random = TestSeed.generator("behaviour \(number)")
        let program = try system.program(jobs: 30, "jobs \(number)")
        let run = try system.run(randomBehavior(&random), kind: program.readKind)
        try run.driver.clearCounters()
        run.simulation.clearCounts()
        try run.run(program)
        let counters = try run.driver.counters()
        for (name, count) in Self.fromPins { #expect(counters[name] == run.simulation.counted(count), "\(name)") }
        for (name, count) in run.expectedCounts.sorted(by: { $0.key < $1.key }) { #expect(counters[name] == count, "\(name)") }
        #expect(counters["read_beats"] > 100 && counters["write_beats"] > 30)
    }

    /// Busy begins behind the first answer to the write of the doorbell, when its register has changed, and ends behind the last answer
    /// of the memory.
    @Test("busy cycles, and those in which it waits for data, are those between doorbell and last answer", arguments: 0..<8)
    func busy(_ number: Int) throws {
        let system = try TestSystem.small.get()
        var random = TestSeed.generator("behaviour \(number)")
        let program = try system.shortJob(), run = try system.run(randomBehavior(&random), interrupts: .ringEmpty)
        let simulation = run.simulation, pins = ["s_axil_bvalid", "m_axi_bvalid", "m_axi_bready", "m_axi_rvalid", "m_axi_rready"]
        let handles = try pins.map { try simulation.simulator.handle($0) }
        try run.load(program)
        try run.driver.clearCounters()
        var begin: Int?, end = 0, waits: [Int] = []
        simulation.watch = { cycle in
            if begin == nil, handles[0].isSet { begin = cycle }
            if handles[1].isSet, handles[2].isSet { end = cycle }
            if !handles[3].isSet, handles[4].isSet { waits.append(cycle) }
        }
        try run.driver.submit(program.steps[0].chains[0].map(\.descriptor))
        #expect(try simulation.waitForInterrupt(cycles: 100_000))
        simulation.watch = nil
        let counters = try run.driver.counters(), first = try #require(begin)
        #expect(counters["cycles"] == end - first + 1)
        #expect(counters["read_waits"] == waits.count { (first + 1...end + 1).contains($0) })
    }

    @Test("the interrupt: raised by what is enabled, held until it is acknowledged")
    func interrupts() throws {
        let system = try TestSystem.small.get()
        let program = try system.shortJob()
        for causes in [InterruptCauses.jobDone, .ringEmpty, .error, []] {
            let run = try system.run(interrupts: causes)
            try run.load(program)
            let descriptors = program.steps[0].chains[0].map(\.descriptor)
            let chain = try run.driver.submit(descriptors)
            try run.driver.wait(for: chain)
            try run.simulation.step(20)
            let isExpected = causes == .jobDone || causes == .ringEmpty
            #expect(run.simulation.interrupts.count == (isExpected ? 1 : 0) && run.simulation.isInterrupting == isExpected)
            #expect(try run.driver.acknowledge() == [.jobDone, .ringEmpty])
            try run.simulation.step(3)
            #expect(!run.simulation.isInterrupting)
            var bad = try descriptors[0].record(for: system.configuration)
            try bad.set("magic", 0)
            #expect(throws: DriverError.self) { try run.driver.wait(for: run.driver.submit(records: [bad])) }
            try run.simulation.step(20)
            #expect(run.simulation.isInterrupting == (causes == .error))
            #expect(try run.driver.acknowledge() == .error)
        }
    }

    @Test("a job that does not interrupt does not, and the ring is empty only when all chains are done")
    func quietJobs() throws {
        let system = try TestSystem.small.get()
        let program = try system.shortJob()
        let run = try system.run(AXIMemoryBehavior(seed: 2, latency: 30...40), interrupts: .all)
        try run.load(program)
        var descriptor = program.steps[0].chains[0][0].descriptor
        descriptor.interrupts = false
        let chains = try (0..<3).map { _ in try run.driver.submit([descriptor]) }
        try run.driver.wait(for: chains[1])
        #expect(run.simulation.interrupts.isEmpty)
        try run.driver.wait(for: chains[2])
        try run.simulation.step(20)
        #expect(run.simulation.interrupts.count == 1)
        #expect(try run.driver.acknowledge() == .ringEmpty)
    }
}
