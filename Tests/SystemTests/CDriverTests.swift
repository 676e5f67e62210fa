import Configuration
import Driver
import Foundation
import Session
import TestSupport
import Testing
import Verification

/// The bare-metal driver in C against the RTL: its calls, on jobs whose results are known.
@Suite struct CDriverTests {
    private struct Bench {
        let system: TestSystem
        let host: HostMemory
        let driver: CDriver
        var simulation: SystemSimulation { driver.simulation }
        static let ring = TestSystem.base
        /// Of descriptors, behind the ring.
        static let descriptors = TestSystem.base + 4096

        init(_ behavior: AXIMemoryBehavior = AXIMemoryBehavior(seed: 9, stalls: 0.1, latency: 3...40, reorders: true)) throws {
            system = try TestSystem.small.get()
            driver = try CDriver(system.simulation(behavior))
            host = HostMemory(driver.simulation.memory)
        }

        func start(slotsLog2: Int = 2, hash: UInt64? = nil, interrupts: UInt32 = 7) throws -> Int32 {
            try driver.start(ring: Self.ring, slotsLog2: slotsLog2, hash: hash ?? system.configuration.configHash, interrupts: interrupts)
        }

        /// Lays the descriptors of a chain, and gives it.
        func submit(_ chain: [SystemProgram.Job], change: (inout RecordWords) throws -> Void = { _ in }) throws -> (result: Int32, chain: UInt32) {
            for (index, job) in chain.enumerated() {
                var record = try job.descriptor.record(for: system.configuration)
                try change(&record)
                try host.write(record.bytes, at: Self.descriptors + index * RecordLayout.jobDescriptor.bytes)
            }
            return try driver.submit(at: Self.descriptors, count: chain.count)
        }

        /// Compares all memory behind ring and descriptors.
        func compare(_ jobs: [SystemProgram.Job]) throws {
            for job in jobs {
                for write in job.writes { try host.expect(write.bytes, at: write.address) }
                guard let place = job.descriptor.completion else { continue }
                var record = job.completion
                record.cycles = RecordWords(.completionRecord, try host.read(32, at: place)).value("cycles")
                try host.expect(try record.bytes(), at: place)
            }
            let wrong = host.differences(limit: 100_000).filter { $0 >= TestSystem.region.address }
            #expect(wrong.isEmpty, "\(wrong.prefix(4))")
        }
    }

    @Test("chains of random jobs, given and waited for by the driver in C, polling and by interrupts", arguments: [false, true])
    func jobs(_ byInterrupt: Bool) throws {
        let bench = try Bench()
        #expect(try bench.start() == 0)
        let program = try bench.system.program(jobs: 40, "jobs")
        try bench.host.replace(with: program.image, at: program.base)
        var done = 0
        for step in program.steps {
            for write in step.hostWrites { try bench.host.write(write.bytes, at: write.address) }
            for chain in step.chains {
                let (result, number) = try bench.submit(chain)
                #expect(result == 0)
                if byInterrupt {
                    while !bench.driver.isDone(number) {
                        guard try bench.simulation.waitForInterrupt(cycles: 200_000) else {
                            Issue.record("no interrupt")
                            return
                        }
                        try bench.driver.handleInterrupt()
                        try #require(bench.driver.causes & 4 == 0, "the device has stopped")
                    }
                } else {
                    try #require(try bench.driver.wait(number) == 0, "the device has stopped")
                }
                done += chain.count
                try bench.compare(chain)
            }
        }
        #expect(try bench.driver.jobs() == done)
        #expect((bench.driver.causes & 2 != 0) == byInterrupt)
    }

    @Test("what start refuses: another configuration, an address that is not aligned, too many slots")
    func refusals() throws {
        let bench = try Bench()
        #expect(try bench.start(hash: 1) == -3)
        #expect(try bench.driver.start(ring: Bench.ring + 32, slotsLog2: 2, hash: 0) == -4)
        #expect(try bench.start(slotsLog2: 16) == -4)
        #expect(try bench.start(hash: 0) == 0)
        let header = bench.driver.directDescriptor(heads: 3, output: 0x12_3456_7840)
        var expected = RecordWords(.jobDescriptor)
        for (name, value) in [("magic", RecordLayout.descriptorMagic), ("direct", 1), ("heads", 3), ("output_address", 0x12_3456_7840)] {
            try expected.set(name, value)
        }
        #expect(header == expected.words)
    }

    @Test("a full ring is busy; a bad job stops the device, says why, and a soft reset makes it ready")
    func faults() throws {
        let bench = try Bench(AXIMemoryBehavior(seed: 4, latency: 80...90))
        #expect(try bench.start(slotsLog2: 1) == 0)
        let program = try bench.system.shortJob(), chain = program.steps[0].chains[0]
        try bench.host.replace(with: program.image, at: program.base)
        var last: UInt32 = 0
        for expected: Int32 in [0, 0, 1] {
            let (result, number) = try bench.submit(chain)
            #expect(result == expected)
            if result == 0 { last = number }
        }
        #expect(try bench.driver.wait(last, tries: 1) == -5)
        #expect(try bench.driver.wait(last) == 0)
        try bench.compare(chain)

        let (result, bad) = try bench.submit(chain) { try $0.set("value_bits", 7) }
        #expect(result == 0)
        #expect(try bench.driver.wait(bad) == 2)
        let failure = try bench.driver.error()
        #expect(failure.fault == .badField && failure.job == chain[0].descriptor.id)
        #expect(failure.address == Bench.ring + Int(bad & 1) * RecordLayout.ringSlotBytes + 4 * RecordLayout.jobDescriptor["value_bits"].word)
        #expect(try bench.driver.softReset() == 0)
        #expect(try bench.driver.wait(bench.submit(chain).chain) == 0)
        try bench.compare(chain)
    }

    @Test("the committed header of the records is the one that is generated")
    func header() throws {
        let committed = try PackageFiles.text("Software/c/leanspatten_records.h")
        #expect(committed == RecordLayout.cHeader("leanspatten"), "run make generated")
    }
}
