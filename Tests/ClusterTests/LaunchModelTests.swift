import Configuration
import FixedPoint
import GoldenModel
import PerformanceModel
import Session
import TestSupport
import Testing

/// The cycle model of a launch, against the cluster in RTL.
@Suite struct LaunchModelTests {
    /// The model is so far off at most, in cycles.
    private static let residual = 24

    private static let cluster = ClusterConfiguration(
        lane: PrefillConfiguration(lane: LaneConfiguration(headSize: 32, multipliers: 32), residentRows: 4), lanes: 8)

    /// A launch alone: what RTL takes, and what it is modelled by.
    private struct Point {
        let name: String
        let cycles: Int
        let model: LaunchModel
        let sequences: Int
        let policy: SchedulePolicy

        /// What RTL takes more.
        func residual(_ timing: LaunchTiming = LaunchTiming()) -> Int {
            cycles - model.preparation(sequences: sequences, policy: policy, timing: timing)
                - model.cycles(sequences: sequences, timing: timing)
        }
    }

    /// Launches of one sequence and of several, with fewer outputs than lanes and with more.
    private func points(
        _ keyFormat: String, values: Int, rows: Int, _ bench: ClusterTestBench.Timing = .init()
    ) throws -> [Point] {
        let settings = RowSettings(tileKeys: 128, keyFormat: try KeyFormat(keyFormat), valueFormat: try ValueFormat(bits: values))
        var generator = TestSeed.generator("launch model")
        var program = try ClusterProgram(Self.cluster)
        for (heads, contexts) in [(1, [1024]), (12, [512]), (2, [300, 900, 5, 1200])] {
            let layer = try program.placeRandom(
                settings: settings, rows: rows, heads: heads, contexts: contexts, shares: true, generator: &generator)
            for policy in [SchedulePolicy.perHead, .fixedSplit, .streamK] {
                program.append(layer, ClusterSchedule(lanes: Self.cluster.lanes, policy: policy, splits: 3))
            }
        }
        var alone = bench
        alone.oneAtATime = true
        let result = try ClusterModel(Self.cluster, engine: .verilator).run(program, timing: alone)
        return try program.launches.indices.map { index in
            let launch = program.launches[index], layer = program.layers[launch.layer]
            return Point(
                name: "\(layer.heads) x \(layer.contexts), \(rows) rows, \(launch.schedule.policy.rawValue), keys \(keyFormat)",
                cycles: result.finished[index] - result.taken[index], model: try program.model(ofLaunch: index),
                sequences: layer.contexts.count, policy: launch.schedule.policy)
        }
    }

    @Test("the model is as far off as is stated, at the port's bound and at the arrays'", arguments: [
        ("4+0", 4, 1), ("4+0", 4, 4), ("8+4", 12, 1), ("8+4", 12, 4),
    ])
    func rtl(_ keyFormat: String, _ values: Int, _ rows: Int) throws {
        for point in try points(keyFormat, values: values, rows: rows) {
            #expect(abs(point.residual()) <= Self.residual, "\(point.name): \(point.residual())\n\(TestSeed.rerun)")
        }
    }

    /// The first tile is 384 beats of keys and 384 of values, a pass 256 cycles: what a launch costs beside its 16 passes a lane
    /// is 100 of latency, 512 until the first pass has its values, 46 to the state, 16 beats of it, 128 elements.
    @Test("the first pass of a group waits for its keys, then for its values, never for what it does not need yet")
    func firstPassOfAGroup() throws {
        let cluster = ClusterConfiguration(
            lane: PrefillConfiguration(lane: LaneConfiguration(headSize: 128, multipliers: 64), residentRows: 4), lanes: 2)
        let settings = RowSettings(tileKeys: 128, keyFormat: try KeyFormat("8+4"), valueFormat: try ValueFormat(bits: 12))
        var generator = TestSeed.generator("first pass of a group")
        var program = try ClusterProgram(cluster)
        let layer = try program.placeRandom(
            settings: settings, rows: 4, heads: 2, contexts: [512], shares: true, generator: &generator)
        program.append(layer, ClusterSchedule(lanes: cluster.lanes, policy: .streamK))
        let cycles = try ClusterModel(cluster, engine: .native).run(program).cycles, model = try program.model(ofLaunch: 0)
        #expect(model.bound == 16 * 256)
        #expect(abs(cycles - model.bound - (100 + 512 + 46 + 16 + 128)) <= Self.residual, "\(cycles)\n\(TestSeed.rerun)")
        #expect(abs(cycles - model.cycles(sequences: 1)) <= Self.residual, "\(cycles)\n\(TestSeed.rerun)")
    }

    @Test func latenciesAreThoseOfTheMemories() throws {
        var timing = LaunchTiming()
        timing.memoryLatency = 200
        timing.queryLatency = 50
        for point in try points("4+0", values: 4, rows: 1, .init(memories: [.fixed(latency: 200)], queryLatency: 50)) {
            #expect(abs(point.residual(timing)) <= Self.residual, "\(point.name): \(point.residual(timing))\n\(TestSeed.rerun)")
            // It can fail: without knowing of them the model is off by what they are longer.
            #expect(abs(point.residual() - 130) <= Self.residual, "\(point.name): \(point.residual())\n\(TestSeed.rerun)")
        }
    }

    @Test("bounds by hand; what a launch costs beside them does not depend on the context")
    func bounds() throws {
        let configuration = PrefillConfiguration(lane: LaneConfiguration(headSize: 64, multipliers: 64))
        let settings = RowSettings(tileKeys: 128, keyFormat: try .init("8+4"), valueFormat: try .init(bits: 12))
        func model(_ contexts: [Int], heads: Int = 1, lanes: Int, rows: Int) throws -> LaunchModel {
            LaunchModel(
                try StreamKScheduler(ScheduleRequest(contexts: contexts, heads: heads, lanes: lanes, tileKeys: 128)), configuration,
                rows: rows, settings: settings)
        }
        // 12 tiles on 5 lanes: 3, 3, 2, 2, 2. A tile is 128 keys of 3 beats; with 8 rows the arrays take 8 cycles a key.
        let one = try model([1024, 512], lanes: 5, rows: 1)
        #expect(one.bound == 3 * 128 * 3 && one.bindingResource == .memoryPort)
        let eight = try model([1024, 512], lanes: 5, rows: 8)
        #expect(eight.bound == 3 * 128 * 8 && eight.bindingResource == .queryKeyArray)
        #expect(one.segments == 5 && one.largestPeers == 3)
        for rows in [1, 4] {
            let overheads = try [4096, 65_536, 524_288].map { context in
                let model = try model([context], heads: 12, lanes: 8, rows: rows)
                return model.cycles(sequences: 1) - model.bound
            }
            #expect(Set(overheads).count == 1 && overheads[0] > 0, "\(overheads)")
        }
        #expect(LaunchModel(configuration: configuration, lanes: 4).cycles(sequences: 1) == 0)
    }
}
