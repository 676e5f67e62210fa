import Configuration
import FixedPoint
import Foundation
import GoldenModel
import Session
import TestSupport
import Testing
import Workloads

/// Real trained tensors and every synthetic family: the emitted Verilog against the golden model bit for bit, and the
/// golden model against double precision on the same quantised inputs.
@Suite struct RealAndSyntheticTests {
    private func golden(_ workload: AttentionWorkload, tileKeys: Int) throws -> GoldenRun {
        let settings = RowSettings(tileKeys: tileKeys, keyFormat: try KeyFormat("8+4"), valueFormat: try ValueFormat(bits: 12))
        let lane = try Preset.named("lane-d64").configuration.lane
        return try GoldenRun(LaneWorkload(
            workload, name: "test", preset: "lane-d64", configuration: lane, settings: settings))
    }

    private func synthetic(_ family: SyntheticWorkload.Family) -> AttentionWorkload {
        SyntheticWorkload(family, shape: .init(heads: 4, kvHeads: 2, rows: 4, keys: 1024, headSize: 64))
            .workload(seed: TestSeed.global)
    }

    @Test("every row, head and layer of the fixture in Verilator")
    func fixtureIsBitExact() throws {
        let golden = try golden(AttentionWorkload(path: PackageFiles.decodeAttention), tileKeys: 256)
        let run = try SimulationRun(golden, options: SimulationOptions(engine: .verilator))
        #expect(run.golden.errors.rows == 3 * 4 * 32)
        #expect(run.mismatches == 0)
    }

    @Test("every synthetic family in Verilator", arguments: SyntheticWorkload.Family.all)
    func familiesAreBitExact(_ family: SyntheticWorkload.Family) throws {
        let options = SimulationOptions(engine: .verilator, stallSeed: TestSeed.derived(family.name))
        let run = try SimulationRun(try golden(synthetic(family), tileKeys: 128), options: options)
        #expect(run.mismatches == 0)
    }

    @Test("accuracy on the fixture, layer by layer", arguments: RowSettings.tileSizes)
    func fixtureAccuracy(tileKeys: Int) throws {
        for layer in try AttentionWorkload(path: PackageFiles.decodeAttention).layers {
            let errors = try golden(AttentionWorkload(layers: [layer]), tileKeys: tileKeys).errors
            #expect(errors.rmsRelativeError <= 2e-4)
            #expect(errors.maxRelativeToMaxV <= 1e-3)
        }
    }

    @Test("accuracy on realistic families", arguments: SyntheticWorkload.Family.realistic, RowSettings.tileSizes)
    func realisticAccuracy(_ family: SyntheticWorkload.Family, tileKeys: Int) throws {
        let errors = try golden(synthetic(family), tileKeys: tileKeys).errors
        #expect(errors.rmsRelativeError <= 2e-4)
        #expect(errors.maxRelativeToMaxV <= 1e-3)
    }

    /// `fullScale` drives scaled scores into saturation, where the lane departs from softmax by definition.
    @Test("accuracy on adversarial families",
          arguments: SyntheticWorkload.Family.adversarial.filter { $0 != .fullScale }, RowSettings.tileSizes)
    func adversarialAccuracy(_ family: SyntheticWorkload.Family, tileKeys: Int) throws {
        let errors = try golden(synthetic(family), tileKeys: tileKeys).errors
        #expect(errors.maxRelativeToMaxV <= Double(tileKeys) * 0x1p-16)
    }
}
