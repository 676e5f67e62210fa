import Foundation
import RTL

/// How many small faults of a unit its checks find: the measure of its tests.
package struct MutationScore: CustomStringConvertible {
    /// What a check makes of a mutant.
    package enum Verdict {
        case passes
        /// All is right, but comes in another number of cycles than without the fault.
        case late
        case wrong
    }

    /// Whole scores are asked for: `LEANSPATTEN_MUTATE` is set.
    package static let isWanted = ProcessInfo.processInfo.environment["LEANSPATTEN_MUTATE"] != nil

    package let name: String
    package let mutants: Int
    /// Those that nothing but the number of cycles tells.
    package let late: Int
    package let survivors: [Mutant]
    /// Processor time that the measurement took.
    package let seconds: Double

    /// A check that finds something in a design without a fault.
    package struct UnhealthyDesign: Error {}

    /// Mutants that share a design: every run simulates all of them, and each design is made once.
    private static let batch = 64

    /// - Parameters:
    ///   - mutants: Of `design`; bypassed registers among them close no loop together.
    ///   - check: Judges the design with mutant `number` awake; 0: none.
    ///   - others: Find mutants that `check` does not, or by their cycles only.
    /// - Throws: `UnhealthyDesign`, and what the checks throw.
    package init(
        of name: String, _ design: Design, _ mutants: [Mutant],
        check: (_ mutated: Design, _ number: Int, _ mutant: Mutant?) throws -> Verdict,
        others: [(Mutant) throws -> Bool] = []
    ) throws {
        let start = Self.processorSeconds
        var survivors: [Mutant] = [], late = 0
        for first in stride(from: 0, to: mutants.count, by: Self.batch) {
            let batch = mutants[first..<min(first + Self.batch, mutants.count)]
            let mutated = try design.mutated(by: Array(batch))
            if first == 0 {
                guard case .passes = try check(mutated, 0, nil) else { throw UnhealthyDesign() }
            }
            for (index, mutant) in batch.enumerated() {
                let verdict = try check(mutated, index + 1, mutant)
                if case .wrong = verdict { continue }
                if try others.contains(where: { try $0(mutant) }) { continue }
                if case .late = verdict { late += 1 } else { survivors.append(mutant) }
            }
        }
        (self.name, self.mutants, self.late, self.survivors) = (name, mutants.count, late, survivors)
        seconds = Self.processorSeconds - start
    }

    package var found: Int { mutants - survivors.count }

    package func reaches(percent: Int) -> Bool { found * 100 >= percent * mutants }

    /// In one piece: units are measured side by side.
    package var description: String {
        let time = String(format: "%.0f", seconds)
        return ([
            "mutation score of \(name): \(found) of \(mutants) found, \(late) by their cycles alone, in \(time) s; survivors:",
        ] + survivors.map { "  \(name): \($0)" }).joined(separator: "\n")
    }

    /// Of this thread.
    private static var processorSeconds: Double {
        var time = timespec()
        clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
        return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
    }
}
