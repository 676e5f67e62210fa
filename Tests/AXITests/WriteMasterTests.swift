import Blocks
import RTL
import SeededRandom
import Simulation
import TestSupport
import Testing
import Verification

@Suite struct WriteMasterTests {
    private static let base = 0x12_3456_0000, size = 16_384

    private static let masters = [
        AXIWriteMaster(AXIParameters(dataBits: 64, idBits: 1), lengthBits: 12, tagBits: 8, outstanding: 16),
        AXIWriteMaster(AXIParameters(dataBits: 512, idBits: 2), lengthBits: 13, tagBits: 4, outstanding: 4),
        AXIWriteMaster(AXIParameters(dataBits: 128, idBits: 2), lengthBits: 3, tagBits: 1, outstanding: 1),
    ]

    private func bench(
        _ master: AXIWriteMaster, _ packets: [WriteBench.Packet], region: ClosedRange<Int>? = nil, behavior: AXIMemoryBehavior,
        gaps: Double = 0, dataGaps: Double = 0, stalls: Double = 0, limit: Int? = nil, seed: UInt64 = 1
    ) throws -> (any Simulator, WriteBench) {
        var random = TestSeed.generator("content")
        let simulator = NativeSimulator(try Design(master), seed: seed)
        return (simulator, try WriteBench(
            simulator, master, packets, bytes: random.bytes(Self.size), base: Self.base, region: region, behavior: behavior,
            gaps: gaps, dataGaps: dataGaps, stalls: stalls, limit: limit, seed: seed))
    }

