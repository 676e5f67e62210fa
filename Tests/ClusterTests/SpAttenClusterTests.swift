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

/// Whole clusters of lanes that prune, every lane a real one, against the golden lane that prunes: outputs and reports row by
/// row, bit for bit. So any two schedules leave out the same of every row.
@Suite struct SpAttenClusterTests {
    /// With `LEANSPATTEN_CLUSTERS=all` (`make regress`): on Verilator, whose model of eight such lanes takes minutes to build, also the
    /// advertised cluster and both reductions, more layers.
    private static let isWhole = ProcessInfo.processInfo.environment["LEANSPATTEN_CLUSTERS"] == "all"
    private static let engine: Engine = isWhole ? .verilator : .native

    private static func small(
        _ lanes: Int, _ reduction: ReductionTopology = .chain, sectorBytes: Int = 64
    ) -> ClusterConfiguration {
        ClusterConfiguration(
            spAtten: SpAttenConfiguration(lane: LaneConfiguration(headSize: 32, multipliers: 32), sectorBytes: sectorBytes),
            lanes: lanes, reduction: reduction)
    }

    private static let clusters = [small(8)]
        + (isWhole ? [small(8, .tree, sectorBytes: 32), small(5, .tree)] + ClusterConfiguration.advertisedPruning : [])

    /// Two random layers, the first in short tiles, which lanes share; launches of them in turn, on every number of lanes under
    /// every policy, each layer for half of them or for all.
    private static func program(
        _ cluster: ClusterConfiguration, longest: Int, lanes: [Int], _ generator: inout SeededGenerator
    ) throws -> ClusterProgram {
        var program = try ClusterProgram(cluster)
        let all = RowSettings.all, short = all.filter { $0.tileKeys == 128 }
        let layers = try [short, all].map { settings in
            try program.placeRandom(
                settings: settings[generator.below(settings.count)], rows: 1, heads: 1 + generator.below(3),
                contexts: RandomLaunches.contexts(2 + generator.below(3), longest: longest, &generator), shares: generator.below(3) == 0,
                generator: &generator)
        }
        for (index, schedule) in lanes.flatMap(RandomLaunches.schedules).enumerated() {
            for layer in isWhole ? layers : [layers[index % 2]] { program.append(layer, schedule) }
        }
        return program
    }

    @Test("every number of lanes and every policy gives the golden rows and reports", arguments: clusters)
    func everySchedule(_ cluster: ClusterConfiguration) throws {
        let model = try ClusterModel(cluster, engine: Self.engine)
        var generator = TestSeed.generator("pruning clusters \(cluster.canonicalText)")
        let lanes = [1, 2, 3, 5, 8].filter { $0 <= cluster.lanes }
        var rows = 0
        for part in 0..<(Self.isWhole ? 12 : 2) {
            let program = try Self.program(cluster, longest: Self.isWhole && part % 3 == 0 ? 700 : 400, lanes: lanes, &generator)
            do {
                _ = try model.run(program, timing: RandomLaunches.timing(stalls: part % 2 == 1, &generator), seed: generator.next())
            } catch {
                Issue.record("part \(part): \(error)\n\(TestSeed.rerun)")
            }
            rows += program.rowCount
        }
        print("\(rows) pruned rows on \(cluster.canonicalText)")
    }

