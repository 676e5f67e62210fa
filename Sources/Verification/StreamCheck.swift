import RTL
import Simulation

/// A scenario on a design, run on any engine; a failure comes back explained.
///
/// When a beat is wrong, late or missing, the run is repeated from the same seed with waves: the error then carries the
/// first divergence with the Swift lines that drive the port, the last cycles as text, and the path of a wave file.
public struct StreamCheck {
    /// Makes an instance of the design; the seed is that of its power-up state.
    public typealias Engine = (_ design: Design, _ seed: UInt64) throws -> any Simulator

    public let design: Design
    public let scenario: StreamScenario
    public var engine: Engine = { NativeSimulator($0, seed: $1) }
    /// As in `StreamTestBench`.
    public var patience = 10_000
    public var mayRestAfter: Int?
    public var cycleLimit = Int.max
    /// Where wave files go; nil: none are written.
    public var waveDirectory: String? = FailureWaves.directory

    public init(_ design: Design, _ scenario: StreamScenario) {
        self.design = design
        self.scenario = scenario
    }

    /// - Throws: `StreamFailure`, and what the engine throws.
    @discardableResult
    public func run(_ timing: StreamTiming = .steady) throws -> StreamRun {
        do {
            return try bench(timing).run()
        } catch let error as Divergence {
            throw explained(error, timing)
        } catch let error as StreamProtocolError {
            throw explained(error, timing)
        } catch let error as MemoryModelError {
            throw explained(error, timing)
        }
    }

    /// What `error`, thrown by a run under `timing`, means: runs again with waves.
    func explained(_ error: any Error, _ timing: StreamTiming) -> StreamFailure {
        switch error {
        case let error as Divergence: return explained(error, stream: error.stream, port: error.port, timing)
        case let error as StreamProtocolError:
            switch error.fault {
            case .stuck, .endless: return explained(error, stream: nil, port: nil, timing)
            default: return explained(error, stream: error.stream, port: error.stream + "_valid", timing)
            }
        case let error as MemoryModelError:
            let memory = scenario.memories.first { $0.request.name == error.stream }
            let address = memory.map { $0.request.payload.portName($0.streams.address) }
            return explained(error, stream: error.stream, port: address, timing)
        default: return explained(error, stream: nil, port: nil, timing)
        }
    }

    private func bench(_ timing: StreamTiming) throws -> StreamTestBench {
        let bench = try StreamTestBench(try engine(design, timing.seed), scenario, timing: timing)
        bench.patience = patience
        bench.mayRestAfter = mayRestAfter
        bench.cycleLimit = cycleLimit
        return bench
    }

    /// Cycles that the text shows.
    private static let shownCycles = 12

    private func explained(
        _ cause: any Error, stream: String?, port: String?, _ timing: StreamTiming
    ) -> StreamFailure {
        var failure = StreamFailure(
            top: design.top.name, cause: "\(cause)", timing: timing, origins: port.map(design.origins(ofPort:)) ?? [])
        guard let bench = try? bench(timing) else { return failure }
        let simulator = bench.simulator
        let shown = simulator.ports.map(\.name).filter { name in
            name.hasSuffix("_valid") || name.hasSuffix("_ready") || stream.map { name.hasPrefix($0 + "_payload") } ?? false
        }
        var text = try? AsciiWave(simulator, shown, capacity: Self.shownCycles)
        var dump = ""
        let waves = waveDirectory.map { _ in VCDWriter(simulator, top: design.top.name) { dump += $0 } }
        bench.afterSettle = { _ in
            text?.sample()
            waves?.sample()
        }
        _ = try? bench.run()
        waves?.finish()
        failure.wave = text?.render()
        failure.waveFile = waveDirectory.flatMap {
            FailureWaves.write(dump, top: design.top.name, seed: timing.seed, to: $0)
        }
        return failure
    }
}

/// What went wrong in a run of a scenario, and how to look at it.
public struct StreamFailure: Error, Sendable {
    /// Verilog name of the design's top.
    public let top: String
    public let cause: String
    public let timing: StreamTiming
    /// What drives the port that is wrong, from the port inwards.
    public let origins: [SignalOrigin]
    /// The hand-shakes, and the payload of the stream that is wrong, in the last cycles.
    public internal(set) var wave: String?
    /// A Value Change Dump of the whole run.
    public internal(set) var waveFile: String?

    init(top: String, cause: String, timing: StreamTiming, origins: [SignalOrigin]) {
        (self.top, self.cause, self.timing, self.origins) = (top, cause, timing, origins)
    }
}

extension StreamFailure: CustomStringConvertible {
    public var description: String {
        var lines = ["\(top): \(cause)", "  with \(timing)"]
        lines += origins.map { "  \($0)" }
        if let wave { lines += wave.split(separator: "\n").map { "  \($0)" } }
        if let waveFile { lines.append("  waves of the run: \(waveFile)") }
        return lines.joined(separator: "\n")
    }
}
