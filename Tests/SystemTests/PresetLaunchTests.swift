import Configuration
import Driver
import FixedPoint
import Foundation
import SeededRandom
import Session
import TestSupport
import Testing
import Verification

/// Launches on the clusters that are advertised with a bus.
@Suite(.serialized) struct PresetLaunchTests {
    /// With `LEANSPATTEN_SYSTEM_JOBS=1000`: that many launches.
    private static let count = ProcessInfo.processInfo.environment["LEANSPATTEN_SYSTEM_JOBS"].flatMap { Int($0) }

    private static func preset(_ name: String) throws -> LeanSystemConfiguration {
        guard case .leanSystem(let configuration) = try Preset.named(name).configuration else { preconditionFailure("no cluster on a bus") }
        return configuration
    }

    @Test("random launches on a memory that stalls, is late, reorders and mixes")
    func launches() throws {
        try LeanTestSystem(Self.preset("lean-16")).runRandomLaunches(Self.count ?? 4, name: "lean-16")
    }

    /// Every value of every parameter of a configuration file that makes a cluster on a bus.
    static let cover: [LeanSystemConfiguration] = [
        cluster(32, 32, rows: 1, tile: 128, lanes: 2, reads: 1, writes: 1),
        cluster(64, 32, rows: 8, tile: 256, lanes: 8, reads: 256, writes: 64),
        cluster(128, 32, rows: 16, tile: 128, lanes: 2, reads: 16, writes: 256),
        cluster(64, 64, rows: 2, tile: 256, lanes: 16, reads: 64, writes: 16),
    ]

    private static func cluster(
        _ headSize: Int, _ multipliers: Int, rows: Int, tile: Int, lanes: Int, reads: Int, writes: Int
    ) -> LeanSystemConfiguration {
        LeanSystemConfiguration(
            cluster: ClusterConfiguration(
                lane: PrefillConfiguration(
                    lane: LaneConfiguration(headSize: headSize, multipliers: multipliers), residentRows: rows, bufferTileKeys: tile), lanes: lanes),
            readOutstanding: reads, writeOutstanding: writes)
    }

    /// With `LEANSPATTEN_SYSTEMS=all`.
    @Test("the same on configurations that are no presets", .enabled(if: ProcessInfo.processInfo.environment["LEANSPATTEN_SYSTEMS"] == "all"),
          arguments: cover.indices)
    func others(_ number: Int) throws {
        try LeanTestSystem(Self.cover[number]).runRandomLaunches(min(Self.count ?? 40, 200), name: "cluster \(number)")
    }

    @Test("a decode step of grouped queries is as fast as the arrays, from the doorbell to the last answer", .enabled(if: count != nil))
    func decode() throws {
        let system = try LeanTestSystem(Self.preset("lean-16"))
        var source = RandomSystemLaunches(system.configuration, generator: SeededGenerator(seed: 3))
        var program = try LaunchProgram(system.configuration, region: LeanTestSystem.region, seed: 4)
        // 32 query heads over 8 key-value heads, whose planes are the same.
        let layer = try source.layer(
            settings: RowSettings(tileKeys: 128, keyFormat: KeyFormat("8+4"), valueFormat: ValueFormat(bits: 12)), rows: 4, heads: 8,
            contexts: [4096, 4096, 4096, 4096], shares: true)
        program.append([[try program.launch(layer, cut: .init(lanes: 16, policy: .streamK))]])
        let run = try system.run(AXIMemoryBehavior(seed: 5, latency: 100...100), kind: program.readKind)
        let start = ContinuousClock.now
        try run.run(program)
        let counts = try run.driver.counters(), seconds = start.duration(to: .now) / .seconds(1)
        // 64 tiles a lane, 128 keys each, at 2 cycles a key and row.
        let bound = 64 * 128 * 2 * 4
        print("decode: \(counts["cycles"]) cycles, \(bound) of the arrays, \(Double(counts["cycles"]) / Double(bound)) x; "
            + "\(counts["read_beats"]) beats read, \(counts["control_beats"]) of them no keys nor values; \(Int(Double(counts["cycles"]) / seconds)) cycles/s")
        #expect(counts["cycles"] < bound * 104 / 100)
        #expect(counts["key_msb_beats"] + counts["key_lsb_beats"] + counts["value_beats"] == 4 * 8 * 4096 * 6)
        #expect(counts["rows"] == 128)
    }
}
