import Accelerator
import Configuration
import GoldenModel
import RTL
import SeededRandom
import Testing
import UnitScenarios
import Verification

/// How many small faults the tests of the units that schedule find. With `LEANSPATTEN_MUTATE`, one mutant of each Swift line
/// and kind of change; else a few of them.
@Suite struct ScheduleMutationTests {
    private static let count: Int? = MutationScore.isWanted ? nil : 20

    @Test func mutationScoreOfStreamKScheduler() throws {
        var random = SeededGenerator(seed: 1, name: "ScheduleMutationTests")
        let cluster = ClusterConfiguration(lane: clusterLane, lanes: 6)
        let edges = ScheduleRequest.edges(cluster).enumerated()
            .filter { $0.element.contexts.count < 100 || $0.offset < 5 }.map(\.element)
        let requests = (0..<(MutationScore.isWanted ? 120 : 60)).map { index in
            ScheduleRequest.random(cluster, index % 20 == 0 ? LaunchLimits() : LaunchLimits(sequences: 12), &random)
        }
        let launches = try edges.map { try ScheduledLaunch($0, on: cluster, &random) }
            + ScheduledLaunch.random(requests, on: cluster, &random)
        // Each excess, of the number of splits under a policy that has them.
        let excessive = try ScheduledLaunch.Excess.allCases.map { excess in
            let request = ScheduleRequest(contexts: [700, 300], heads: 2, lanes: 2, tileKeys: 128, policy: .fixedSplit, splits: 3)
            return try ScheduledLaunch(request, on: cluster, asking: [excess], &random)
        }
        // A launch that is offered as soon as the reset is over, under each policy.
        let firsts = try SchedulePolicy.allCases.map { policy in
            let request = ScheduleRequest(
                contexts: [700, 100, 1_300], heads: 2, lanes: 5, tileKeys: 128, policy: policy, splits: 3, byKeys: true)
            return try UnitScenario.streamKScheduler(cluster, try ScheduledLaunch.random([request], on: cluster, &random))
        }
        try score(try UnitScenario.streamKScheduler(cluster, launches + excessive), firsts: firsts, atLeast: 95)
    }

    @Test func mutationScoreOfSegmentWalker() throws {
        try score(
            try UnitScenario.segmentWalker(clusterLane, SeededGenerator(seed: 1, name: "walker")),
            firsts: [try UnitScenario.segmentWalker(clusterLane, SeededGenerator(seed: 2, name: "walker"), .short)], atLeast: 94)
    }

    @Test func mutationScoreOfSerialDivider() throws {
        func unit(_ seed: UInt64, _ extent: UnitScenario.Extent) throws -> UnitScenario {
            try UnitScenario.serialDivider(
                dividendBits: 12, divisorBits: 7, bitsPerCycle: 2, SeededGenerator(seed: seed, name: "divider"), extent)
        }
        try score(try unit(1, .full), firsts: [try unit(2, .short)], atLeast: 95)
    }

    /// - Parameters:
    ///   - firsts: Scenarios for what reset leaves, from 64 power-up states.
    ///   - percent: What must be found of all mutants.
    private func score(_ unit: UnitScenario, firsts: [UnitScenario], atLeast percent: Int) throws {
        let mutants = unit.design.chosenMutants(Self.count) { $0.module == unit.design.top.name }
        let trials = try MutantTrials(
            unit.design, [.init(unit.streams), .init(unit.streams, .random(seed: 3))],
            resets: MutationScore.isWanted ? (0..<64).map {
                .init(firsts[$0 % firsts.count].streams, .stalls([:], seed: UInt64(1_000 + $0)))
            } : [])
        let name = String(unit.design.top.name.prefix { $0 != "_" })
        let score = try MutationScore(of: name, unit.design, mutants, check: trials.verdict)
        print(score)
        // Of so few, some that change nothing may be many.
        #expect(score.reaches(percent: MutationScore.isWanted ? percent : 70))
    }
}
