import Accelerator
import Configuration
import RTL
import Simulation
import UnitScenarios
import Verification

/// A reduction unit in an engine, and whether it said that messages did not fit together.
struct ReductionRun {
    let design: Design
    var engine: StreamCheck.Engine = { NativeSimulator($0, seed: $1) }
    var patience = 2_000
    var cycleLimit = Int.max
    /// Behind the design's `mutant`, if it has one.
    var mutant: Int?

    init(_ traffic: ReductionTraffic, _ topology: ReductionTopology) throws {
        design = try Design(ReductionUnit(
            prefill: traffic.prefill, lanes: traffic.lanes, topology: topology, extraBeats: traffic.extraBeats))
    }

    init(mutated design: Design, mutant: Int) {
        self.design = design
        self.mutant = mutant
    }

    /// Everything must come back, every bit of it, without a fault.
    @discardableResult
    func run(_ traffic: ReductionTraffic, _ timing: StreamTiming = .steady) throws -> StreamRun {
        var streams = StreamScenario(design)
        try traffic.add(to: &streams)
        return try check(streams).run(timing)
    }

    /// Whether the unit says that the messages do not fit together, whatever comes back.
    func findsFault(_ traffic: ReductionTraffic, _ timing: StreamTiming = .steady) throws -> Bool {
        var streams = StreamScenario(design)
        try traffic.addUnchecked(to: &streams)
        var check = try check(streams)
        check.mayRestAfter = 0
        var simulator: (any Simulator)?
        let engine = self.engine
        check.engine = {
            let made = try engine($0, $1)
            simulator = made
            return made
        }
        try check.run(timing)
        return try simulator!.handle("fault").isSet
    }

    private func check(_ streams: StreamScenario) throws -> StreamCheck {
        var streams = streams
        if let mutant { try streams.hold("mutant", at: mutant) }
        var check = StreamCheck(design, streams)
        check.engine = engine
        check.patience = patience
        check.cycleLimit = cycleLimit
        if mutant != nil { check.waveDirectory = nil }
        return check
    }
}

/// Groups of up to `rows` rows of a small head.
func smallPrefill(rows: Int, headSize: Int = 32) -> PrefillConfiguration {
    PrefillConfiguration(lane: LaneConfiguration(headSize: headSize, multipliers: min(headSize, 64)), residentRows: rows)
}
