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

/// A cluster of dense lanes on a bus that tests run on: built once for Verilator.
struct LeanTestSystem: Sendable {
    let configuration: LeanSystemConfiguration
    let model: VerilatorModel

    /// Two small lanes, groups of up to four rows: what the tests of launches and faults run on.
    static let small = Result {
        try LeanTestSystem(LeanSystemConfiguration(
            cluster: ClusterConfiguration(
                lane: PrefillConfiguration(lane: LaneConfiguration(headSize: 32, multipliers: 32), residentRows: 4, bufferTileKeys: 256), lanes: 2),
            readOutstanding: 16, writeOutstanding: 16))
    }

    init(_ configuration: LeanSystemConfiguration) throws {
        try configuration.validate()
        self.configuration = configuration
        model = try VerilatorModel.build(Design(LeanSpAtten(configuration)))
    }

    /// Larger than that of jobs: planes of wide heads.
    static let region = DeviceRegion(address: TestSystem.region.address, bytes: 16 << 20)

    func run(
        _ behavior: AXIMemoryBehavior = AXIMemoryBehavior(seed: 1), seed: UInt64 = 1, registerStalls: Double = 0, ringSizeLog2: Int = 4,
        watchdog: Int = 100_000, interrupts: InterruptCauses = .all, region: DeviceRegion = region, on simulator: (any Simulator)? = nil,
        kind: @escaping (Int) -> SystemSimulation.ReadKind = { _ in .control }
    ) throws -> SystemRun {
        let simulation = try SystemSimulation(
            simulator ?? VerilatorSimulator(model, seed: seed), configuration,
            bytes: [UInt8](repeating: 0x5A, count: TestSystem.workspace.bytes + region.bytes), base: TestSystem.base,
            behavior: behavior, registerStalls: registerStalls, kind: kind)
        return try SystemRun(
            simulation, workspace: TestSystem.workspace, ringSizeLog2: ringSizeLog2, watchdog: watchdog, interrupts: interrupts)
    }

    /// Random launches back to back.
    func runRandomLaunches(_ count: Int, name: String) throws {
        var random = TestSeed.generator("behaviour of \(name)")
        var source = RandomSystemLaunches(configuration, generator: TestSeed.generator("launches of \(name)"))
        let run = try run(randomBehavior(&random), registerStalls: 0.2, ringSizeLog2: 2)
        guard let done = try RandomRun(name, count, on: run, &random, next: {
            try source.program(launches: min(10, count), region: Self.region, firstID: $0)
        }) else { return }
        #expect(done.interrupts > count / 10 || count < 100)
        #expect(!run.simulation.interrupts.isEmpty)
        done.printFigures(of: "launches")
    }

    /// One launch of three heads with two rows each, over two sequences: something of everything that is read and written. The
    /// middle one of the long outputs is cut, so that its parts are merged.
    func shortLaunch(seed: UInt64 = 5) throws -> LaunchProgram {
        var source = RandomSystemLaunches(configuration, generator: SeededGenerator(seed: seed))
        var program = try LaunchProgram(configuration, region: Self.region, seed: seed)
        var options = LaunchProgram.LaunchOptions()
        options.interrupts = true
        let layer = try source.layer(
            settings: RowSettings(tileKeys: 128, keyFormat: KeyFormat("8+4"), valueFormat: ValueFormat(bits: 8)), rows: 2, heads: 3,
            contexts: [300, 20])
        program.append([[try program.launch(layer, cut: .init(lanes: 2, policy: .streamK), options: options)]])
        return program
    }
}
