import Accelerator
import Configuration
import FixedPoint
import Foundation
import RTL
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
        let lane = try LaneCheck()
        let healthy = try lane.run(design.mutated(by: [mutants[0]]), mutant: 0)
        try #require(healthy.verdict == nil)
        let score = try MutationScore(
            of: "Lane", design, mutants,
            check: { mutated, number, _ in
                switch try lane.run(mutated, mutant: number, cycles: healthy.cycles).verdict {
                case nil: .passes
                case .slow: .late
                default: .wrong
                }
            },
            others: (Self.unitChecks() + Self.bufferChecks(of: design)).map { check in { try UnitMutant.isFound($0, by: check) ?? false } })
        print(score)
        #expect(score.reaches(percent: 90))
    }

    /// The tests of the units at the parameters that the lane has them.
    private static func unitChecks() -> [() throws -> Void] {
        [
            { try QueryKeyTests().scoresOfRowsBackToBack(lane: LaneCheck.lane) },
            { try ScoreScalerTests().scaledScores(lane: LaneCheck.lane) },
            { try SoftmaxTests().exponentialStalls() },
            { try SoftmaxTests().weightsOfRowsBackToBack(lane: LaneCheck.lane) },
            { try SoftmaxTests().fullTilesDoNotBlockEachOther() },
            { try ProbabilityValueTests().leavesOfTilesBackToBack(lane: LaneCheck.lane) },
            { try MergeTests().pairs(lane: LaneCheck.lane) },
            { try StateAccumulatorTests().rowsBackToBack(lane: LaneCheck.lane) },
            { try NormalizerTests().reciprocals() },
            { try NormalizerTests().outputs(lane: LaneCheck.lane) },
            { try KeyAssemblerTests().tileAndRowEnds(lane: LaneCheck.lane) },
            { try JobDispatcherTests().commands(lane: LaneCheck.lane) },
            { try RoundRobinArbiterTests().fairness(inputs: 3) },
            { try PlaneFetcherTests().bursts(buffer: LaneCheck.lane.fetchBufferBeats) },
            { try PlaneFetcherTests().asksForTheWholeBuffer(buffer: 256) },
        ] + MemoryPort.Tag.allCases.flatMap { tag -> [() throws -> Void] in
            [{ try BitwidthConverterTests().everyWidth(lane: LaneCheck.lane, tag: tag) },
             { try PlaneReaderTests().rowsBackToBack(tag: tag) }]
        }
    }

    /// The tests of the queues and skid buffers that the design holds, whose parameters are in their names.
    static func bufferChecks(of design: Design) -> [() throws -> Void] {
        design.modules.compactMap { module in
            if let fifo = module.name.wholeMatch(of: /Fifo_w(\d+)_d(\d+)/) {
                return { try StreamBufferTests().fifo(bits: Int(fifo.1)!, depth: Int(fifo.2)!) }
            }
            if let skid = module.name.wholeMatch(of: /SkidBuffer_w(\d+)/) {
                return { try StreamBufferTests().skidBuffer(bits: Int(skid.1)!) }
            }
            return nil
        }
    }
}
