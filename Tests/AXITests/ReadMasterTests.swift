import Blocks
import RTL
import SeededRandom
import Simulation
import TestSupport
import Testing
import Verification

@Suite struct ReadMasterTests {
    private static let base = 0x12_3456_0000, size = 16_384

    private func bench(
        _ master: AXIReadMaster, _ requests: [ReadBench.Request], behavior: AXIMemoryBehavior, gaps: Double = 0,
        stalls: Double = 0, limit: Int? = nil, seed: UInt64 = 1
    ) throws -> (any Simulator, ReadBench) {
        var random = TestSeed.generator("content")
        let simulator = NativeSimulator(try Design(master), seed: seed)
        return (simulator, try ReadBench(
            simulator, master, requests, bytes: random.bytes(Self.size), base: Self.base, behavior: behavior, gaps: gaps,
            stalls: stalls, limit: limit, seed: seed))
    }

    private static let masters = [
        AXIReadMaster(AXIParameters(dataBits: 64, idBits: 2), beatBits: 9, tagBits: 2, outstanding: 64),
        AXIReadMaster(AXIParameters(dataBits: 128, idBits: 2), beatBits: 6, tagBits: 1, outstanding: 64, buffer: 512),
        AXIReadMaster(AXIParameters(dataBits: 512, idBits: 2), beatBits: 4, tagBits: 2, outstanding: 64),
    ]

    /// The flat names of the specification, so that tools find the interface.
    @Test func portNames() throws {
        let ports = try Design(Self.masters[0]).top.ports.map(\.name).filter { $0.hasPrefix("m_axi_") }
        #expect(ports == [
            "arid", "araddr", "arlen", "arsize", "arburst", "arlock", "arcache", "arprot", "arqos", "arvalid", "arready", "rid",
            "rdata", "rresp", "rlast", "rvalid", "rready",
        ].map { "m_axi_" + $0 })
    }

    /// An address and a beat in every cycle, with requests of one beat each; the first address after 2 cycles.
    @Test(arguments: masters.indices) func oneAddressACycle(_ index: Int) throws {
        let master = Self.masters[index]
        let requests = (0..<200).map {
            ReadBench.Request(address: Self.base + $0 * master.axi.bytes, beats: 1, tag: $0 % (1 << master.tagBits))
        }
        let (simulator, bench) = try bench(master, requests, behavior: AXIMemoryBehavior(seed: 1, latency: 40...40))
        try run(simulator, [bench])
        #expect(bench.memory.reads.map(\.cycle) == Array(2..<202))
        #expect(bench.memory.readCycles == Array(42..<242))
        #expect(bench.beatCycles == bench.memory.readCycles.map { $0 + (master.buffer > 0 ? 2 : 0) })
    }

    /// Requests are cut at multiples of the longest burst, whatever their address and length.
    @Test(arguments: masters.indices) func bursts(_ index: Int) throws {
        let master = Self.masters[index]
        var random = TestSeed.generator("requests")
        let requests = ReadBench.requests(150, master, base: Self.base, bytes: Self.size, &random)
        let (simulator, bench) = try bench(master, requests, behavior: AXIMemoryBehavior(seed: 1, latency: 3...3))
        try run(simulator, [bench])
        let expected = requests.flatMap { request in
            cut(address: request.address, beats: request.beats, axi: master.axi).map {
                AXIBurst(id: request.tag, address: $0.address, beats: $0.beats, beatBytes: master.axi.bytes)
            }
        }
        #expect(bench.memory.reads.map(\.burst) == expected)
        // No cycle is lost between bursts: as many as beats, but for the latency.
        #expect(bench.memory.readCycles.last! - bench.memory.readCycles[0] < requests.reduce(0) { $0 + $1.beats } + 20)
    }

    /// Whatever the limit, it is reached and never passed; with 0 nothing is asked for.
    @Test(arguments: [1, 2, 3, 7, 40, 64]) func outstandingLimit(_ limit: Int) throws {
        let requests = (0..<150).map { ReadBench.Request(address: Self.base + $0 * 8, beats: 1, tag: $0 % 4) }
        let (simulator, bench) = try bench(
            Self.masters[0], requests, behavior: AXIMemoryBehavior(seed: 1, latency: 100...100, reorders: true), limit: limit)
        try run(simulator, [bench])
        #expect(bench.checker.mostReads == limit)
        let (stopped, none) = try self.bench(Self.masters[0], requests, behavior: AXIMemoryBehavior(seed: 1), limit: 0)
        #expect(throws: AXIBenchError.self) { try run(stopped, [none], limit: 300) }
        #expect(none.checker.readBursts == 0)
    }

    /// Either error in each beat of a short job: all beats come, and the burst is named once.
    @Test(arguments: [2, 3]) func errorAtEveryBeat(_ response: Int) throws {
        let master = Self.masters[0]
        let requests = [(0x0ff0, 4, 0), (0x0008, 1, 1), (0x1800, 9, 1), (0x2ff8, 3, 2), (0x0040, 2, 3)].map {
            ReadBench.Request(address: Self.base + $0.0, beats: $0.1, tag: $0.2)
        }
        let bursts = requests.flatMap { cut(address: $0.address, beats: $0.beats, axi: master.axi) }
        #expect(bursts.count == 7)
        for (number, burst) in bursts.enumerated() {
            for beat in 0..<burst.beats {
                let (simulator, bench) = try bench(
                    master, requests, behavior: AXIMemoryBehavior(
                        seed: UInt64(beat), latency: 1...30, reorders: true, interleaves: true,
                        readFaults: [.init(burst: number, beat: beat, response: response)]))
                try run(simulator, [bench])
                #expect(bench.faults == [.init(code: response, address: burst.address)])
            }
        }
    }

    /// Faults that nobody reads hold nothing up, and the first is kept.
    @Test func faultsWait() throws {
        let requests = (0..<40).map { ReadBench.Request(address: Self.base + $0 * 64, beats: 8, tag: $0 % 4) }
        let (simulator, bench) = try bench(
            Self.masters[0], requests, behavior: AXIMemoryBehavior(seed: 3, latency: 1...9, reorders: true, faultsPerThousand: 200))
        bench.faultStalls = 0.97
        try run(simulator, [bench])
        #expect(bench.faults.first == bench.expectedFaults.first)
        #expect(Set(bench.faults).isSubset(of: bench.expectedFaults) && bench.faults.count < bench.expectedFaults.count)
    }

    /// At any time: no new address, nothing more comes, idle once all is taken, and all is well afterwards.
    @Test(arguments: masters.indices) func abandon(_ index: Int) throws {
        let master = Self.masters[index]
        var random = TestSeed.generator("abandon")
        for round in 0..<60 {
            let requests = ReadBench.requests(60, master, base: Self.base, bytes: Self.size, &random)
            let (simulator, bench) = try bench(
                master, requests, behavior: .random(&random, faultsPerThousand: 20), stalls: Double(round % 3) * 0.3,
                limit: round % 5 == 0 ? 3 : nil, seed: random.next())
            bench.abandonCycle = random.below(round < 20 ? 12 : 150)
            bench.afterwards = ReadBench.requests(12, master, base: Self.base, bytes: Self.size, &random)
            try run(simulator, [bench])
        }
    }
}
