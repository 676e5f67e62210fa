import Accelerator
import Configuration
import RTL
import SeededRandom
import Testing
import UnitScenarios
import Verification

/// How many small faults of the reduction the tests find. With `LEANSPATTEN_MUTATE`, one mutant of each Swift line and kind
/// of change; else a few of them, all in one design behind a select as always.
@Suite struct ReductionMutationTests {
    private static let count: Int? = MutationScore.isWanted ? nil : 10

    /// A run that a mutant has to get past: in as many cycles as the healthy unit, without a fault where there is none.
    private struct Trial {
        let traffic: ReductionTraffic
        let timing: StreamTiming
        let isFaulty: Bool
    }

    private func trials(lanes: Int, _ random: inout SeededGenerator) -> [Trial] {
        var traffic = ReductionTraffic(lanes: lanes, prefill: smallPrefill(rows: 2))
        traffic.appendNeighbours(rows: 2, &random)
        traffic.appendOutput(rows: 1, first: 0, parts: lanes, &random)
        for _ in 0..<20 {
            traffic.appendLaunch(
                rows: random.number(in: 1...2), outputs: random.number(in: 1...lanes + 1),
                participating: random.number(in: 1...lanes), &random)
        }
        // States from above and from here to neighbours, so that they are on the way at the same time.
        for _ in 0..<6 {
            traffic.appendOutput(rows: 2, first: 1, parts: lanes - 1, &random)
            traffic.appendOutput(rows: 2, first: 0, parts: 3, &random)
        }
        var timings = [StreamTiming.steady]
        for seed in 1...4 { timings.append(.random(seed: UInt64(seed))) }
        for lane in 0..<lanes {
            timings.append(.slow("partial_\(lane)", seed: UInt64(10 + lane)))
            timings.append(.slow("merged_\(lane)", seed: UInt64(20 + lane)))
        }
        // What comes first after a reset goes another way.
        var other = ReductionTraffic(lanes: lanes, prefill: smallPrefill(rows: 2))
        for _ in 0..<2 { other.appendOutput(rows: 2, first: 0, parts: lanes, &random) }
        var trials = timings.map { Trial(traffic: traffic, timing: $0, isFaulty: false) }
        for seed in 1...4 { trials.append(Trial(traffic: other, timing: .random(seed: UInt64(seed)), isFaulty: false)) }
        let healthy = ReductionFaultTests.traffic(lanes: lanes, &random)
        return trials + ReductionFaultTests.faults.map { fault in
            var traffic = healthy
            fault.plant(&traffic)
            return Trial(traffic: traffic, timing: .steady, isFaulty: true)
        }
    }

    @Test(arguments: [(3, ReductionTopology.chain), (5, .tree)]) func mutationScoreOfReduction(
        lanes: Int, topology: ReductionTopology
    ) throws {
        var random = SeededGenerator(seed: 1, name: "ReductionMutationTests")
        let trials = trials(lanes: lanes, &random)
        let design = try ReductionRun(trials[0].traffic, topology).design
        // The joins of a chain are those of the tree without what a chain cannot have.
        let units = topology == .chain ? ["ReductionUnit", "ReductionSlots"] : ["ReductionUnit", "ReductionJoin", "ReductionReturn"]
        let mutants = design.chosenMutants(Self.count) { mutant in units.contains { mutant.module.hasPrefix($0) } }
        let cycles = try trials.map { $0.isFaulty ? 0 : try ReductionRun($0.traffic, topology).run($0.traffic, $0.timing).cycles }
        let score = try MutationScore(of: design.top.name, design, mutants, check: { mutated, number, _ in
            var isLate = false
            for (trial, cycles) in zip(trials, cycles) {
                var unit = ReductionRun(mutated: mutated, mutant: number)
                unit.patience = 600
                if trial.isFaulty {
                    guard try unit.findsFault(trial.traffic, trial.timing) else { return .wrong }
                    continue
                }
                unit.cycleLimit = 2 * cycles
                guard let run = try? unit.run(trial.traffic, trial.timing) else { return .wrong }
                if run.cycles != cycles { isLate = true }
            }
            return isLate ? .late : .passes
        })
        print(score)
        // Of so few, some that change nothing may be many.
        #expect(score.reaches(percent: MutationScore.isWanted ? 92 : 70))
    }
}
