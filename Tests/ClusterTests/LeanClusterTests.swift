import Accelerator
import Configuration
import FixedPoint
import Foundation
import RTL
import SeededRandom
import Session
import Simulation
import TestSupport
import Testing
import Verification
import Workloads

/// Whole clusters, every lane a real one, against the golden lane row by row, bit for bit: so any two schedules, any two
/// numbers of lanes and both kinds of reduction agree.
@Suite struct LeanClusterTests {
    /// With `LEANSPATTEN_CLUSTERS=all` (`make regress`): the advertised clusters, more lanes, more layers.
    private static let isWhole = ProcessInfo.processInfo.environment["LEANSPATTEN_CLUSTERS"] == "all"

    /// Small lanes, groups of up to four rows.
    private static func small(_ lanes: Int, _ reduction: ReductionTopology) -> ClusterConfiguration {
        ClusterConfiguration(
            lane: PrefillConfiguration(lane: LaneConfiguration(headSize: 32, multipliers: 32), residentRows: 4), lanes: lanes,
            reduction: reduction)
    }

    private static let clusters: [ClusterConfiguration] = [small(8, .chain), small(8, .tree)]
        + (isWhole ? [small(16, .tree), small(32, .chain), small(32, .tree)] + ClusterConfiguration.advertised : [])

    @Test("every number of lanes and every policy gives the golden rows", arguments: clusters)
    func everySchedule(_ cluster: ClusterConfiguration) throws {
        let model = try ClusterModel(cluster, engine: .verilator)
        var generator = TestSeed.generator("clusters \(cluster.canonicalText)")
        let lanes = [1, 2, 3, 5, 8, 16, 32].filter { $0 <= cluster.lanes }
        var rows = 0
        // Both kinds of reduction have many more rows in `ReductionTests`.
        for part in 0..<(Self.isWhole ? 4 : cluster.reduction == .chain ? 2 : 1) {
            var program = try ClusterProgram(cluster)
            let settings = RowSettings.all.filter { cluster.lane.tileSizes.contains($0.tileKeys) }
            let layers = try (0..<2).map { index in
                try program.placeRandom(
                    settings: settings[generator.below(settings.count)],
                    rows: index == 0 ? cluster.lane.residentRows : 1 + generator.below(cluster.lane.residentRows),
                    heads: 1 + generator.below(4), contexts: RandomLaunches.contexts(2 + generator.below(4), longest: 400, &generator),
                    shares: generator.below(3) == 0, sinks: part % 2 == 1, generator: &generator)
            }
            for count in lanes {
                for schedule in RandomLaunches.schedules(lanes: count) {
                    // Launches of different layers behind one another: what is left of one must not reach the next.
                    for layer in layers { program.append(layer, schedule) }
                }
            }
            do {
                _ = try model.run(program, timing: RandomLaunches.timing(stalls: part % 2 == 1, &generator), seed: generator.next())
            } catch {
                Issue.record("part \(part): \(error)\n\(TestSeed.rerun)")
            }
            rows += program.rowCount
        }
        print("\(rows) rows on \(cluster.canonicalText)")
    }

    @Test("long contexts, more and fewer outputs than lanes", arguments: [SchedulePolicy.perHead, .fixedSplit, .streamK])
    func longContexts(_ policy: SchedulePolicy) throws {
        let cluster = Self.small(8, .chain)
        let model = try ClusterModel(cluster, engine: .verilator)
        var generator = TestSeed.generator("long \(policy.rawValue)")
        var program = try ClusterProgram(cluster)
        let settings = RowSettings(tileKeys: 128, keyFormat: try KeyFormat("8+4"), valueFormat: try ValueFormat(bits: 12))
        for (heads, contexts) in [(1, [5000]), (3, [2048, 900]), (11, [700])] {
            let layer = try program.placeRandom(
                settings: settings, rows: 1 + generator.below(4), heads: heads, contexts: contexts, generator: &generator)
            program.append(layer, ClusterSchedule(lanes: 8, policy: policy, splits: 4))
        }
        _ = try model.run(program)
    }

