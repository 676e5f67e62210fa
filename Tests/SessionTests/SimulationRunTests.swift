import Configuration
import FixedPoint
import Foundation
import Session
import Testing
import Workloads

@Suite struct SimulationRunTests {
    private func workload(
        _ family: SyntheticWorkload.Family = .gaussian, kvHeads: Int = 1, keys: Int = 150, headSize: Int = 32
    ) throws -> LaneWorkload {
        let shape = SyntheticWorkload.Shape(heads: 2, kvHeads: kvHeads, rows: 3, keys: keys, headSize: headSize)
        return try LaneWorkload(
            SyntheticWorkload(family, shape: shape).workload(seed: 5, layers: 2), name: "synthetic", preset: "lane-d32",
            configuration: Preset.named("lane-d32").configuration.lane,
            settings: RowSettings(tileKeys: 128, keyFormat: KeyFormat("8+4"), valueFormat: ValueFormat("12")))
    }

    @Test func everyRowIsComparedAndCounted() throws {
        let workload = try workload()
        let finished = Counter()
        let golden = try GoldenRun(workload, rowFinished: finished.increment)
        #expect(finished.count == 12)
        let run = try SimulationRun(
            golden, options: SimulationOptions(engine: .native), rowFinished: finished.increment)
        #expect(finished.count == 24)
        #expect(run.mismatches == 0)
        #expect(run.status == .success)
        #expect(run.layers.map(\.index) == [0, 1])
        // 148, 149 and 150 keys for each of two heads: 12 + 12 bits of 32 elements, in beats a plane.
        let beats = 2 * [148, 149, 150].reduce(0) { $0 + ($1 + 1) / 2 + ($1 + 3) / 4 + ($1 * 3 + 3) / 4 }
        #expect(run.runs.allSatisfy { $0.beats == beats })
    }

    /// The comparison itself: one element off by one, in the last row of the second head.
    @Test func aWrongElementIsFound() throws {
        let workload = try workload()
        let golden = try GoldenRun(workload)
        let layer = workload.layers[1]
        var outputs = golden.results[1].map(\.outputs)
        outputs[5][31] += 1
        let comparison = OutputComparison(outputs, golden: golden.results[1], of: layer)
        #expect(comparison.mismatches == 1)
        #expect(comparison.mismatchedRows == 1)
        let mismatch = try #require(comparison.firstMismatches.first)
        #expect((mismatch.layer, mismatch.head, mismatch.row, mismatch.element) == (1, 1, 2, 31))
        #expect(mismatch.actual == mismatch.expected + 1)
    }

    @Test func groupedQueriesReadTheirKeyHead() throws {
        let workload = try workload(kvHeads: 2)
        let layer = workload.layers[0]
        #expect((0..<6).map { layer.kvHead(ofQuery: $0) } == [0, 0, 0, 1, 1, 1])
        #expect(layer.program.jobs[0].keyMSBAddress == 0)
        #expect(layer.program.jobs[3].keyMSBAddress > layer.program.jobs[0].valueAddress)
        #expect(try SimulationRun(GoldenRun(workload), options: SimulationOptions(engine: .native)).mismatches == 0)
    }

    /// The scales are those of the keys that every row sees, with room for those behind them.
    @Test func scalesAreFrozenOverThePrompt() throws {
        let workload = try workload()
        let source = SyntheticWorkload(
            .gaussian, shape: .init(heads: 2, kvHeads: 1, rows: 3, keys: 150, headSize: 32)).layer(seed: 5)
        let peak = source.value.prefix(148 * 32).map { Double($0.magnitude) }.max()!
        #expect(workload.layers[0].keyValues[0].scales.valueScale == peak * 1.25 / 2047)
    }

    @Test func aWorkloadOfAnotherHeadSizeIsRefused() throws {
        #expect(throws: SessionError.wrongHeadSize(
            workload: "synthetic", headSize: 64, preset: "lane-d32", presetHeadSize: 32)
        ) { try workload(headSize: 64) }
    }

    @Test func anErrorOfTheLowestRowIsTheOneThrown() throws {
        struct Failure: Error, Equatable { let index: Int }
        for _ in 0..<20 {
            #expect(throws: Failure(index: 3)) {
                try concurrentMap(count: 100) { index in
                    if index >= 3, index % 2 == 1 { throw Failure(index: index) }
                    return index
                }
            }
        }
        #expect(try concurrentMap(count: 100) { $0 * $0 } == (0..<100).map { $0 * $0 })
    }
}

private final class Counter: @unchecked Sendable {
    private let lock = NSLock()
    private(set) var count = 0

    func increment() { lock.withLock { count += 1 } }
}
