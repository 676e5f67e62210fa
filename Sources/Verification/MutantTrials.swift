import RTL
import Simulation

/// Runs that a mutant has to get past: scenarios of one design, each under a timing, in as many cycles as the design itself.
package struct MutantTrials {
    package struct Trial {
        let streams: StreamScenario
        let timing: StreamTiming

        package init(_ streams: StreamScenario, _ timing: StreamTiming = .steady) {
            (self.streams, self.timing) = (streams, timing)
        }
    }

    private let trials, resets: [(trial: Trial, cycles: Int)]

    /// Cycles without a transfer after which a mutant is stuck.
    private static let patience = 2_000

    /// - Parameter resets: Further ones for registers whose reset is missing or another: what counts there is the power-up
    ///   state, which follows from the timing's seed.
    /// - Throws: `StreamFailure` if the design itself fails.
    package init(_ design: Design, _ trials: [Trial], resets: [Trial] = []) throws {
        func measured(_ trials: [Trial]) throws -> [(trial: Trial, cycles: Int)] {
            try trials.map { ($0, try StreamCheck(design, $0.streams).run($0.timing).cycles) }
        }
        (self.trials, self.resets) = (try measured(trials), try measured(resets))
    }

    /// What the runs make of a mutant.
    package func verdict(_ mutated: Design, _ number: Int, _ mutant: Mutant?) throws -> MutationScore.Verdict {
        var trials = self.trials
        if case .reset = mutant?.change { trials += resets }
        var isLate = false
        for (trial, cycles) in trials {
            guard let run = try Self.run(mutated, number, trial, limit: 2 * cycles) else { return .wrong }
            if run.cycles != cycles { isLate = true }
        }
        return isLate ? .late : .passes
    }

    /// Nil: the mutant is found. Why does not matter here, so it is not run again with waves.
    private static func run(_ mutated: Design, _ number: Int, _ trial: Trial, limit: Int) throws -> StreamRun? {
        var streams = trial.streams.on(mutated)
        try streams.hold("mutant", at: number)
        let bench = try StreamTestBench(NativeSimulator(mutated, seed: trial.timing.seed), streams, timing: trial.timing)
        (bench.patience, bench.cycleLimit) = (patience, limit)
        do {
            return try bench.run()
        } catch is Divergence {
            return nil
        } catch is StreamProtocolError {
            return nil
        } catch is MemoryModelError {
            return nil
        }
    }
}
