import Accelerator
import Configuration
import SeededRandom
import Verification

extension UnitScenario {
    /// Launches over all lanes and over some, with many short outputs and with one for all lanes, groups of one row and of all.
    package static func reductionUnit(
        _ lane: LaneConfiguration, lanes: Int, _ topology: ReductionTopology, _ random: SeededGenerator,
        _ extent: Extent = .full
    ) throws -> UnitScenario {
        var random = random
        let prefill = PrefillConfiguration(lane: lane, residentRows: 2)
        var traffic = ReductionTraffic(lanes: lanes, prefill: prefill)
        traffic.appendOutput(rows: 1, first: 0, parts: lanes, &random)
        traffic.appendNeighbours(rows: 1, &random)
        for _ in 0..<(extent == .full ? 24 : 2) {
            traffic.appendLaunch(
                rows: random.number(in: 1...2), outputs: random.number(in: 1...lanes + 1),
                participating: random.number(in: 1...lanes), &random)
        }
        traffic.appendOutput(rows: 2, first: lanes - 2, parts: 2, &random)
        return try reductionUnit(traffic, topology)
    }

    package static func reductionUnit(_ traffic: ReductionTraffic, _ topology: ReductionTopology) throws -> UnitScenario {
        let unit = ReductionUnit(
            prefill: traffic.prefill, lanes: traffic.lanes, topology: topology, extraBeats: traffic.extraBeats)
        return try UnitScenario(unit) { try traffic.add(to: &$0) }
    }
}