    @Test("a tree of lanes with two channels each")
    func tree() throws {
        let cluster = Self.small(3, .tree, sectorBytes: 32)
        var generator = TestSeed.generator(#function)
        var program = try ClusterProgram(cluster)
        let settings = RowSettings(tileKeys: 128, keyFormat: try KeyFormat("4+4"), valueFormat: try ValueFormat(bits: 6))
        let layer = try program.placeRandom(
            settings: settings, rows: 1, heads: 2, contexts: [330, 0, 41], generator: &generator)
        for schedule in RandomLaunches.schedules(lanes: 3) { program.append(layer, schedule) }
        _ = try ClusterModel(cluster, engine: .native).run(program, timing: RandomLaunches.timing(stalls: true, &generator))
    }

    @Test("the lanes read what the decisions leave of their ranges, and no more")
    func trafficIsThatOfTheDecisions() throws {
        let lanes = Self.isWhole ? 8 : 3, cluster = Self.small(lanes)
        let model = try ClusterModel(cluster, engine: Self.engine)
        var generator = TestSeed.generator(#function)
        for schedule in RandomLaunches.schedules(lanes: 2) + RandomLaunches.schedules(lanes: lanes) {
            var program = try ClusterProgram(cluster)
            let settings = RowSettings(tileKeys: 128, keyFormat: try KeyFormat("6+4"), valueFormat: try ValueFormat(bits: 8))
            let layer = try program.placeRandom(
                settings: settings, rows: 1, heads: 2, contexts: Self.isWhole ? [0, 700, 129, 300] : [0, 300, 129], generator: &generator)
            program.append(layer, schedule)
            let result = try model.run(program), bounds = try program.laneBounds(ofLaunch: 0)
            for (lane, bound) in bounds.enumerated() {
                #expect(result.traffic[lane].totalBeats == bound.portBeats, "lane \(lane) under \(schedule)")
            }
            #expect(try result.segments == program.schedule(ofLaunch: 0).segments.joined().count)
        }
    }

    @Test("a list that is too short is reported of its row, and of no other, wherever the row is cut")
    func aFaultIsReported() throws {
        let lanes = Self.isWhole ? 8 : 3, cluster = Self.small(lanes)
        let model = try ClusterModel(cluster, engine: Self.engine)
        var generator = TestSeed.generator(#function)
        var program = try ClusterProgram(cluster), layer = 0
        // Until some row has a list that several tiles are of.
        repeat {
            program = try ClusterProgram(cluster)
            let settings = RowSettings(tileKeys: 128, keyFormat: try KeyFormat("4+4"), valueFormat: try ValueFormat(bits: 4))
            layer = try program.placeRandom(settings: settings, rows: 1, heads: 2, contexts: [600, 100], generator: &generator)
        } while program.layers[layer].contexts[0] == 600 || program.layers[layer].contexts[0] < 260
        program.shortenList(layer: layer, row: 0)
        for schedule in RandomLaunches.schedules(lanes: lanes) { program.append(layer, schedule) }
        let bench = try ClusterTestBench(model.simulator(), program)
        bench.keepsOutputs = true
        let result = try bench.run()
        for launch in program.launches.indices {
            #expect(result.reports[launch].map { $0?.fault } == (0..<program.layers[layer].rowCount).map { $0 == 0 })
        }
    }

    @Test("rows of a workload, with shared key-value heads, in both scopes; what is refused")
    func workload() throws {
        let cluster = Self.small(3, .tree)
        let pruning = PruningSettings(
            refine: .paper, confidence: ValueRule.fixedProbability(0.1), values: .fraction(0.3), renormalise: false)
        func run(_ scope: DecisionScope, keys: Int = 300, policy: SchedulePolicy? = nil) throws -> SimulationRun {
            let shape = SyntheticWorkload.Shape(heads: 4, kvHeads: 2, rows: 2, keys: keys, headSize: 32)
            return try SimulationRun(
                GoldenRun(LaneWorkload(
                    SyntheticWorkload(.gaussian, shape: shape).workload(seed: 5, layers: 1), name: "synthetic", preset: "cluster",
                    configuration: cluster.lane.lane,
                    settings: RowSettings(tileKeys: 128, keyFormat: KeyFormat("8+4"), valueFormat: ValueFormat("12")),
                    kind: .cluster(ClusterRun(cluster, lanes: 3, policy: policy, pruning: pruning, scope: scope)))),
                options: SimulationOptions(engine: .native))
        }
        for scope in DecisionScope.allCases {
            let run = try run(scope)
            #expect(run.mismatches == 0)
            #expect(run.layers[0].cycles >= run.layers[0].boundCycles && run.layers[0].boundCycles > 0)
            #expect(run.golden.pruned[0].contains { $0.keepsValue.contains(false) })
        }
        for policy in [SchedulePolicy.streamK, .fixedSplit, .auto] {
            #expect(throws: SessionError.self) { try run(.row, policy: policy) }
        }
    }

    /// The comparison is able to fail: faults of the units that a cluster that prunes adds or changes.
    @Test(arguments: ["SpAttenIssuer", "StateRouter", "NormalizerPair", "ReductionJoin"])
    func aFaultIsSeen(in unit: String) throws {
        let cluster = Self.small(2)
        let design = try Design(SpAttenCluster(cluster: cluster))
        var generator = TestSeed.generator("planted in \(unit)")
        var program = try ClusterProgram(cluster)
        let settings = RowSettings(tileKeys: 128, keyFormat: try KeyFormat("4+4"), valueFormat: try ValueFormat(bits: 4))
        let layer = try program.placeRandom(
            settings: settings, rows: 1, heads: 3, contexts: [140, 30], generator: &generator)
        program.append(layer, ClusterSchedule(lanes: 2))
        let mutants = design.mutants().filter { $0.module.hasPrefix(unit) && $0.change.kind == "stuck" }
        var planted = 0, seen = 0
        // From all over the unit.
        for mutant in stride(from: 0, to: mutants.count, by: max(1, mutants.count / 4)).map({ mutants[$0] }) {
            guard let mutated = try? design.mutated(by: [mutant]) else { continue }
            planted += 1
            let simulator = NativeSimulator(mutated, seed: 1)
            try simulator.poke("mutant", 1)
            do {
                _ = try ClusterTestBench(simulator, program, patience: 1_000).run()
            } catch is ClusterRunError {
                seen += 1
            } catch is MemoryModelError {
                seen += 1
            }
        }
        #expect(planted >= 3 && seen >= 1, "\(seen) of \(planted)")
        print("\(unit): \(seen) of \(planted) faults seen")
    }
}
