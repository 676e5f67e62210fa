import Accelerator
import Configuration
import Cosimulation
import Foundation
import RTL
import SeededRandom
import TestSupport
import Testing
import UnitScenarios
import Verification

/// What lanes publish comes back merged, the same bits as those of the golden merge of all its leaves in any order, whatever
/// the topology and whoever hesitates.
///
/// `LEANSPATTEN_REDUCTION=all` (`make regress`): 16 and 32 lanes in Verilator too.
@Suite struct ReductionUnitTests {
    static let isComplete = ProcessInfo.processInfo.environment["LEANSPATTEN_REDUCTION"] == "all"

    private func timings(_ lanes: Int) -> [StreamTiming] {
        [.steady] + (0..<3).map { .random(seed: TestSeed.derived("timing \($0)")) }
            + (0..<lanes).flatMap { lane in
                ["partial_\(lane)", "merged_\(lane)"].map { .slow($0, seed: TestSeed.derived($0)) }
            }
    }

    /// Launches of all shapes, several under way at a time.
    private func traffic(
        lanes: Int, rows: Int, launches: Int, extraBeats: Int = 0, headSize: Int = 32
    ) -> ReductionTraffic {
        var random = TestSeed.generator("\(lanes) lanes, \(rows) rows, \(extraBeats) extra beats, d \(headSize)")
        var traffic = ReductionTraffic(
            lanes: lanes, prefill: smallPrefill(rows: rows, headSize: headSize), extraBeats: extraBeats)
        for launch in 0..<launches {
            let rows = launch % 3 == 0 ? rows : random.number(in: 1...rows)
            switch launch % 8 {
            case 3: traffic.appendNeighbours(rows: rows, &random)
            case 6:
                let first = random.below(lanes)
                traffic.appendOutput(rows: rows, first: first, parts: random.number(in: 1...lanes - first), &random)
            default:
                traffic.appendLaunch(
                    rows: rows, outputs: random.number(in: 1...2 * lanes), participating: random.number(in: 1...lanes), &random)
            }
        }
        return traffic
    }

    @Test("any number of lanes, every stream slow once", arguments: [1, 2, 3, 5, 8], ReductionTopology.allCases)
    func native(lanes: Int, topology: ReductionTopology) throws {
        let traffic = traffic(lanes: lanes, rows: 2, launches: 24)
        let unit = try ReductionRun(traffic, topology)
        for timing in timings(lanes) { try unit.run(traffic, timing) }
    }

    @Test("masses behind the outputs, other heads", arguments: [(32, 1), (64, 0), (128, 2)], ReductionTopology.allCases)
    func extraBeats(shape: (headSize: Int, extraBeats: Int), topology: ReductionTopology) throws {
        let traffic = traffic(lanes: 3, rows: 2, launches: 8, extraBeats: shape.extraBeats, headSize: shape.headSize)
        try ReductionRun(traffic, topology).run(traffic, .random(seed: TestSeed.derived("\(shape)")))
    }

    @Test("10,000 merged rows of groups of up to 8, half of them with every stream hesitating", arguments: ReductionTopology.allCases)
    func verilator(topology: ReductionTopology) throws {
        try verilator(lanes: 8, launches: 1_000, least: 10_000, topology)
    }

    @Test("more lanes", .enabled(if: isComplete, "set LEANSPATTEN_REDUCTION=all for 16 and 32 lanes"),
          arguments: [16, 32], ReductionTopology.allCases)
    func manyLanes(lanes: Int, topology: ReductionTopology) throws {
        try verilator(lanes: lanes, launches: 300, least: 4_000, topology)
    }

    private func verilator(lanes: Int, launches: Int, least: Int, _ topology: ReductionTopology) throws {
        let traffic = traffic(lanes: lanes, rows: 8, launches: launches)
        try #require(traffic.mergedRows >= least, "\(traffic.mergedRows) rows")
        var unit = try ReductionRun(traffic, topology)
        let model = try VerilatorModel.build(unit.design)
        unit.engine = { VerilatorSimulator(model, seed: $1) }
        for timing in [StreamTiming.steady, .random(seed: TestSeed.derived("stalls"))] {
            let run = try unit.run(traffic, timing)
            print("\(lanes) lanes, \(topology): \(traffic.mergedRows) merged rows, \(run.cycles) cycles, \(timing)")
        }
    }
}

/// Messages that do not fit together are said to be so.
@Suite struct ReductionFaultTests {
    /// One change of what lanes publish in three launches, and what it is.
    static let faults: [(name: String, plant: @Sendable (inout ReductionTraffic) -> Void)] = [
        ("another launch", { $0.partials[1][0].epoch += 1 }),
        ("another head", { $0.partials[1][0].head ^= 64 }),
        ("another sequence", { $0.partials[1][0].sequence ^= 1 }),
        ("another value format", { $0.partials[1][0].valueBits ^= 4 }),
        ("more rows than the states have", { $0.partials[1][0].states.append($0.partials[1][0].states[0]) }),
        ("the name of another lane", { $0.partials[1][0].lane = 2 }),
        ("the name of a lane that there is not", { $0.partials[0][0].lane = 33 }),
        ("complete already", { $0.partials[1][0].opens = true }),
        ("a beginning in the last lane", { $0.partials[$0.lanes - 1][0].closes = false }),
        ("an end in the first lane", { $0.partials[0][0] = $0.partials[0][0].asEnd }),
        ("launches in another order", { $0.partials[1].swapAt(0, 2) }),
        ("a message too many", { $0.partials[1].insert($0.partials[1][0], at: 0) }),
    ]

    static func traffic(lanes: Int, _ random: inout SeededGenerator) -> ReductionTraffic {
        var traffic = ReductionTraffic(lanes: lanes, prefill: smallPrefill(rows: 2))
        for _ in 0..<3 { traffic.appendNeighbours(rows: 1, &random) }
        return traffic
    }

    @Test(arguments: ReductionTopology.allCases) func everyPlantedFaultIsSaid(topology: ReductionTopology) throws {
        var random = TestSeed.generator(#function)
        let healthy = Self.traffic(lanes: 3, &random)
        let unit = try ReductionRun(healthy, topology)
        for timing in [StreamTiming.steady, .random(seed: TestSeed.derived("stalls"))] {
            #expect(try !unit.findsFault(healthy, timing))
            for fault in Self.faults {
                var traffic = healthy
                fault.plant(&traffic)
                #expect(try unit.findsFault(traffic, timing), "\(fault.name), \(topology)")
            }
        }
    }
}

extension ReductionTraffic.Message {
    /// The same as the end of what it begins.
    var asEnd: Self {
        var message = self
        (message.opens, message.closes) = (false, true)
        return message
    }
}
