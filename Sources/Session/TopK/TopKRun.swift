import Accelerator
import Configuration
import Cosimulation
import GoldenModel
import RTL
import Simulation
import UnitScenarios
import Verification

/// What `topk` found; its names are those of the JSON that scripts read.
public struct TopKReport: Codable, Sendable {
    public let algorithm: TopKConfiguration.Algorithm
    public let parallelism, keyBits, capacity: Int
    /// What ran the hardware.
    public let simulator: Engine
    public let keys, k: Int
    /// The smallest key that is kept, and how many keys equal to it are.
    public let threshold: UInt32
    public let equals: Int
    /// Of the kept keys, ascending.
    public let indices: [Int]
    /// From the last key to the last kept one, and to the selection.
    public let cycles, selectionCycles: Int
    public let matchesGoldenModel: Bool

    public var status: ExitStatus { matchesGoldenModel ? .success : .designDiffers }

    public var text: String {
        table([
            ("engine", "\(algorithm.rawValue), \(plural(parallelism, "key")) a cycle, \(keyBits) bits, up to \(grouped(capacity)) keys"),
            ("run on", simulator == .native ? "the native engine" : "\(simulator.rawValue), the emitted Verilog"),
            ("kept", "\(grouped(indices.count)) of \(plural(keys, "key")): above \(threshold), and \(plural(equals, "key")) equal to it"),
            ("cycles", "\(grouped(cycles)) from the last key to the last kept one, \(grouped(selectionCycles)) to the selection"),
            ("golden model", matchesGoldenModel ? "the same" : "DIFFERENT"),
        ]) + "kept indices: " + indices.map(String.init).joined(separator: " ") + "\n"
    }
}

/// A top-k engine's hardware on one set of keys, compared with the golden model.
public enum TopKRun {
    /// - Parameters:
    ///   - bits: of a key.
    ///   - input: file of the keys.
    /// - Throws: `ConfigurationError` for an engine that cannot be built, `SessionError` for a bad file or a k above n.
    public static func report(
        _ algorithm: TopKConfiguration.Algorithm, parallelism: Int, bits: Int, k: Int, input: String, simulator: Engine
    ) throws -> TopKReport {
        _ = try TopKConfiguration(algorithm, parallelism: parallelism, keyBits: bits)
        let keys = try TopKKeyFile(input, bits: bits).keys
        guard k <= keys.count else {
            throw SessionError.badArgument(
                argument: "--k", value: "\(k)", reason: "\(input) has \(plural(keys.count, "key")): keep 0 ... \(keys.count)")
        }
        let capacity = [1024, 4096].first { $0 >= keys.count }!
        let topK = try TopKConfiguration(algorithm, parallelism: parallelism, capacity: capacity, keyBits: bits)
        let result = try observe(topK, [TopKSet(keys: keys, k: k)], simulator)[0]
        let golden = GoldenModel.TopKEngine(keys, k: k, keyBits: bits)
        return TopKReport(
            algorithm: algorithm, parallelism: parallelism, keyBits: bits, capacity: capacity, simulator: simulator,
            keys: keys.count, k: k, threshold: result.value, equals: result.equals, indices: result.indices,
            cycles: result.cycles, selectionCycles: result.selectionCycles,
            matchesGoldenModel: (result.value, result.equals) == (golden.value, golden.equals) && result.indices == golden.indices)
    }

    /// What the hardware gives for sets back to back.
    package static func observe(
        _ topK: TopKConfiguration, _ sets: [TopKSet], _ engine: Engine
    ) throws -> [TopKObservation.Result] {
        let design = try Design(Accelerator.TopKEngine(topK))
        let simulator: any Simulator = switch engine {
        case .native: NativeSimulator(design, seed: 1)
        case .verilator: VerilatorSimulator(try VerilatorModel.build(design), seed: 1)
        case .icarus: try IcarusSimulator(try IcarusModel.build(design))
        }
        return try TopKObservation(topK, sets, on: design, simulator).results
    }
}
