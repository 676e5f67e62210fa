import Accelerator
import Configuration
import RTL
import SeededRandom
import Simulation
import Synchronization
import TestSupport
import Testing
import UnitScenarios
import Verification

/// The advertised lanes.
let lanes = Preset.lanes.map(\.configuration.lane)
let laneD64 = LaneConfiguration(headSize: 64, multipliers: 64)

/// What every unit is run under: without a gap, with gaps and stalls at three sets of rates, and with one of its streams
/// nearly always late.
func timings(_ streams: [String]) -> [StreamTiming] {
    [.steady] + (0..<3).map { .random(seed: TestSeed.derived("timing \($0)")) }
        + streams.map { .slow($0, seed: TestSeed.derived($0)) }
}

extension UnitScenario {
    /// Every stream of the unit is slow once.
    var timings: [StreamTiming] {
        AcceleratorTests.timings(streams.sources.map(\.pins.name) + streams.sinks.map(\.pins.name))
    }

    /// Runs the unit in the native engine, with the mutant in it if there is one.
    @discardableResult
    func run(_ timing: StreamTiming = .steady) throws -> StreamRun {
        guard let mutant = UnitMutant.current else { return try StreamCheck(design, streams).run(timing) }
        // That it fails is enough: why would take another run.
        let bench = try StreamTestBench(try mutant.simulator(design, seed: timing.seed), streams, timing: timing)
        bench.patience = 4_000
        return try bench.run()
    }

    /// Runs the unit under all its timings; returns the run without a gap.
    @discardableResult
    func runAll() throws -> StreamRun {
        for timing in timings.dropFirst() { try run(timing) }
        return try run()
    }
}

/// The mutant that the tests of the units run with, when they are a part of the mutation score; nil: none.
enum UnitMutant {
    @TaskLocal static var current: Mutant?

    /// The unit under test does not hold the mutant.
    struct Elsewhere: Error {}

    /// Whether a test that passes fails once the mutant is in the unit; nil: it does, or passes, without it.
    static func isFound(_ mutant: Mutant, by test: () throws -> Void) throws -> Bool? {
        let found = Flag(), elsewhere = Flag()
        try withKnownIssue(isIntermittent: true) {
            try $current.withValue(mutant) { try test() }
        } matching: { issue in
            issue.error is Elsewhere ? elsewhere.set() : found.set()
            return true
        }
        return found.isSet ? true : elsewhere.isSet ? nil : false
    }

    private final class Flag: Sendable {
        private let value = Atomic(false)
        var isSet: Bool { value.load(ordering: .relaxed) }
        func set() { value.store(true, ordering: .relaxed) }
    }
}

extension Mutant {
    /// The design with the mutant awake.
    func simulator(_ design: Design, seed: UInt64) throws -> any Simulator {
        guard design.modules.contains(where: { $0.name == module }) else { throw UnitMutant.Elsewhere() }
        let simulator = NativeSimulator(try design.mutated(by: [self]), seed: seed)
        try simulator.handle("mutant").value = 1
        return simulator
    }
}

/// A module alone in the native engine.
func simulator(_ module: some Module, seed: UInt64 = 1) throws -> any Simulator {
    let design = try Design(module)
    return try UnitMutant.current?.simulator(design, seed: seed) ?? NativeSimulator(design, seed: seed)
}
