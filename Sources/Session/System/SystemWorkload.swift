import Accelerator
import Configuration
import Driver
import FixedPoint
import GoldenModel
import Simulation
import Verification

/// A workload as one sequence on a whole accelerator: an iteration is a chain with a job for each layer, which the driver gives
/// when the iteration before is done, as a host does that has to wait for the token.
package struct SystemWorkload: Sendable {
    /// Ends with the sequence's state being saved.
    let program: SystemProgram

    /// Keys and values of all tokens are in memory from the beginning. Every query head has planes of its own: a job knows one
    /// distance from head to head.
    package init(_ workload: LaneWorkload, on system: SystemConfiguration, _ plan: CascadePlan) throws {
        let layers = workload.layers, settings = workload.settings, first = layers[0]
        guard let reduction = workload.reduction else { preconditionFailure("a system's lanes prune") }
        var program = try SystemProgram(system, region: SystemOutcome.region, seed: 1)
        var sequence = try CascadeProgram.Sequence(
            layers: layers.count, heads: first.heads, tokenRatios: plan.tokenRatios, headRatios: plan.headRatios, settings: plan.settings)
        let placed = try layers.map { layer in
            var place = try program.placeLayer(
                heads: layer.heads, keyFormat: settings.keyFormat, valueFormat: settings.valueFormat, capacity: layer.keys)
            let rows = (0..<layer.heads).map { layer.keyValues[layer.kvHead(ofQuery: $0 * layer.rows)] }.map { ($0.keys, $0.values) }
            try program.append(rows, to: &place, byHost: false)
            return place
        }
        let headScales = HeadScales(valueScales: layers.map { $0.keyValues.map(\.scales.valueScale) }).values
        let state = try program.placeState()
        let tileKeys = reduction.scope == .row ? system.lane.maximumRowKeys : settings.tileKeys
        for row in 0..<first.rows {
            let works = layers.indices.map { index in
                let layer = layers[index]
                let heads = (0..<layer.heads).map { head in
                    let number = head * layer.rows + row, query = layer.queries[number]
                    return HeadRecord(query: query.codes, scale: query.scoreScale, headScale: headScales[index][layer.kvHead(ofQuery: number)])
                }
                return SystemProgram.LayerWork(placed[index], heads: heads, tileKeys: tileKeys, pruning: reduction.pruning)
            }
            program.append([try program.iteration(
                of: &sequence, context: first.lengths[row], isNew: row == 0, layers: works,
                state: row == first.rows - 1 ? (place: state, restores: false, saves: true) : nil)])
        }
        self.program = program
    }
}

/// What a whole accelerator has made of a workload.
struct SystemOutcome {
    /// Of each step, of each of its jobs in order, the rows.
    let outputs: [[[[Int16]]]]
    let completions: [[CompletionRecord]]
    let counters: CounterSnapshot
    /// Something else in memory is not as it should be: the state that was saved, or bytes that no job was to write.
    let isElsewhereWrong: Bool

    private static let workspace = DeviceRegion(address: 1 << 32, bytes: 1 << 20)
    /// Where programs lie; no more than they use is simulated.
    static let region = DeviceRegion(address: workspace.end, bytes: 1 << 38)
    /// Of the memory's and the registers' cycles, with a seed for stalls.
    private static let hesitation = 0.1
    private static let watchdog = 1_000_000

