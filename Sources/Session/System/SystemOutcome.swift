import Accelerator
import Configuration
import Driver
import FixedPoint
import Simulation
import Verification

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
            // Outputs and completion records are looked at one by one.
            outputs.append(try jobs.map { job in
                try job.outputs.map { row in
                    let bytes = try run.host.accept(row.bytes.count, at: row.address)
                    return stride(from: 0, to: bytes.count, by: 2).map { Int16(bitPattern: UInt16(bytes[$0]) | UInt16(bytes[$0 + 1]) << 8) }
                }
            })
            completions.append(try jobs.compactMap(\.completionAddress).map {
                try CompletionRecord(run.host.accept(RecordLayout.completionRecord.bytes, at: $0))
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
