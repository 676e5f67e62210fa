import Configuration
import Foundation
import SeededRandom
import Session
import TestSupport
import Testing
import Verification

/// Random jobs on every whole accelerator that is advertised, back to back and without a reset between.
@Suite(.serialized) struct PresetJobTests {
    /// With `LEANSPATTEN_SYSTEM_JOBS=1000`: that many jobs a preset.
    private static let count = ProcessInfo.processInfo.environment["LEANSPATTEN_SYSTEM_JOBS"].flatMap { Int($0) } ?? 40

    @Test("random jobs on a memory that stalls, is late, reorders and mixes", arguments: Preset.systems)
    func jobs(_ preset: Preset) throws {
        guard case .system(let configuration) = preset.configuration else { preconditionFailure("no system") }
        let system = try TestSystem(configuration)
        var random = TestSeed.generator("behaviour of \(preset.name)")
        var source = RandomSystemJobs(configuration, generator: TestSeed.generator("jobs of \(preset.name)"))
        let run = try system.run(randomBehavior(&random), registerStalls: 0.2, ringSizeLog2: 2)
        let start = ContinuousClock.now
        var jobs = 0
        while jobs < Self.count {
            let program = try source.program(jobs: min(40, Self.count), region: TestSystem.region, firstID: UInt32(jobs))
            do {
                try run.run(program, waiting: random.below(3) == 0 ? .polling : .interrupt)
            } catch {
                Issue.record("\(preset.name): \(error), cycle \(run.simulation.cycle), \(run.simulation.memory.behavior); \(TestSeed.rerun)")
                return
            }
            jobs += program.jobs.count
            run.simulation.setBehavior(randomBehavior(&random))
        }
        let counts = try run.driver.counters()
        for (name, count) in run.expectedCounts.sorted(by: { $0.key < $1.key }) { #expect(counts[name] == count, "\(preset.name): \(name)") }
        let seconds = start.duration(to: .now) / .seconds(1)
        print("\(preset.name): \(jobs) jobs, \(counts["rows"]) rows, \(run.simulation.cycle) cycles, \(Int(Double(run.simulation.cycle) / seconds)) cycles/s")
    }
}