    /// Runs the program by the driver, whatever it does to the memory.
    ///
    /// - Parameters:
    ///   - latency: Cycles from a burst's address to its first beat.
    ///   - outstanding: Most bursts of reads; nil: what is built.
    ///   - prepared: Called before the first cycle in which a job may run.
    ///   - rowDone: Called for each row, after its step.
    /// - Throws: `DriverError` if the accelerator stops or does not come to an end, `AXIViolation`.
    init(
        of program: some CheckedSystemProgram, on simulator: any Simulator, latency: Int, outstanding: Int?, stallSeed: UInt64?,
        prepared: (SystemSimulation) -> Void, rowDone: () -> Void
    ) throws {
        let system = program.configuration
        let simulation = try SystemSimulation(
            simulator, system, bytes: [UInt8](repeating: 0, count: Self.workspace.bytes + program.image.count),
            base: Self.workspace.address, behavior: AXIMemoryBehavior(
                seed: stallSeed ?? 0, stalls: stallSeed == nil ? 0 : Self.hesitation, latency: latency...latency,
                reorders: stallSeed != nil, interleaves: stallSeed != nil),
            registerStalls: stallSeed == nil ? 0 : Self.hesitation, kind: program.readKind)
        prepared(simulation)
        let run = try SystemRun(simulation, workspace: Self.workspace, watchdog: Self.watchdog + latency)
        if let outstanding {
            try run.driver.limitOutstanding(
                reads: min(outstanding, system.readOutstanding), writes: min(outstanding, system.writeOutstanding))
        }
        try run.load(program)
        try run.driver.clearCounters()
        var outputs: [[[[Int16]]]] = [], completions: [[CompletionRecord]] = []
        for step in program.steps {
            try run.complete(step)
            let jobs = step.chains.flatMap { $0 }
            try run.expect(jobs)
            // Outputs and completion records are looked at one by one, whatever they are.
            func found(_ count: Int, at address: Int) throws -> [UInt8] {
                let bytes = try run.host.read(count, at: address)
                try run.host.expect(bytes, at: address)
                return bytes
            }
            outputs.append(try jobs.map { job in
                try job.outputs.map { row in
                    let bytes = try found(row.bytes.count, at: row.address)
                    return stride(from: 0, to: bytes.count, by: 2).map { Int16(bitPattern: UInt16(bytes[$0]) | UInt16(bytes[$0 + 1]) << 8) }
                }
            })
            completions.append(try jobs.compactMap(\.completionAddress).map {
                try CompletionRecord(found(RecordLayout.completionRecord.bytes, at: $0))
            })
            for job in jobs { for _ in job.outputs { rowDone() } }
        }
        (self.outputs, self.completions) = (outputs, completions)
        counters = try run.driver.counters()
        isElsewhereWrong = !run.host.differences(limit: 1).isEmpty
    }

    /// What the lanes' ports saw, by the counters.
    func traffic(beatBytes: Int) -> MemoryModel.Traffic {
        var beats = [Int](repeating: 0, count: 1 << MemoryPort.tagBits)
        for (plane, name) in [(MemoryPort.Tag.keyMSB, "key_msb_beats"), (.keyLSB, "key_lsb_beats"), (.value, "value_beats")] {
            beats[plane.rawValue] = counters[name]
        }
        return MemoryModel.Traffic(requests: counters["read_bursts"], beats: beats, bytesMoved: counters["read_beats"] * beatBytes)
    }
}

extension GoldenRun {
    /// Runs all layers as jobs of a whole accelerator.
    package func measure(_ system: SystemWorkload, on runner: LaneRunner) throws -> RunMeasurement {
        guard let cascade else { preconditionFailure("a system's layers are those of a cascade") }
        let steps = system.program.steps, outcome = try runner.run(system.program)
        var outputs = workload.layers.map { [[Int16]](repeating: [], count: $0.queries.count) }
        var reports = workload.layers.map { _ in 0 }, cycles = reports, decisions = outcome.isElsewhereWrong ? 1 : 0
        for (iteration, step) in steps.enumerated() {
            for (layer, job) in step.chains.joined().enumerated() {
                let expected = job.completion, found = outcome.completions[iteration][layer]
                for head in 0..<job.descriptor.heads {
                    outputs[layer][head * workload.layers[layer].rows + iteration] = outcome.outputs[iteration][layer][head]
                }
                cycles[layer] += found.cycles
                if (found.unrefinedMass, found.droppedMass, found.faultyRows)
                    != (expected.unrefinedMass, expected.droppedMass, expected.faultyRows) { reports[layer] += 1 }
                if (found.rows, found.skippedRows, found.keptTokens) != (expected.rows, expected.skippedRows, expected.keptTokens) {
                    decisions += 1
                }
            }
        }
        let program = cascade.program, lanes = workload.kind.lanes
        let layers = workload.layers.indices.map { index in
            LayerMeasurement(
                of: workload.layers[index], outputs: outputs[index], golden: results[index], cycles: cycles[index],
                boundCycles: program.bound(layer: index).shared(by: lanes).cycles, differentReports: reports[index])
        }
        return RunMeasurement(
            layers, cycles: outcome.counters["cycles"], traffic: outcome.traffic(beatBytes: runner.beat.bytes),
            bound: program.bound().shared(by: lanes), runner, differentDecisions: decisions)
    }
}
