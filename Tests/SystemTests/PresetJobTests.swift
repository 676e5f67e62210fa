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

    @Test("random jobs on a memory that stalls, is late, reorders and mixes", arguments: Preset.cascadeSystems)
    func jobs(_ preset: Preset) throws {
        try run(preset.name, preset.system)
    }

    /// Every value of every parameter of a configuration file, and every two values of two parameters that go together, but for
    /// limits of outstanding bursts, which vary beside the rest.
    static let cover: [SystemConfiguration] = [
        wide(32, 32, rowKeys: 1024, lanes: 1, slots: 1, heads: 16, reads: 1, writes: 1),
        wide(128, 64, rowKeys: 4096, lanes: 1, slots: 2, heads: 64, reads: 256, writes: 64),
        wide(64, 32, rowKeys: 4096, lanes: 8, slots: 2, heads: 16, reads: 16, writes: 256),
        wide(128, 32, rowKeys: 1024, lanes: 8, slots: 1, heads: 16, reads: 1, writes: 16),
        wide(32, 32, rowKeys: 4096, lanes: 8, slots: 1, heads: 64, reads: 64, writes: 1),
        wide(64, 64, rowKeys: 4096, lanes: 1, slots: 1, heads: 16, reads: 64, writes: 16),
        narrow(16, 16, port: 16, lanes: 1, slots: 2, heads: 64, reads: 64, writes: 64),
        narrow(32, 16, port: 16, lanes: 8, slots: 1, heads: 16, reads: 256, writes: 16),
        narrow(64, 64, port: 16, lanes: 1, slots: 1, heads: 64, reads: 1, writes: 256),
        narrow(64, 16, port: 16, lanes: 1, slots: 1, heads: 16, reads: 16, writes: 1),
        narrow(32, 32, port: 16, lanes: 1, slots: 2, heads: 64, reads: 16, writes: 16),
        narrow(64, 32, port: 16, lanes: 8, slots: 2, heads: 64, reads: 16, writes: 64),
        narrow(16, 16, port: 8, lanes: 8, slots: 2, heads: 64, reads: 256, writes: 1),
    ]

    private static func wide(
        _ headSize: Int, _ multipliers: Int, rowKeys: Int, lanes: Int, slots: Int, heads: Int, reads: Int, writes: Int
    ) -> SystemConfiguration {
        SystemConfiguration(
            lane: SpAttenConfiguration(lane: LaneConfiguration(headSize: headSize, multipliers: multipliers), maximumRowKeys: rowKeys),
            lanes: lanes, slots: slots, maximumHeads: heads, readOutstanding: reads, writeOutstanding: writes)
    }

    private static func narrow(
        _ headSize: Int, _ multipliers: Int, port: Int, lanes: Int, slots: Int, heads: Int, reads: Int, writes: Int
    ) -> SystemConfiguration {
        SystemConfiguration(
            lane: .narrow(headSize: headSize, multipliers: multipliers, portBytes: port), lanes: lanes, slots: slots, maximumHeads: heads,
            readOutstanding: reads, writeOutstanding: writes)
    }

    /// With `LEANSPATTEN_SYSTEMS=all`.
    @Test("the same on configurations that are no presets", .enabled(if: ProcessInfo.processInfo.environment["LEANSPATTEN_SYSTEMS"] == "all"),
          arguments: cover.indices)
    func others(_ number: Int) throws {
        try Self.cover[number].validate()
        try run("configuration \(number)", Self.cover[number])
    }

    private func run(_ name: String, _ configuration: SystemConfiguration) throws {
        let system = try TestSystem(configuration)
        var random = TestSeed.generator("behaviour of \(name)")
        var source = RandomSystemJobs(configuration, generator: TestSeed.generator("jobs of \(name)"))
        let run = try system.run(randomBehavior(&random), registerStalls: 0.2, ringSizeLog2: 2)
        try RandomRun(name, Self.count, on: run, &random) {
            try source.program(jobs: min(40, Self.count), region: TestSystem.region, firstID: $0)
        }?.printFigures(of: "jobs")
    }
}
