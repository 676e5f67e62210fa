import Accelerator
import Configuration
import FixedPoint
import GoldenModel
import PerformanceModel
import RTL
import Session
import Simulation
import Verification

/// A small program for a lane and what the golden model makes of it: what mutants have to get past.
struct LaneCheck {
    let configuration: LaneConfiguration
    let program: LaneProgram
    /// One row a job.
    let outputs: [[Int16]]
    /// Beats that the jobs read, from the bound.
    let beats: Int

    /// How a design has failed the check.
    enum Verdict: Hashable, CustomStringConvertible {
        case wrongOutputs(job: Int)
        case failed(String)
        case wrongTraffic(beats: Int)
        case slow(cycles: Int)

        var description: String {
            switch self {
            case .wrongOutputs(let job): "outputs of row \(job) differ from the golden model"
            case .failed(let reason): reason
            case .wrongTraffic(let beats): "\(beats) beats read"
            case .slow(let cycles): "right, but in \(cycles) cycles"
            }
        }
    }

    /// How one run is driven.
    struct Stimulus: Sendable {
        let seed: UInt64
        let stallSeed: UInt64?
        let latency: Int
    }

    /// Without hesitation, and with random stalls from another power-up state.
    static let stimuli = [Stimulus(seed: 1, stallSeed: nil, latency: 20), Stimulus(seed: 2, stallSeed: 5, latency: 3)]

    /// Runs the program on a design with the faults of `mutant` awake.
    ///
    /// - Parameter cycles: What the healthy design takes under each stimulus; a longer run is slow. Nil: not checked.
    /// - Returns: nil if nothing is wrong, and the cycles each stimulus took.
    func run(_ design: Design, mutant: Int, cycles: [Int]? = nil) throws -> (verdict: Verdict?, cycles: [Int]) {
        var taken: [Int] = []
        for (index, stimulus) in Self.stimuli.enumerated() {
            let simulator = NativeSimulator(design, seed: stimulus.seed)
            let select = try PortField("mutant", of: simulator)
            let bench = try LaneTestBench(
                simulator, headSize: configuration.headSize, program: program, memoryLatency: stimulus.latency,
                stallSeed: stimulus.stallSeed, patience: 2_000, cycleLimit: cycles.map { 3 * $0[index] } ?? .max)
            select.value = mutant
            simulator.applyReset()
            let result: LaneTestBench.Result
            do {
                result = try bench.runWithoutReset()
            } catch let error as MemoryModelError {
                return (.failed("reads outside the memory: \(error.beats) beats at \(error.address)"), taken)
            } catch let error as LaneRunError {
                return (.failed("\(error)"), taken)
            }
            if let job = outputs.indices.first(where: { result.outputs[$0] != outputs[$0] }) {
                return (.wrongOutputs(job: job), taken)
            }
            if result.traffic.totalBeats != beats { return (.wrongTraffic(beats: result.traffic.totalBeats), taken) }
            taken.append(result.cycles)
            if let cycles, result.cycles > cycles[index] { return (.slow(cycles: result.cycles), taken) }
        }
        return (nil, taken)
    }
}
