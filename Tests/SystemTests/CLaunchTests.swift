import Configuration
import Driver
import Session
import TestSupport
import Testing
import Verification

/// The bare-metal driver in C on a cluster: launches whose results are known.
@Suite struct CLaunchTests {
    @Test("chains of random launches, given and waited for by the driver in C")
    func launches() throws {
        let system = try LeanTestSystem.small.get()
        let run = try system.run(AXIMemoryBehavior(seed: 9, stalls: 0.1, latency: 3...40, reorders: true))
        let driver = try CDriver(run.simulation), host = HostMemory(run.simulation.memory)
        let ring = TestSystem.base, descriptors = TestSystem.base + 4096
        #expect(try driver.start(ring: ring, slotsLog2: 2, hash: system.configuration.configHash) == 0)
        var source = RandomSystemLaunches(system.configuration, generator: TestSeed.generator("launches"))
        let program = try source.program(launches: 20, region: LeanTestSystem.region)
        try host.replace(with: program.image, at: program.base)
        for chain in program.chains {
            for (index, launch) in chain.enumerated() {
                let record = try launch.descriptor.record(for: system.configuration)
                try host.write(record.bytes, at: descriptors + index * RecordLayout.launchDescriptor.bytes)
            }
            let (result, number) = try driver.submit(at: descriptors, count: chain.count)
            #expect(result == 0)
            try #require(try driver.wait(number) == 0, "the device has stopped")
            for launch in chain {
                for write in launch.writes { try host.expect(write.bytes, at: write.address) }
                guard let place = launch.completionAddress else { continue }
                var record = launch.completion
                record.cycles = RecordWords(.completionRecord, try host.read(RecordLayout.completionRecord.bytes, at: place)).value("cycles")
                try host.expect(try record.bytes(), at: place)
            }
            let wrong = host.differences(limit: 100_000).filter { $0 >= LeanTestSystem.region.address }
            #expect(wrong.isEmpty, "\(wrong.prefix(4))")
        }
        #expect(try driver.jobs() == program.launches.count)
        var expected = RecordWords(.launchDescriptor)
        for (name, value) in [("magic", RecordLayout.launchMagic), ("heads", 7), ("sequence_table", 0x12_3456_7840)] { try expected.set(name, value) }
        #expect(driver.launchDescriptor(heads: 7, table: 0x12_3456_7840) == expected.words)
    }
}
