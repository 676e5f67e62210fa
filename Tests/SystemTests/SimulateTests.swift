import Configuration
import FixedPoint
import GoldenModel
import Session
import Testing
import Workloads

/// What `leanspatten simulate` does with a whole accelerator.
@Suite struct SimulateTests {
    private static func workload(seed: UInt64, _ system: SystemConfiguration) throws -> (LaneWorkload, CascadePlan) {
        let shape = SyntheticWorkload.Shape(heads: 4, kvHeads: 2, rows: 3, keys: 40, headSize: 16)
        let tensors = SyntheticWorkload(.gaussian, shape: shape).workload(seed: seed, layers: 2)
        let plan = try CascadePlan(
            tensors, name: "synthetic", configuration: system.lane, settings: CascadeSettings(sink: 1, recent: 2), tokenKeep: [1, 0.6],
            headKeep: [1, 0.5], maximumHeads: system.maximumHeads)
        let reduction = RowReduction(configuration: system.lane, pruning: .dense, scope: .tile)
        return (try LaneWorkload(
            tensors, name: "synthetic", preset: "tiny", configuration: system.lane.lane,
            settings: RowSettings(tileKeys: 128, keyFormat: KeyFormat("8+4"), valueFormat: ValueFormat("12")),
            kind: .system(system, reduction, plan)), plan)
    }

    @Test("jobs for another workload than the golden model's: outputs, reports or decisions that differ are counted")
    func otherJobsAreFound() throws {
        let system = try Preset.named("tiny").system
        let (workload, plan) = try Self.workload(seed: 5, system)
        let golden = try GoldenRun(workload)
        let runner = try LaneRunner(.system(system), options: SimulationOptions(engine: .native), rowFinished: {})
        let right = try golden.measure(SystemWorkload(workload, on: system, plan), on: runner)
        #expect(right.layers.allSatisfy { $0.comparison.mismatches == 0 && $0.differentReports == 0 } && right.differentDecisions == 0)
        // What is left out of rows is 0 in both; the jobs themselves are as their program says.
        let wrong = try golden.measure(SystemWorkload(Self.workload(seed: 6, system).0, on: system, plan), on: runner)
        #expect(wrong.layers.allSatisfy { $0.comparison.mismatches > 40 })
    }

    /// Two layers of four query heads on two key-value heads; 260 rows a head are more than a launch has sequences.
    private static func launches(rows: Int, keys: Int, policy: SchedulePolicy) throws -> GoldenRun {
        let system = try LeanTestSystem.small.get().configuration
        let shape = SyntheticWorkload.Shape(heads: 4, kvHeads: 2, rows: rows, keys: keys, headSize: 32)
        return try GoldenRun(LaneWorkload(
            SyntheticWorkload(.gaussian, shape: shape).workload(seed: 5, layers: 2), name: "synthetic", preset: "small",
            configuration: system.laneGeometry,
            settings: RowSettings(tileKeys: 128, keyFormat: KeyFormat("8+4"), valueFormat: ValueFormat("12")),
            kind: .leanSystem(system, ClusterRun(system.cluster, policy: policy, splits: 2))))
    }

    @Test("launches give the golden rows, and every flipped bit of those is found", arguments: [SchedulePolicy.streamK, .fixedSplit])
    func launches(_ policy: SchedulePolicy) throws {
        var golden = try Self.launches(rows: 3, keys: 300, policy: policy)
        let options = SimulationOptions(engine: .verilator, stallSeed: 3)
        let right = try SimulationRun(golden, options: options)
        #expect(right.mismatches == 0 && right.status == .success && right.layers.map(\.index) == [0, 1])
        for run in right.runs {
            #expect(run.cycles > run.bound.cycles && run.beats > 0 && run.bytesMoved > run.beats * run.beatBytes)
        }
        // Of a key-value head 298, 299 and 300 keys, each once for both of its query heads.
        #expect(right.runs.allSatisfy { $0.bound.queryKeyCycles >= 2 * 897 && $0.bound.usefulMultiplications == 2 * 32 * 4 * 897 })
        for (layer, row, element, bit) in [(0, 0, 0, 0), (1, 11, 31, 15), (1, 5, 7, 9)] {
            golden.results[layer][row].outputs[element] ^= Int16(truncatingIfNeeded: 1 << bit)
            defer { golden.results[layer][row].outputs[element] ^= Int16(truncatingIfNeeded: 1 << bit) }
            let wrong = try SimulationRun(golden, options: options)
            let found = try #require(wrong.layers[layer].comparison.firstMismatches.first)
            #expect(wrong.mismatches == 1 && wrong.status == .designDiffers)
            #expect((found.layer, found.head, found.row, found.element) == (layer, row / 3, row % 3, element))
        }
    }

    @Test("more rows than a launch has sequences are launches of a chain")
    func chainOfLaunches() throws {
        let run = try SimulationRun(Self.launches(rows: 260, keys: 5, policy: .auto), options: SimulationOptions(engine: .verilator))
        #expect(run.mismatches == 0 && run.layers.allSatisfy { $0.comparison.mismatchedRows == 0 })
        #expect(run.golden.workload.rowCount == 2 * 4 * 260)
    }
}
