import Accelerator
import Configuration
import Foundation
import RTL
import SeededRandom
import Testing
import UnitScenarios
import Verification

/// How many small faults of the reduction the tests find. With `LEANSPATTEN_MUTATE`, one mutant of each Swift line and kind
/// of change; else a few of them, all in one design behind a select as always.
@Suite struct ReductionMutationTests {
    private static let count: Int? = ProcessInfo.processInfo.environment["LEANSPATTEN_MUTATE"] == nil ? 12 : nil

    /// A run that a mutant has to get past: in as many cycles as the healthy unit, without a fault where there is none.
    private struct Trial {
        let traffic: ReductionTraffic
        let timing: StreamTiming
        let isFaulty: Bool
    }

    private func trials(lanes: Int, _ random: inout SeededGenerator) -> [Trial] {
        var traffic = ReductionTraffic(lanes: lanes, prefill: smallPrefill(rows: 2))
        traffic.appendOutput(rows: 1, first: 0, parts: lanes, &random)
        traffic.appendNeighbours(rows: 2, &random)
        for _ in 0..<30 {
            traffic.appendLaunch(
                rows: random.number(in: 1...2), outputs: random.number(in: 1...lanes + 1),
                participating: random.number(in: 1...lanes), &random)
        }
        let timings: [StreamTiming] = [.steady] + (1...4).map { .random(seed: $0) }
            + (0..<lanes).flatMap { [.slow("partial_\($0)", seed: 1), .slow("merged_\($0)", seed: 1)] }
        let healthy = ReductionFaultTests.traffic(&random)
        return timings.map { Trial(traffic: traffic, timing: $0, isFaulty: false) }
            + (lanes == healthy.lanes ? ReductionFaultTests.faults : []).map { fault in
                var traffic = healthy
                fault.plant(&traffic)
                return Trial(traffic: traffic, timing: .steady, isFaulty: true)
            }
    }

    @Test(arguments: [(3, ReductionTopology.chain), (3, .tree), (5, .tree)])
    func score(lanes: Int, topology: ReductionTopology) throws {
        var random = SeededGenerator(seed: 1, name: "ReductionMutationTests")
        let trials = trials(lanes: lanes, &random)
        let design = try ReductionRun(trials[0].traffic, topology).design
        // The parts that all designs have count once; the way back needs a tree of three levels.
        let mutants = design.chosenMutants(Self.count) { mutant in
            mutant.module.hasPrefix("Reduction")
                && (topology == .chain || mutant.module.hasPrefix("ReductionUnit") || mutant.module.hasPrefix("ReductionReturn"))
        }
        let mutated = try design.mutated(by: mutants)
        var cycles: [Int] = []
        func passes(_ number: Int) throws -> Bool {
            for (index, trial) in trials.enumerated() {
                var unit = ReductionRun(mutated: mutated, mutant: number)
                unit.patience = 600
                if trial.isFaulty {
                    guard try unit.findsFault(trial.traffic, trial.timing) else { return false }
                    continue
                }
                if number > 0 { unit.cycleLimit = 2 * cycles[index] }
                guard let run = try? unit.run(trial.traffic, trial.timing) else { return false }
                if number == 0 { cycles.append(run.cycles) }
                // Right, but later or earlier than it should be.
                if run.cycles != cycles[index] { return false }
            }
            return true
        }
        try #require(try passes(0))
        let survivors = try mutants.indices.filter { try passes($0 + 1) }.map { mutants[$0] }
        print("mutation score of \(design.top.name): \(mutants.count - survivors.count) of \(mutants.count) found; survivors:")
        for mutant in survivors { print("  \(mutant)") }
        // Of so few, some that change nothing may be many.
        #expect((mutants.count - survivors.count) * 100 >= (Self.count == nil ? 90 : 70) * mutants.count)
    }
}
