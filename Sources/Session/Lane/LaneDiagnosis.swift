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
    /// A Value Change Dump of the unit that drives the stream, up to there; nil if it could not be written.
    public let waveFile: String?

    /// Cycles that the text shows.
    private static let shownCycles = 12

    /// - Parameters:
    ///   - design: The lane, or a mutant of it.
    ///   - waveDirectory: where the wave file goes; nil: none is written.
    ///   - prepare: Sets what the program does not drive.
    /// - Returns: nil if all streams inside the lane are as the golden model has them, in the native engine.
    public static func find(
        _ design: Design, lane: LaneConfiguration, program: LaneProgram, seed: UInt64 = 1, memory: MemoryTiming = .fixed(latency: 100),
        stallSeed: UInt64? = nil, waveDirectory: String? = nil, prepare: (any Simulator) throws -> Void = { _ in }
    ) throws -> LaneDiagnosis? {
        let rows = program.jobs.indices.map { (row: program.row($0, headSize: lane.headSize), settings: program.jobs[$0].settings) }
        let probes = try LaneProbes(lane, rows)
        func run(capturing stream: String?) throws -> (found: (Divergence, Int)?, wave: String, dump: String) {
            let simulator = NativeSimulator(design, seed: seed)
            let bench = try LaneTestBench(
                simulator, headSize: lane.headSize, program: program, memory: memory, stallSeed: stallSeed)
            try prepare(simulator)
            var watch = try LaneProbes.Watch(probes, of: simulator)
            let shown = simulator.signalPaths.filter { path in
                stream.map { path == $0 + "_valid" || path == $0 + "_ready" || path.hasPrefix($0 + "_payload") } ?? false
            }
            var wave = try AsciiWave(simulator, shown, capacity: shownCycles)
            let unit = stream.map { $0.prefix { $0 != "." } + "." }
            var dump = ""
            let waves = unit.map { unit in
                VCDWriter(simulator, top: design.top.name, signals: simulator.waveSignals.filter { $0.path.hasPrefix(unit) }) { dump += $0 }
            }
            var found: (Divergence, Int)?
            bench.cycleSettled = {
                if found == nil {
                    if stream != nil { wave.sample() }
                    waves?.sample()
                    found = watch.sample(cycle: simulator.cycle).map { ($0.divergence, $0.row) }
                }
            }
            bench.isFinished = { found != nil }
            simulator.applyReset()
            do { _ = try bench.runWithoutReset() } catch where found != nil {} catch is LaneRunError {} catch is MemoryModelError {}
            waves?.finish()
            return (found, wave.render(), dump)
        }
        guard let (divergence, row) = try run(capturing: nil).found else { return nil }
        let again = try run(capturing: divergence.stream)
        return LaneDiagnosis(
            divergence: divergence, row: row, origins: design.origins(ofPort: divergence.port), wave: again.wave,
            waveFile: waveDirectory.flatMap { FailureWaves.write(again.dump, top: design.top.name, seed: seed, to: $0) })
    }

    public var description: String {
        (["row \(row), \(divergence)"] + origins.map { "  \($0)" } + wave.split(separator: "\n").map { "  \($0)" }
            + (waveFile.map { ["  waves of the unit: \($0)"] } ?? [])).joined(separator: "\n")
    }
}
