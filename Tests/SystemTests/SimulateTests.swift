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
}
