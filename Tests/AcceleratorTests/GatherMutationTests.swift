import Accelerator
import Configuration
import RTL
import TestSupport
import Testing
import UnitScenarios

extension MutationScoreTests {
    /// The fetch path of a lane that prunes, by the tests of its units.
    @Test(.enabled(if: count > 0, "set LEANSPATTEN_MUTATE=1 for the mutation score"))
    func mutationScoreOfGatheredReads() throws {
        let configuration = SpAttenConfiguration(lane: laneD64, sectorBytes: 32)
        let reader = try Design(GatherReader(configuration, widths: MemoryPort.Tag.keyMSB.widths, signed: true))
        let units: [(design: Design, check: () throws -> Void)] = [
            (reader, { try GatherReaderTests().rowsOfAllKinds(configuration: configuration, tag: .keyMSB) }),
            (try Design(IndexGenerator(configuration)), {
                try IndexTests().listsAndRanges(maximumRowKeys: configuration.maximumRowKeys)
                try IndexTests().aPositionACycle()
            }),
            (try Design(IndexFilter(configuration)), { try IndexTests().decisions() }),
        ]
        var found = 0, tried = 0
        for (design, check) in units {
            let others = Self.bufferChecks(of: design) + [
                ("SectorFetcher", { try SectorFetcherTests().asksForTheWholeBuffer(sectorBytes: 32, buffer: 256) }),
                ("rate", { try GatherReaderTests().scatteredRowsAtTheBeatBound(configuration: configuration, keep: 0.54) }),
            ]
            for mutant in Self.chosen(design.mutants(), Self.count == 1 ? 200 : Self.count, design) {
                tried += 1
                if try Self.finds(check, mutant) || others.contains(where: { try Self.finds($0.check, mutant) }) {
                    found += 1
                } else {
                    print("  SURVIVED: \(mutant)")
                }
            }
            print("\(design.top.name): \(found) of \(tried) mutants found so far")
        }
        #expect(found * 100 >= 95 * tried)
    }
}
