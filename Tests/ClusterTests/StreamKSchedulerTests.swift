import Accelerator
import Configuration
import Cosimulation
import GoldenModel
import RTL
import SeededRandom
import Simulation
import TestSupport
import Testing
import UnitScenarios
import Verification

/// Two tile sizes, 16 rows.
let clusterLane = PrefillConfiguration(
    lane: LaneConfiguration(headSize: 64, multipliers: 64), residentRows: 16, bufferTileKeys: 256)

extension UnitScenario {
    @discardableResult
    func check(_ timing: StreamTiming = .steady) throws -> StreamRun { try StreamCheck(design, streams).run(timing) }
}

@Suite struct StreamKSchedulerTests {
    private func cluster(_ lanes: Int) -> ClusterConfiguration { ClusterConfiguration(lane: clusterLane, lanes: lanes) }

    private func launches(_ requests: [ScheduleRequest], _ lanes: Int) throws -> [ScheduledLaunch] {
        var random = TestSeed.generator("launches on \(lanes)")
        return try requests.map { try ScheduledLaunch($0, on: cluster(lanes), &random) }
    }

    @Test(arguments: [1, 3, 64]) func edgesAndRandomLaunches(lanes: Int) throws {
        let unit = try UnitScenario.streamKScheduler(cluster(lanes), TestSeed.generator("\(#function) \(lanes)"))
        try unit.check()
        try unit.check(.random(seed: TestSeed.derived("stalls on \(lanes)")))
    }

    /// A lane that is late holds up those behind it, and nothing gets lost.
    @Test(arguments: ["ranges_0", "ranges_3", "sequences", "launch"]) func oneStreamIsSlow(stream: String) throws {
        let unit = try UnitScenario.streamKScheduler(
            ClusterConfiguration(lane: PrefillConfiguration(lane: clusterLane.lane), lanes: 4), TestSeed.generator(#function), .short)
        try unit.check(.slow(stream, seed: TestSeed.derived(stream)))
    }

    @Test func twoThousandRandomLaunchesInVerilator() throws {
        var random = TestSeed.generator(#function)
        let requests = (0..<2_000).map { _ in ScheduleRequest.random(cluster(64), LaunchLimits(), &random) }
        let unit = try UnitScenario.streamKScheduler(cluster(64), try ScheduledLaunch.random(requests, on: cluster(64), &random))
        let model = try VerilatorModel.build(unit.design)
        var check = StreamCheck(unit.design, unit.streams)
        check.engine = { VerilatorSimulator(model, seed: $1) }
        let run = try check.run(.random(seed: TestSeed.derived("stalls")))
        let entries = requests.reduce(0) { $0 + $1.contexts.count }
        print("2,000 launches of \(entries) sequences on up to 64 lanes: \(run.cycles) cycles")
    }

    /// From a launch to the range of its last lane, nobody stalling: within what the unit says of itself.
    @Test(arguments: [1, 8, 16, 64]) func cyclesOfALaunch(lanes: Int) throws {
        var requests: [ScheduleRequest] = []
        for (sequences, heads) in [(1, 1), (1, 12), (1, 32), (8, 8), (256, 1), (256, 40)] {
            let contexts = (0..<sequences).map { 5_000 + 3 * $0 }
            requests += SchedulePolicy.allCases.map { policy in
                ScheduleRequest(contexts: contexts, heads: heads, lanes: lanes, tileKeys: 256, policy: policy, splits: 3)
            }
        }
        let run = try UnitScenario.streamKScheduler(cluster(lanes), try launches(requests, lanes)).check()
        for (index, request) in requests.enumerated() {
            let start = run["launch"].cycles[index], sequences = request.contexts.count
            let cycles = (0..<lanes).map { run["ranges_\($0)"].cycles[index] - start }
            let steps = 3 + (Int.bitWidth - (sequences - 1).leadingZeroBitCount)
            let rescan = request.policy == .fixedSplit ? sequences + 46 : 0
            for lane in 0..<lanes {
                let bound = sequences + 32 + (lane + 1) * steps + request.heads + rescan
                #expect(cycles[lane] <= bound, "lane \(lane) of \(request): \(cycles[lane])")
            }
            #expect(cycles[lanes - 1] <= sequences + 32 + 12 * lanes + request.heads + rescan)
            if [1, 12].contains(request.heads), request.policy == .streamK || request.policy == .fixedSplit {
                print("\(lanes) lanes, \(sequences) sequences, \(request.heads) heads, \(request.policy.rawValue): "
                    + "first range after \(cycles[0]) cycles, last after \(cycles[lanes - 1])")
            }
        }
    }

    /// While lanes are busy with a launch, the next one is prepared: its ranges come 2 cycles apart.
    @Test func launchesOverlap() throws {
        let requests = (0..<3).map { _ in
            ScheduleRequest(contexts: [Int](repeating: 9_000, count: 20), heads: 4, lanes: 8, tileKeys: 256)
        }
        let unit = try UnitScenario.streamKScheduler(cluster(8), try launches(requests, 8))
        let ports = (0..<8).map { "ranges_\($0)" }
        let run = try unit.check(.stalls(Dictionary(uniqueKeysWithValues: ports.map { ($0, [150..<600]) })))
        let cycles: [[Int]] = ports.map { run[$0].cycles }
        #expect(cycles[7][0] < 150)
        #expect(cycles.map { $0[1] } == [600, 602, 604, 606, 608, 610, 612, 614])
    }

    /// What a launch asks for beyond what there is gets cut down, and is told: each alone, and all together.
    @Test func badLaunchesAreBroughtIntoBounds() throws {
        let small = ClusterConfiguration(lane: PrefillConfiguration(lane: clusterLane.lane), lanes: 3)
        var random = TestSeed.generator(#function)
        let launches = try (ScheduledLaunch.Excess.allCases.map { [$0] } + [ScheduledLaunch.Excess.allCases]).flatMap { excesses in
            try SchedulePolicy.allCases.map { policy in
                let request = ScheduleRequest(
                    contexts: [700, 300], heads: 2, lanes: 2, tileKeys: 128, policy: policy, splits: 3)
                return try ScheduledLaunch(request, on: small, asking: excesses, &random)
            }
        }
        let run = try UnitScenario.streamKScheduler(small, launches).check()
        // Of no splits only under a fixed split.
        #expect(run["fault"].cycles.count == 3 * 4 + 1 + 2 * 4)
    }

    @Test func noPathFromReadyToReady() throws {
        for design in [try Design(Accelerator.StreamKScheduler(cluster(8))), try Design(Accelerator.SegmentWalker(clusterLane))] {
            for (index, port) in design.top.ports.enumerated() where !port.isInput && port.name.hasSuffix("_ready") {
                let inputs = try #require(design.top.combinationalInputs[index]).map { design.top.ports[$0].name }
                #expect(inputs.isEmpty, "\(port.name) follows \(inputs)")
            }
        }
    }

    @Test(arguments: [(36, 13, 2), (12, 12, 1), (16, 3, 4)]) func divisions(bits: (Int, Int, Int)) throws {
        let unit = try UnitScenario.serialDivider(
            dividendBits: bits.0, divisorBits: bits.1, bitsPerCycle: bits.2, TestSeed.generator("\(#function) \(bits)"))
        try unit.check(.random(seed: TestSeed.derived("stalls")))
        let run = try unit.check()
        #expect(run["result"].cycles[0] - run["numbers"].cycles[0] == bits.0 / bits.2 + 1)
    }
}