    @Test("the lanes read each key as often as the schedule says, and ask for as many groups")
    func trafficIsThatOfTheSchedule() throws {
        let cluster = Self.small(8, .chain)
        let model = try ClusterModel(cluster, engine: .verilator)
        var generator = TestSeed.generator("traffic")
        for schedule in RandomLaunches.schedules(lanes: 5) + RandomLaunches.schedules(lanes: 8) {
            var program = try ClusterProgram(cluster)
            let settings = RowSettings(tileKeys: 128, keyFormat: try KeyFormat("6+4"), valueFormat: try ValueFormat(bits: 8))
            let layer = try program.placeRandom(
                settings: settings, rows: 2, heads: 3, contexts: [0, 700, 129, 300], generator: &generator)
            program.append(layer, schedule)
            let result = try model.run(program)
            let work = try program.model(ofLaunch: 0)
            for (lane, traffic) in result.traffic.enumerated() {
                #expect(traffic.totalBeats == work.lanes[lane].portBeats, "lane \(lane) under \(schedule)")
            }
            #expect(try result.segments == program.schedule(ofLaunch: 0).segments.joined().count)
        }
    }

    @Test("rows of a workload, two query heads a group, and what a cluster cannot take")
    func workload() throws {
        let cluster = Self.small(3, .tree)
        func workload(heads: Int) throws -> LaneWorkload {
            let shape = SyntheticWorkload.Shape(heads: heads, kvHeads: 2, rows: 3, keys: 300, headSize: 32)
            return try LaneWorkload(
                SyntheticWorkload(.gaussian, shape: shape).workload(seed: 5, layers: 1), name: "synthetic", preset: "cluster",
                configuration: cluster.lane.lane,
                settings: RowSettings(tileKeys: 128, keyFormat: KeyFormat("8+4"), valueFormat: ValueFormat("12")),
                kind: .cluster(ClusterRun(cluster, lanes: 2, policy: .streamK)))
        }
        let options = SimulationOptions(engine: .native)
        let run = try SimulationRun(GoldenRun(workload(heads: 4)), options: options)
        #expect(run.mismatches == 0)
        #expect(run.layers[0].cycles >= run.layers[0].boundCycles)
        #expect(throws: SessionError.self) { try ClusterRun(cluster, lanes: 4) }
        #expect(throws: SessionError.self) { try SimulationRun(GoldenRun(workload(heads: 16)), options: options) }
    }

    /// The comparison is able to fail: faults of the units that a cluster adds to its lanes.
    @Test(arguments: ["StreamKScheduler", "SegmentWalker", "SegmentIssuer", "SinkMerger", "StateRouter", "ReductionJoin"])
    func aFaultIsSeen(in unit: String) throws {
        let cluster = Self.small(3, .chain)
        let design = try Design(LeanCluster(cluster: cluster))
        var generator = TestSeed.generator("planted in \(unit)")
        var program = try ClusterProgram(cluster)
        let settings = RowSettings(tileKeys: 128, keyFormat: try KeyFormat("4+4"), valueFormat: try ValueFormat(bits: 4))
        let layer = try program.placeRandom(
            settings: settings, rows: 2, heads: 2, contexts: [300, 0, 40], sinks: true, generator: &generator)
        program.append(layer, ClusterSchedule(lanes: 3))
        program.append(layer, ClusterSchedule(lanes: 2))
        let mutants = design.mutants().filter { $0.module.hasPrefix(unit) && $0.change.kind == "stuck" }
        var planted = 0, seen = 0
        // From all over the unit.
        for mutant in stride(from: 0, to: mutants.count, by: max(1, mutants.count / 5)).map({ mutants[$0] }) {
            guard let mutated = try? design.mutated(by: [mutant]) else { continue }
            planted += 1
            let simulator = NativeSimulator(mutated, seed: 1)
            try simulator.poke("mutant", 1)
            do {
                _ = try ClusterTestBench(simulator, program, patience: 2_000).run()
            } catch is ClusterRunError {
                seen += 1
            } catch is MemoryModelError {
                seen += 1
            }
        }
        #expect(planted >= 4 && seen >= 2, "\(seen) of \(planted)")
        print("\(unit): \(seen) of \(planted) faults seen")
    }
}
