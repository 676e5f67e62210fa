import Accelerator
import Configuration
import RTL
import Simulation
import UnitScenarios
import Verification

/// Where a lane first differs from the golden model: runs the program once more in the native engine, from the same seeds,
/// and compares what passes between the units.
public struct LaneDiagnosis: Sendable, CustomStringConvertible {
    /// The stream that is wrong first.
    public let divergence: Divergence
    /// Which job's beat it is.
    public let row: Int
    /// What drives the port, from the port inwards.
    public let origins: [SignalOrigin]
    /// The stream in the last cycles.
    public let wave: String

    /// Cycles that the text shows.
    private static let shownCycles = 12

    /// - Parameters:
    ///   - design: The lane, or a mutant of it.
    ///   - prepare: Sets what the program does not drive.
    /// - Returns: nil if all streams inside the lane are as the golden model has them, in the native engine.
    public static func find(
        _ design: Design, lane: LaneConfiguration, program: LaneProgram, seed: UInt64 = 1, memory: MemoryTiming = .fixed(latency: 100),
        stallSeed: UInt64? = nil, prepare: (any Simulator) throws -> Void = { _ in }
    ) throws -> LaneDiagnosis? {
        let rows = program.jobs.indices.map { (row: program.row($0, headSize: lane.headSize), settings: program.jobs[$0].settings) }
        let probes = try LaneProbes(lane, rows)
        func run(capturing stream: String?, until end: Int = .max) throws -> (found: (Divergence, Int)?, wave: String) {
            let simulator = NativeSimulator(design, seed: seed)
            let bench = try LaneTestBench(
                simulator, headSize: lane.headSize, program: program, memory: memory, stallSeed: stallSeed)
            try prepare(simulator)
            var watch = try LaneProbes.Watch(probes, of: simulator)
            let shown = simulator.signalPaths.filter { path in
                stream.map { path == $0 + "_valid" || path == $0 + "_ready" || path.hasPrefix($0 + "_payload") } ?? false
            }
            var wave = try AsciiWave(simulator, shown, capacity: shownCycles)
            var found: (Divergence, Int)?
            bench.cycleSettled = {
                if found == nil {
                    if stream != nil { wave.sample() }
                    found = watch.sample(cycle: simulator.cycle).map { ($0.divergence, $0.row) }
                }
            }
            bench.isFinished = { found != nil }
            simulator.applyReset()
            do { _ = try bench.runWithoutReset() } catch where found != nil {} catch is LaneRunError {} catch is MemoryModelError {}
            return (found, wave.render())
        }
        guard let (divergence, row) = try run(capturing: nil).found else { return nil }
        let wave = try run(capturing: divergence.stream).wave
        return LaneDiagnosis(
            divergence: divergence, row: row, origins: design.origins(ofPort: divergence.port), wave: wave)
    }

    public var description: String {
        (["row \(row), \(divergence)"] + origins.map { "  \($0)" } + wave.split(separator: "\n").map { "  \($0)" })
            .joined(separator: "\n")
    }
}
