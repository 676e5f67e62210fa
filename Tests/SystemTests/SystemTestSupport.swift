import Accelerator
import Configuration
import Cosimulation
import Driver
import FixedPoint
import RTL
import SeededRandom
import Session
import Simulation
import TestSupport
import Testing
import Verification

/// A system that tests run on: built once for Verilator.
struct TestSystem: Sendable {
    let configuration: SystemConfiguration
    let model: VerilatorModel

    /// The smallest lane: what the tests of jobs, faults and drivers run on.
    static let small = Result {
        try TestSystem(SystemConfiguration(
            lane: SpAttenConfiguration(lane: LaneConfiguration(headSize: 32, multipliers: 32)), maximumHeads: 16, readOutstanding: 16,
            writeOutstanding: 16))
    }

    /// The same with two sequences on chip.
    static let twoSlots = Result {
        var configuration = try small.get().configuration
        configuration.slots = 2
        return try TestSystem(configuration)
    }

    init(_ configuration: SystemConfiguration) throws {
        self.configuration = configuration
        model = try VerilatorModel.build(Design(LeanSpAtten(configuration)))
    }

    func simulator(seed: UInt64) -> VerilatorSimulator { VerilatorSimulator(model, seed: seed) }

    /// Not at 0, and above 32 bits.
    static let base = 0x12_4000_0000
    /// Of the driver; programs lie behind it.
    static let workspace = DeviceRegion(address: base, bytes: 1 << 16)
    static let region = DeviceRegion(address: base + workspace.bytes, bytes: 6 << 20)

    func simulation(
        _ behavior: AXIMemoryBehavior = AXIMemoryBehavior(seed: 1), seed: UInt64 = 1, registerStalls: Double = 0,
        kind: @escaping (Int) -> SystemSimulation.ReadKind = { _ in .control }
    ) throws -> SystemSimulation {
        try SystemSimulation(
            simulator(seed: seed), configuration,
            bytes: [UInt8](repeating: 0x5A, count: Self.workspace.bytes + Self.region.bytes), base: Self.base, behavior: behavior,
            registerStalls: registerStalls, kind: kind)
    }

    func run(
        _ behavior: AXIMemoryBehavior = AXIMemoryBehavior(seed: 1), seed: UInt64 = 1, registerStalls: Double = 0, ringSizeLog2: Int = 4,
        watchdog: Int = 100_000, interrupts: InterruptCauses = .all, kind: @escaping (Int) -> SystemSimulation.ReadKind = { _ in .control }
    ) throws -> SystemRun {
        try SystemRun(
            simulation(behavior, seed: seed, registerStalls: registerStalls, kind: kind), workspace: Self.workspace,
            ringSizeLog2: ringSizeLog2, watchdog: watchdog, interrupts: interrupts)
    }

    /// A few random jobs.
    func program(jobs: Int, _ purpose: String, longest: Int = 40) throws -> SystemProgram {
        var source = RandomSystemJobs(configuration, generator: TestSeed.generator(purpose))
        source.longest = longest
        return try source.program(jobs: jobs, region: Self.region)
    }

    /// One job of two heads over a few tokens with a list and a state in and out: something of everything that is read and written.
    func shortJob(seed: UInt64 = 5) throws -> SystemProgram {
        var random = SeededGenerator(seed: seed)
        let headSize = configuration.lane.lane.headSize, tokens = 20
        var program = try SystemProgram(configuration, region: Self.region, seed: seed)
        var sequence = try CascadeProgram.Sequence(
            layers: 1, heads: 2, tokenRatios: .init(unpruned: 0, start: 40_000, step: 0), headRatios: .init(unpruned: 1, start: 1 << 16, step: 0),
            settings: CascadeSettings())
        let state = try program.placeState()
        var layer = try program.placeLayer(heads: 2, keyFormat: KeyFormat("8+4"), valueFormat: ValueFormat(bits: 8), capacity: 2 * tokens)
        func work() throws -> SystemProgram.LayerWork {
            var work = SystemProgram.LayerWork(
                layer, heads: try (0..<2).map { _ in
                    HeadRecord(query: random.uniformCodes(headSize, bits: 12), scale: try ScoreScale(real: 1e-5), headScale: 50_000)
                }, tileKeys: 128)
            work.options.writesList = true
            work.options.interrupts = true
            return work
        }
        for isNew in [true, false] {
            let rows = (0..<2).map { _ in
                (random.uniformCodes(tokens * headSize, bits: 12), random.uniformCodes(tokens * headSize, bits: 8))
            }
            try program.append(rows, to: &layer, byHost: !isNew)
            let jobs = try program.iteration(
                of: &sequence, context: layer.store.rows[0], isNew: isNew, layers: [work()], state: (place: state, restores: !isNew, saves: true))
            program.append([jobs])
        }
        return program
    }
}

/// How a memory behaves in random tests.
func randomBehavior(_ random: inout SeededGenerator) -> AXIMemoryBehavior {
    AXIMemoryBehavior(
        seed: random.next(), stalls: [0, 0.1, 0.4][random.below(3)], latency: [1...1, 20...60, 1...90][random.below(3)],
        reorders: random.below(4) > 0, interleaves: random.below(2) == 0,
        writeOrder: AXIMemoryBehavior.WriteOrder.allCases[random.below(3)])
}
