import Blocks
import RTL
import SeededRandom
import Simulation
import TestSupport
import Testing
import Verification

/// How many small faults of the AXI units the benches find. With `LEANSPATTEN_MUTATE`, one mutant of each Swift line and
/// kind of change; else a few of them.
@Suite struct AXIMutationTests {
    private static let isWhole = MutationScore.isWanted
    private static let count: Int? = isWhole ? nil : 20
    private static let base = 0xd2_3456_0000, size = 16_384

    /// Of bursts outstanding: few, as many as there can be, or more than that.
    private static func limit(_ round: Int) -> Int? { [1: 15, 3: 3][round] }

    @Test(arguments: [0, 256]) func mutationScoreOfReadMaster(buffer: Int) throws {
        let master = AXIReadMaster(AXIParameters(dataBits: 128, idBits: 2), beatBits: 9, tagBits: 1, outstanding: 8, buffer: buffer)
        try score("AXIReadMaster_b\(buffer)", master, atLeast: 90) { simulator, round, random, limit in
            var random = random
            let bench = try ReadBench(
                simulator, master, ReadBench.requests(50, master, base: Self.base, bytes: Self.size, most: 300, &random),
                bytes: random.bytes(Self.size), base: Self.base,
                behavior: round == 0 ? AXIMemoryBehavior(seed: 1, latency: 30...30) : .random(&random, faultsPerThousand: 30),
                gaps: round == 0 ? 0 : 0.3, stalls: round == 0 ? 0 : 0.3, limit: Self.limit(round), seed: random.next())
            bench.faultStalls = round == 2 ? 0.8 : 0
            if round >= 4 {
                bench.abandonCycle = random.below(100)
                bench.afterwards = ReadBench.requests(12, master, base: Self.base, bytes: Self.size, &random)
            }
            let cycles = try run(simulator, [bench], limit: limit)
            let isRight = round == 2
                ? Set(bench.faults).isSubset(of: bench.expectedFaults) && bench.faults.first == bench.expectedFaults.first
                : round >= 4 || bench.faults == bench.expectedFaults
            guard isRight else { throw AXIBenchError("faults") }
            return cycles
        }
    }

    @Test func mutationScoreOfWriteMaster() throws {
        let master = AXIWriteMaster(AXIParameters(dataBits: 128, idBits: 2), lengthBits: 12, tagBits: 3, outstanding: 8)
        try score("AXIWriteMaster", master, atLeast: 90) { simulator, round, random, limit in
            var random = random
            func packets(_ count: Int) -> [WriteBench.Packet] {
                WriteBench.packets(count, master, base: Self.base, size: Self.size, leaving: true, &random)
            }
            let bench = try WriteBench(
                simulator, master, packets(50), bytes: random.bytes(Self.size), base: Self.base,
                behavior: round == 0 ? AXIMemoryBehavior(seed: 1, latency: 10...10) : .random(&random, faultsPerThousand: 100),
                gaps: round == 0 ? 0 : 0.3, dataGaps: round % 2 == 0 ? 0 : 0.3, stalls: round == 0 ? 0 : 0.3,
                limit: Self.limit(round), seed: random.next())
            bench.faultStalls = round == 2 ? 0.8 : 0
            if round >= 4 {
                bench.abandonCycle = random.below(100)
                bench.afterwards = packets(12)
            }
            let cycles = try run(simulator, [bench], limit: limit)
            try bench.checkResult(faultsInOrder: round != 2)
            return cycles
        }
    }

    @Test func mutationScoreOfReadArbiter() throws {
        try score("AXIReadArbiter", SharedReads(), modules: ["AXIReadArbiter"], atLeast: 85) { simulator, round, random, limit in
            var random = random
            let bytes = random.bytes(Self.size)
            let memory = try SharedMemory(
                simulator, "m_axi", bytes, base: Self.base,
                behavior: round == 0 ? AXIMemoryBehavior(seed: 1) : .random(&random, faultsPerThousand: 30), readLimit: 24)
            let benches = try SharedReads.masters.enumerated().map { number, master in
                try ReadBench(
                    simulator, prefix: "masters_\(number)", master,
                    ReadBench.requests(30, master, base: Self.base, bytes: Self.size, &random), bytes: bytes, base: Self.base,
                    behavior: AXIMemoryBehavior(seed: 0), gaps: round == 0 ? 0 : 0.4, stalls: round == 0 ? 0 : 0.5,
                    seed: random.next(), sharing: (memory.memory, memory.checker))
            }
            let cycles = try run(simulator, [memory] + benches, limit: limit)
            for (number, bench) in benches.enumerated() where bench.faults != bench.expectedFaults(ofMaster: number) {
                throw AXIBenchError("faults")
            }
            return cycles
        }
    }

    @Test func mutationScoreOfRegisters() throws {
        let map = try RegisterTests.map()
        try score("AXILiteRegisters", AXILiteRegisters(map), atLeast: 95) { simulator, round, random, limit in
            var random = random
            return try run(
                simulator, [try RegisterBench(simulator, map, count: 300, stalls: round % 2 == 0 ? 0 : 0.5, seed: random.next())],
                limit: limit)
        }
    }

    /// - Parameters:
    ///   - modules: Beginnings of their names; nil: all that are the AXI units' own.
    ///   - percent: What must be found of all mutants.
    ///   - check: Throws at the first fault, or returns the cycles it took.
    private func score(
        _ name: String, _ unit: some Module, modules: [String]? = nil, atLeast percent: Int,
        check: (_ simulator: any Simulator, _ round: Int, _ random: SeededGenerator, _ limit: Int) throws -> Int
    ) throws {
        let design = try Design(unit), others = ["Fifo", "SkidBuffer", "RoundRobinArbiter"]
        let mutants = design.chosenMutants(Self.count) { mutant in
            modules.map { $0.contains { mutant.module.hasPrefix($0) } } ?? !others.contains { mutant.module.hasPrefix($0) }
        }
        let rounds = Self.isWhole ? 24 : 8
        var healthy: [Int] = []
        let score = try MutationScore(of: name, design, mutants, check: { mutated, number, _ in
            var isLate = false
            for round in 0..<rounds {
                // What reset leaves undone shows from some states at power-up only.
                let simulator = NativeSimulator(mutated, seed: UInt64(round + 1))
                try simulator.handle("mutant").value = number
                let random = SeededGenerator(seed: UInt64(round % 12), name: name)
                guard number > 0 else {
                    healthy.append(try check(simulator, round % 6, random, 100_000))
                    continue
                }
                guard let cycles = try? check(simulator, round % 6, random, 2 * healthy[round] + 100) else { return .wrong }
                if cycles != healthy[round] { isLate = true }
            }
            return isLate ? .late : .passes
        })
        print(score)
        #expect(score.reaches(percent: Self.isWhole ? percent : 75))
    }
}