    @Test func portNames() throws {
        let ports = try Design(Self.masters[0]).top.ports.map(\.name).filter { $0.hasPrefix("m_axi_") }
        #expect(ports == [
            "awid", "awaddr", "awlen", "awsize", "awburst", "awlock", "awcache", "awprot", "awqos", "awvalid", "awready", "wdata",
            "wstrb", "wlast", "wvalid", "wready", "bid", "bresp", "bvalid", "bready",
        ].map { "m_axi_" + $0 })
    }

    /// Every first and last byte of short packets.
    @Test(arguments: [0, 1]) func everyAlignment(_ index: Int) throws {
        let master = Self.masters[index], bytes = master.axi.bytes
        var random = TestSeed.generator("alignment")
        var packets: [WriteBench.Packet] = []
        for first in stride(from: 0, to: bytes, by: bytes / 8) {
            for length in [1, 2, bytes / 2, bytes - 1, bytes, bytes + 1, 2 * bytes, 3 * bytes - 1] {
                packets.append(WriteBench.packet(
                    address: Self.base + 4096 - bytes + first, bytes: length, tag: packets.count % 16, master.axi, &random))
            }
        }
        let (simulator, bench) = try bench(master, packets, behavior: AXIMemoryBehavior(seed: 1, latency: 1...5))
        try run(simulator, [bench])
        try bench.checkResult()
    }

    /// An address and a beat a cycle: packets of one beat back to back.
    @Test func oneAddressACycle() throws {
        let master = Self.masters[0]
        var random = TestSeed.generator("packets")
        let packets = (0..<200).map {
            WriteBench.packet(address: Self.base + 8 * $0, bytes: 8, tag: $0, master.axi, &random)
        }
        let (simulator, bench) = try bench(master, packets, behavior: AXIMemoryBehavior(seed: 1, latency: 4...4))
        try run(simulator, [bench])
        try bench.checkResult()
        #expect(bench.memory.writes.map(\.cycle) == Array(3..<203))
        #expect(bench.doneCycles.last! - bench.doneCycles[0] == 199)
    }

    @Test(arguments: [1, 2, 5, 16]) func outstandingLimit(_ limit: Int) throws {
        var random = TestSeed.generator("packets")
        let packets = (0..<60).map { WriteBench.packet(address: Self.base + 8 * $0, bytes: 8, tag: $0, Self.masters[0].axi, &random) }
        let (simulator, bench) = try bench(
            Self.masters[0], packets, behavior: AXIMemoryBehavior(seed: 1, latency: 60...60), limit: limit)
        try run(simulator, [bench])
        #expect(bench.checker.mostWrites == limit)
    }

    /// Either error for each burst of a few packets.
    @Test(arguments: [2, 3]) func errorOfEveryBurst(_ response: Int) throws {
        let master = Self.masters[0]
        var random = TestSeed.generator("packets")
        let packets = [(0x0ff0, 40), (0x0001, 3), (0x1801, 4095), (0x2ff8, 16)].enumerated().map { number, place in
            WriteBench.packet(address: Self.base + place.0, bytes: place.1, tag: number, master.axi, &random)
        }
        let bursts = packets.flatMap { WriteBench.bursts($0, master.axi) }
        #expect(bursts.count == 7)
        for number in bursts.indices {
            let (simulator, bench) = try bench(
                master, packets, behavior: AXIMemoryBehavior(
                    seed: UInt64(number), latency: 1...30, writeFaults: [.init(burst: number, response: response)]))
            try run(simulator, [bench])
            try bench.checkResult()
            #expect(bench.faults == [.init(code: response, address: bursts[number].address)])
            #expect(bench.done.filter(\.failed).count == 1)
        }
    }

    /// Nothing goes out for a packet that is not within the region to its last byte.
    @Test func regionIsGuarded() throws {
        let master = Self.masters[0], first = Self.base + 0x1003, last = Self.base + 0x1ffe
        var random = TestSeed.generator("packets")
        let places = [
            (first, 1), (first - 1, 1), (first - 1, 2), (first, 0xffc), (first, 0xffd), (last, 1), (last, 2), (last + 1, 1),
            (first - 0x10, 0x20), (last - 7, 8), (last - 6, 8), (0, 16), (0xff_ffff_fff8, 8), (0xff_ffff_fff8, 16), (first + 5, 100),
        ]
        let packets = places.enumerated().map { number, place in
            WriteBench.packet(address: place.0, bytes: place.1, tag: number, master.axi, &random)
        }
        for seed in 1...4 as ClosedRange<UInt64> {
            var behavior = AXIMemoryBehavior.random(&random)
            behavior.seed = seed
            let (simulator, bench) = try bench(
                master, packets, region: first...last, behavior: behavior, dataGaps: 0.3, stalls: 0.3, seed: seed)
            try run(simulator, [bench])
            try bench.checkResult()
            #expect(bench.done.map(\.failed) == [
                false, true, true, false, true, false, true, true, true, false, true, true, true, true, false,
            ])
        }
    }

    @Test func faultsWait() throws {
        let master = Self.masters[0]
        var random = TestSeed.generator("packets")
        let packets = WriteBench.packets(60, master, base: Self.base, size: Self.size, leaving: true, &random)
        let (simulator, bench) = try bench(
            master, packets, behavior: AXIMemoryBehavior(seed: 3, latency: 1...9, faultsPerThousand: 300))
        bench.faultStalls = 0.97
        try run(simulator, [bench])
        try bench.checkResult(faultsInOrder: false)
        #expect(bench.faults.count > 1)
    }

    /// At any time: bursts whose addresses are out end with beats that write nothing, and all is well afterwards.
    @Test(arguments: masters.indices) func abandon(_ index: Int) throws {
        let master = Self.masters[index]
        var random = TestSeed.generator("abandon")
        for round in 0..<60 {
            let packets = WriteBench.packets(60, master, base: Self.base, size: Self.size, leaving: true, &random)
            let (simulator, bench) = try bench(
                master, packets, behavior: .random(&random, faultsPerThousand: 20), gaps: Double(round % 2) * 0.5,
                dataGaps: Double(round % 3) * 0.4, stalls: Double(round % 3) * 0.3, limit: round % 5 == 0 ? 1 : nil,
                seed: random.next())
            bench.abandonCycle = random.below(round < 20 ? 12 : 150)
            bench.afterwards = WriteBench.packets(12, master, base: Self.base, size: Self.size, leaving: true, &random)
            try run(simulator, [bench])
            try bench.checkResult()
        }
    }
}
