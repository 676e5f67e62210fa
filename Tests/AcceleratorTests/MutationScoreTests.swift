import Accelerator
import Configuration
import FixedPoint
import Foundation
import RTL
import Synchronization
import Testing
import Verification

/// How many small faults the tests find: first the lane's check, then the tests of the units. Minutes long, so only when
/// asked for: `LEANSPATTEN_MUTATE=1`, or the number of mutants.
@Suite struct MutationScoreTests {
    static let count = ProcessInfo.processInfo.environment["LEANSPATTEN_MUTATE"].flatMap { Int($0) } ?? 0

    @Test(.enabled(if: count > 0, "set LEANSPATTEN_MUTATE=1 for the mutation score"))
    func mutationScoreOfTheLane() throws {
        let design = try Design(Accelerator.Lane(lane: LaneCheck.lane))
        let mutants = design.chosenMutants(Self.count == 1 ? 160 : Self.count)
        print("\(mutants.count) of \(design.mutants().count) mutants, one at most of each Swift line and kind of change")
        let mutated = try design.mutated(by: mutants)
        let check = try LaneCheck()
        let healthy = try check.run(mutated, mutant: 0)
        let unitChecks = Self.unitChecks() + Self.bufferChecks(of: design)
        try #require(healthy.verdict == nil)
        var killedByLane = 0, killedByUnit = 0, survivors: [Mutant] = []
        for (index, mutant) in mutants.enumerated() {
            if let verdict = try check.run(mutated, mutant: index + 1, cycles: healthy.cycles).verdict {
                killedByLane += 1
                print("  \(index + 1) killed: \(mutant) -> lane: \(verdict)")
            } else if let unit = try unitChecks.first(where: { try Self.finds($0.check, mutant) }) {
                killedByUnit += 1
                print("  \(index + 1) killed: \(mutant) -> \(unit.name)")
            } else {
                survivors.append(mutant)
                print("  \(index + 1) SURVIVED: \(mutant)")
            }
        }
        print("mutation score of Lane: \(mutants.count - survivors.count) of \(mutants.count) found, \(killedByLane) by the lane's check, "
            + "\(killedByUnit) by the tests of the units; survivors:")
        for mutant in survivors { print("  \(mutant)") }
        #expect((killedByLane + killedByUnit) * 100 >= 90 * mutants.count)
    }

    /// The tests of the units at the parameters that the lane has them.
    private static func unitChecks() -> [(name: String, check: () throws -> Void)] {
        [
            ("QueryKeyUnit", { try QueryKeyTests().scoresOfRowsBackToBack(lane: LaneCheck.lane) }),
            ("ScoreScaler", { try ScoreScalerTests().scaledScores(lane: LaneCheck.lane) }),
            ("ExponentialUnit", { try SoftmaxTests().exponentialStalls() }),
            ("SoftmaxUnit", { try SoftmaxTests().weightsOfRowsBackToBack(lane: LaneCheck.lane) }),
            ("SoftmaxUnit full", { try SoftmaxTests().fullTilesDoNotBlockEachOther() }),
            ("ProbabilityValueUnit", { try ProbabilityValueTests().leavesOfTilesBackToBack(lane: LaneCheck.lane) }),
            ("MergeUnit", { try MergeTests().pairs(lane: LaneCheck.lane) }),
            ("StateAccumulator", { try StateAccumulatorTests().rowsBackToBack(lane: LaneCheck.lane) }),
            ("Reciprocal", { try NormalizerTests().reciprocals() }),
            ("Normalizer", { try NormalizerTests().outputs(lane: LaneCheck.lane) }),
            ("KeyAssembler", { try KeyAssemblerTests().tileAndRowEnds(lane: LaneCheck.lane) }),
            ("JobDispatcher", { try JobDispatcherTests().commands(lane: LaneCheck.lane) }),
            ("RoundRobinArbiter", { try RoundRobinArbiterTests().fairness(inputs: 3) }),
            ("PlaneFetcher", { try PlaneFetcherTests().bursts(buffer: LaneCheck.lane.fetchBufferBeats) }),
            ("PlaneFetcher full", { try PlaneFetcherTests().asksForTheWholeBuffer(buffer: 256) }),
        ] + MemoryPort.Tag.allCases.flatMap { tag -> [(name: String, check: () throws -> Void)] in
            [("BitwidthConverter \(tag)", { try BitwidthConverterTests().everyWidth(lane: LaneCheck.lane, tag: tag) }),
             ("PlaneReader \(tag)", { try PlaneReaderTests().rowsBackToBack(tag: tag) })]
        }
    }

    /// The tests of the queues and skid buffers that the design holds, by the parameters in their names.
    static func bufferChecks(of design: Design) -> [(name: String, check: () throws -> Void)] {
        design.modules.compactMap { module in
            if let fifo = module.name.wholeMatch(of: /Fifo_w(\d+)_d(\d+)/) {
                return (module.name, { try StreamBufferTests().fifo(bits: Int(fifo.1)!, depth: Int(fifo.2)!) })
            }
            if let skid = module.name.wholeMatch(of: /SkidBuffer_w(\d+)/) {
                return (module.name, { try StreamBufferTests().skidBuffer(bits: Int(skid.1)!) })
            }
            return nil
        }
    }

    /// Whether a test that passes fails once the mutant is in the unit.
    static func finds(_ check: () throws -> Void, _ mutant: Mutant) throws -> Bool {
        let found = Flag()
        try withKnownIssue(isIntermittent: true) {
            try UnitMutant.$current.withValue(mutant) { try check() }
        } matching: { issue in
            if !(issue.error is UnitMutant.Elsewhere) { found.set() }
            return true
        }
        return found.isSet
    }

    private final class Flag: Sendable {
        private let value = Atomic(false)
        var isSet: Bool { value.load(ordering: .relaxed) }
        func set() { value.store(true, ordering: .relaxed) }
    }
}
