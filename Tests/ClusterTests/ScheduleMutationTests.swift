import Accelerator
import Configuration
import Foundation
import GoldenModel
import RTL
import SeededRandom
import Testing
import UnitScenarios
import Verification

/// How many small faults the tests of the units that schedule find. With `LEANSPATTEN_MUTATE`, one mutant of each Swift line
/// and kind of change; else a few of them, all in one design behind a select.
@Suite struct ScheduleMutationTests {
    private static let count: Int? =
        ProcessInfo.processInfo.environment["LEANSPATTEN_MUTATE"] == nil ? 20 : nil

    @Test func streamKScheduler() throws {
        var random = SeededGenerator(seed: 1, name: "ScheduleMutationTests")
        let cluster = ClusterConfiguration(lane: clusterLane, lanes: 6)
        let edges = ScheduleRequest.edges(cluster).enumerated()
            .filter { $0.element.contexts.count < 100 || $0.offset < 5 }.map(\.element)
        let requests = edges + (0..<60).map { index in
            ScheduleRequest.random(cluster, index % 20 == 0 ? LaunchLimits() : LaunchLimits(sequences: 12), &random)
        }
        try score(try UnitScenario.streamKScheduler(cluster, try ScheduledLaunch.random(requests, on: cluster, &random)))
    }

    @Test func segmentWalker() throws {
        try score(try UnitScenario.segmentWalker(clusterLane, SeededGenerator(seed: 1, name: "walker")))
    }

    @Test func serialDivider() throws {
        try score(try UnitScenario.serialDivider(
            dividendBits: 12, divisorBits: 7, bitsPerCycle: 2, SeededGenerator(seed: 1, name: "divider")))
    }

    private func score(_ unit: UnitScenario) throws {
        let mutants = unit.design.chosenMutants(Self.count) { $0.module == unit.design.top.name }
        var healthy: [StreamRun] = []
        let timings: [StreamTiming] = [.steady, .random(seed: 3)]
        func passes(_ mutated: Design, _ number: Int) throws -> Bool {
            var scenario = unit.streams.on(mutated)
            try scenario.hold("mutant", at: number)
            for (index, timing) in timings.enumerated() {
                var check = StreamCheck(mutated, scenario)
                check.waveDirectory = nil
                check.patience = 2_000
                if number > 0 { check.cycleLimit = 2 * healthy[index].cycles }
                guard let run = try? check.run(timing) else { return false }
                if number == 0 { healthy.append(run) }
                // Right, but later or earlier than it should be.
                if run.cycles != healthy[index].cycles { return false }
            }
            return true
        }
        let survivors = try #require(try unit.design.survivors(of: mutants, passes: passes))
        print("mutation score of \(unit.design.top.name): \(mutants.count - survivors.count) of \(mutants.count) found; survivors:")
        for mutant in survivors { print("  \(mutant)") }
        // Of so few, some that change nothing may be many.
        #expect((mutants.count - survivors.count) * 100 >= (Self.count == nil ? 90 : 70) * mutants.count)
    }
}
