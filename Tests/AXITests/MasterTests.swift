import Blocks
import Cosimulation
import RTL
import SeededRandom
import Simulation
import TestSupport
import Testing
import Verification

/// Masters of 64 to 512 bits against a memory that does all that AXI allows.
@Suite struct MasterTests {
    private static let size = 16_384

    /// Benches for the whole batch; every other round with errors.
    private static func benches(
        _ simulator: any Simulator, _ random: inout SeededGenerator, count: Int, errors: Bool
    ) throws -> (reads: [ReadBench], writes: [WriteBench], shared: [ReadBench], memory: SharedMemory) {
        func base(_ axi: AXIParameters) -> Int { (0x55_A400_0000 | (axi.addressBits == 64 ? 0x7bcd_ef00 << 32 : 0)) }
        let perThousand = errors ? 30 : 0
        let reads = try AXIBatch.reads.enumerated().map { number, master in
            let bytes = random.bytes(size), base = base(master.axi)
            return try ReadBench(
                simulator, prefix: "reads_\(number)", master,
                ReadBench.requests(count, master, base: base, bytes: size, most: 300, &random), bytes: bytes, base: base,
                behavior: .random(&random, faultsPerThousand: perThousand), gaps: Double(random.below(3)) * 0.3,
                stalls: Double(random.below(3)) * 0.3, limit: errors ? random.number(1...master.outstanding) : nil,
                seed: random.next())
        }
        let writes = try AXIBatch.writes.enumerated().map { number, master in
            let base = base(master.axi)
            return try WriteBench(
                simulator, prefix: "writes_\(number)", master,
                WriteBench.packets(count, master, base: base, size: size, leaving: true, &random), bytes: random.bytes(size),
                base: base, behavior: .random(&random, faultsPerThousand: perThousand), gaps: Double(random.below(3)) * 0.3,
                dataGaps: Double(random.below(3)) * 0.3, stalls: Double(random.below(3)) * 0.3,
                limit: errors ? random.number(1...master.outstanding) : nil, seed: random.next())
        }
        let base = 0x10_0000, bytes = random.bytes(size)
        let memory = try SharedMemory(
            simulator, "shared_m_axi", bytes, base: base, behavior: .random(&random, faultsPerThousand: perThousand),
            readLimit: SharedReads.masters.reduce(0) { $0 + $1.outstanding })
        let shared = try SharedReads.masters.enumerated().map { number, master in
            try ReadBench(
                simulator, prefix: "shared_masters_\(number)", master,
                ReadBench.requests(count, master, base: base, bytes: size, &random), bytes: bytes, base: base,
                behavior: AXIMemoryBehavior(seed: 0), gaps: Double(number) * 0.3, stalls: 0.2, seed: random.next(),
                sharing: (memory.memory, memory.checker))
        }
        return (reads, writes, shared, memory)
    }

    private static func rounds(_ simulator: any Simulator, _ rounds: Int, count: Int, seed: UInt64) throws -> Int {
        var random = SeededGenerator(seed: seed), bursts = 0
        for round in 0..<rounds {
            let all = try benches(simulator, &random, count: count, errors: round % 2 == 1)
            try run(simulator, [all.memory as any AXIBench] + all.reads + all.writes + all.shared, noiseSeed: random.next())
            for bench in all.writes { try bench.checkResult() }
            for bench in all.reads { #expect(bench.faults == bench.expectedFaults, "\(TestSeed.rerun)") }
            for (number, bench) in all.shared.enumerated() {
                #expect(bench.faults == bench.expectedFaults(ofMaster: number), "\(TestSeed.rerun)")
            }
            bursts += all.reads.reduce(all.memory.checker.readBursts) { $0 + $1.checker.readBursts }
                + all.writes.reduce(0) { $0 + $1.checker.writeBursts }
        }
        return bursts
    }

    @Test func randomTrafficNative() throws {
        let simulator = NativeSimulator(try Design(AXIBatch()), seed: TestSeed.derived("power-up"))
        let bursts = try Self.rounds(simulator, 4, count: 120, seed: TestSeed.derived("native"))
        #expect(bursts > 4_000)
    }

    @Test func randomTrafficVerilator() throws {
        let simulator = try VerilatorSimulator(try Design(AXIBatch()), seed: TestSeed.derived("power-up"))
        let bursts = try Self.rounds(simulator, 8, count: 300, seed: TestSeed.derived("verilator"))
        #expect(bursts > 20_000)
    }
}

/// One memory for the masters behind an arbiter.
final class SharedMemory: AXIBench {
    let memory: AXIMemory
    let checker: AXIProtocolChecker

    init(
        _ simulator: any Simulator, _ prefix: String, _ bytes: [UInt8], base: Int, behavior: AXIMemoryBehavior, readLimit: Int
    ) throws {
        let pins = try AXIPins(prefix, of: simulator)
        memory = AXIMemory(pins, bytes, base: base, behavior)
        checker = AXIProtocolChecker(pins, readLimit: readLimit)
    }

    var isDone: Bool { memory.isIdle && checker.isIdle }
    var progress: String { "shared memory: \(memory.reads.count) bursts" }
    func observeReset() { checker.observeReset(cycle: 0) }
    func drive(_ cycle: Int) { memory.drive(cycle: cycle) }
    func observe(_ cycle: Int) throws { try checker.observe(memory, cycle) }
}
