import Accelerator
import Configuration
import RTL
import Session
import Simulation
import TestSupport
import Testing
import Verification

/// The lane for prefill as a cluster has it: parts of rows go in, states come out, and groups may be of one row.
@Suite struct PrefillStateTests {
    static let clusters = [(64, 64, 1), (32, 32, 1), (64, 64, 4), (128, 64, 2), (32, 32, 8)].map { headSize, multipliers, rows in
        ClusterConfiguration(
            lane: PrefillConfiguration(
                lane: LaneConfiguration(headSize: headSize, multipliers: multipliers), residentRows: rows), lanes: 2)
    }

    private func check(_ cluster: ClusterConfiguration, rows: Int, _ timing: StreamTiming, mutant: Mutant? = nil) throws {
        var generator = TestSeed.generator(cluster.canonicalText)
        var checked = try CheckedPrefill(laneOf: cluster)
        try checked.appendRandomGroups(rows: rows, maximumKeys: 300, generator: &generator)
        let healthy = try Design(PrefillLane(prefill: cluster.lane, emitsStates: true))
        let design = try mutant.map { try healthy.mutated(by: [$0]) } ?? healthy
        var scenario = try checked.scenario(of: SimulatedPort.layout(of: design.top), memory: .fixed(latency: 30))
        if mutant != nil { try scenario.hold("mutant", at: 1) }
        var check = StreamCheck(design, scenario)
        if mutant != nil {
            check.waveDirectory = nil
            check.patience = 3_000
            check.cycleLimit = 20_000
        }
        try check.run(timing)
    }

    @Test("states of random parts of rows, bit for bit, with and without stalls", arguments: clusters)
    func states(_ cluster: ClusterConfiguration) throws {
        try check(cluster, rows: 16, .steady)
        try check(cluster, rows: 16, .random(seed: TestSeed.derived("stalls")))
    }

    /// Faults in the merge of a row's leaves: the comparison is able to fail.
    @Test func aWrongStateIsSeen() throws {
        let cluster = Self.clusters[1]
        let design = try Design(PrefillLane(prefill: cluster.lane, emitsStates: true))
        let mutants = design.mutants().filter {
            $0.module.hasPrefix("SlotAccumulator") && $0.change.kind == "stuck" && (try? design.mutated(by: [$0])) != nil
        }.prefix(12)
        var seen = 0
        for mutant in mutants {
            do { try check(cluster, rows: 16, .steady, mutant: mutant) } catch is StreamFailure { seen += 1 }
        }
        #expect(mutants.count == 12 && seen >= 6, "\(seen) of \(mutants.count)")
    }
}
