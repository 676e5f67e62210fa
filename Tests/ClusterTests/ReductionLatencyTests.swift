import Accelerator
import Configuration
import Foundation
import RTL
import TestSupport
import Testing
import UnitScenarios
import Verification

/// How long an output takes from the last beat that a lane publishes of it to the last that comes back.
@Suite struct ReductionLatencyTests {
    /// What a launch may be held up by its reduction.
    private func limit(_ headSize: Int) -> Int { 2 * ((headSize + 1 + 7) / 8) + 40 }

    private func exposed(_ unit: ReductionRun, _ traffic: ReductionTraffic) throws -> Int {
        let run = try unit.run(traffic)
        func last(_ stream: String) -> Int {
            (0..<traffic.lanes).compactMap { run["\(stream)_\($0)"].cycles.last }.max() ?? 0
        }
        return last("merged") - last("partial")
    }

    /// The most over all places that the output may have.
    private func exposed(_ unit: ReductionRun, lanes: Int, parts: Int, headSize: Int) throws -> Int {
        var random = TestSeed.generator("\(lanes) \(parts)")
        return try (0...lanes - parts).map { first in
            var traffic = ReductionTraffic(lanes: lanes, prefill: smallPrefill(rows: 1, headSize: headSize))
            traffic.appendOutput(rows: 1, first: first, parts: parts, &random)
            return try exposed(unit, traffic)
        }.max()!
    }

    private func unit(_ lanes: Int, _ headSize: Int, _ topology: ReductionTopology) throws -> ReductionRun {
        try ReductionRun(ReductionTraffic(lanes: lanes, prefill: smallPrefill(rows: 1, headSize: headSize)), topology)
    }

    @Test(arguments: [2, 5, 8], ReductionTopology.allCases) func asStated(lanes: Int, topology: ReductionTopology) throws {
        let unit = try unit(lanes, 32, topology)
        var most = 0
        for parts in 2...lanes {
            let measured = try exposed(unit, lanes: lanes, parts: parts, headSize: 32)
            let stated = ReductionUnit.latency(lanes: parts, of: lanes, topology)
            #expect(topology == .chain ? measured == stated : measured <= stated)
            most = max(most, measured)
        }
        #expect(most == ReductionUnit.latency(lanes: lanes, of: lanes, topology))
        #expect(most <= limit(32))
    }

    /// At the end of a launch every lane has a follower that has waited since its beginning, and an opener that has just
    /// come: no lane waits for another one's.
    @Test(arguments: [(5, 1), (8, 2)], ReductionTopology.allCases)
    func allLanesAtOnce(shape: (lanes: Int, rows: Int), topology: ReductionTopology) throws {
        #expect(try exposedNeighbours(shape.lanes, 32, rows: shape.rows, topology) <= limit(32))
    }

    private func exposedNeighbours(_ lanes: Int, _ headSize: Int, rows: Int, _ topology: ReductionTopology) throws -> Int {
        var random = TestSeed.generator("neighbours")
        var traffic = ReductionTraffic(lanes: lanes, prefill: smallPrefill(rows: rows, headSize: headSize))
        traffic.appendNeighbours(rows: rows, &random)
        return try exposed(ReductionRun(traffic, topology), traffic)
    }

    @Test("the table of Docs/stream-k.md", .enabled(if: ReductionUnitTests.isComplete, "set LEANSPATTEN_REDUCTION=all for the table"),
          arguments: [64, 128])
    func table(headSize: Int) throws {
        for lanes in [4, 8, 16, 32] {
            let units = try ReductionTopology.allCases.map { try unit(lanes, headSize, $0) }
            for parts in [2, 3, 4, 8, 16, 32] where parts <= lanes {
                let cycles = try units.map { try exposed($0, lanes: lanes, parts: parts, headSize: headSize) }
                print("d \(headSize), \(lanes) lanes, \(parts) parts: chain \(cycles[0]), tree \(cycles[1]), limit \(limit(headSize))")
                #expect(cycles[1] <= limit(headSize))
            }
            for rows in [1, 8] {
                let cycles = try ReductionTopology.allCases.map { try exposedNeighbours(lanes, headSize, rows: rows, $0) }
                print("d \(headSize), \(lanes) lanes, every two neighbours, \(rows) rows: chain \(cycles[0]), tree \(cycles[1])")
            }
        }
    }
}
