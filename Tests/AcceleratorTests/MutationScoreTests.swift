import Accelerator
import Configuration
import FixedPoint
import Foundation
import RTL
import Testing

/// How many small faults the lane's check finds. Minutes long, so only when asked for: `LEANSPATTEN_MUTATE=1`, or the
/// number of mutants.
@Suite struct MutationScoreTests {
    private static let count = ProcessInfo.processInfo.environment["LEANSPATTEN_MUTATE"].flatMap { Int($0) } ?? 0

    @Test(.enabled(if: count > 0, "set LEANSPATTEN_MUTATE=1 for the mutation score"))
    func mutationScoreOfTheLane() throws {
        let design = try Design(Accelerator.Lane(lane: LaneCheck.lane))
        let candidates = design.mutants()
        let mutants = Self.chosen(candidates, Self.count == 1 ? 160 : Self.count, design)
        let mutated = try design.mutated(by: mutants)
        let check = try LaneCheck()
        let healthy = try check.run(mutated, mutant: 0)
        try #require(healthy.verdict == nil)
        var killed = 0, slow = 0
        print("\(mutants.count) of \(candidates.count) mutants; healthy: \(healthy.cycles) cycles")
        for (index, mutant) in mutants.enumerated() {
            let verdict = try check.run(mutated, mutant: index + 1, cycles: healthy.cycles).verdict
            if verdict != nil { killed += 1 }
            if case .slow = verdict { slow += 1 }
            print("  \(index + 1) \(verdict == nil ? "SURVIVED" : "killed"): \(mutant)\(verdict.map { " -> \($0)" } ?? "")")
        }
        print("mutation score: \(killed) of \(mutants.count) killed, \(slow) of them by their cycles only")
        #expect(killed * 100 >= 90 * mutants.count)
    }

    /// One mutant of each Swift line and kind of change at most, then a seeded choice among those.
    private static func chosen(_ candidates: [Mutant], _ count: Int, _ design: Design) -> [Mutant] {
        struct Group: Hashable {
            let location: RTL.SourceLocation
            let kind: String
        }
        var random = SeededGenerator(seed: 1, name: "mutants")
        var groups: [Group: Int] = [:], members: [[Mutant]] = []
        for mutant in candidates {
            let group = Group(location: mutant.location, kind: mutant.change.kind)
            if let known = groups[group] {
                members[known].append(mutant)
            } else {
                groups[group] = members.count
                members.append([mutant])
            }
        }
        var pool = members.map { $0[random.below($0.count)] }
        print("\(pool.count) pairs of a Swift line and a kind of change")
        for last in stride(from: pool.count - 1, to: 0, by: -1) { pool.swapAt(last, random.below(last + 1)) }
        // Bypassed registers may close a loop, alone or together: those that do are left out.
        var chosen: [Mutant] = [], bypassed: [Mutant] = []
        for mutant in pool where chosen.count < count {
            if mutant.change == .bypassed {
                guard (try? design.mutated(by: bypassed + [mutant])) != nil else { continue }
                bypassed.append(mutant)
            }
            chosen.append(mutant)
        }
        return chosen
    }
}
