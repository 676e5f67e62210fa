import RTL
import SeededRandom
import Simulation

/// Looks for hesitations of a module's streams under which other beats come out than without any.
///
/// Nothing has to be known of the module: its inputs are random, or those of a scenario, and what it makes of them without
/// a stall is what it must make of them under every other timing. Bits of the outputs that already differ between two
/// power-up states mean nothing. A failing case is shrunk to few beats and few stalls.
///
/// ```swift
/// if let failure = try BackPressureFuzz(Design(SkidBuffer(bits: 8)), seed: 1).run(trials: 200) { print(failure) }
/// ```
public struct BackPressureFuzz {
    public let design: Design
    public let seed: UInt64
    public var engine: StreamCheck.Engine = { NativeSimulator($0, seed: $1) }
    /// Output streams whose beats may come in any order: those behind an arbiter.
    public var unordered: Set<String> = []
    /// Cycles without a transfer after which the module has come to rest; more than it ever computes in silence.
    public var patience = 300
    /// Cycles that a run without a stall may take.
    public var longest = 1_000_000
    private let inputs: StreamScenario

    /// - Parameter inputs: What goes in; nil: random beats into every stream, random constants into the other inputs.
    public init(_ design: Design, inputs: StreamScenario? = nil, seed: UInt64, beats: Int = 64) throws {
        self.design = design
        self.seed = seed
        self.inputs = try inputs ?? .random(design, beats: beats, seed: seed)
    }

    /// - Returns: the smallest failing case found, nil if `trials` timings all agree.
    /// - Throws: if the module is at fault even without a stall, or the engine fails.
    public func run(trials: Int) throws -> BackPressureFailure? {
        let reference = try Reference(self, inputs)
        var random = SeededGenerator(seed: seed, name: "back pressure")
        for _ in 0..<trials {
            let stalls = Stalls.random(inputs.streamNames, cycles: 2 * reference.cycles + 50, &random)
            guard try reference.failure(under: stalls) != nil else { continue }
            return try Shrinking(self, inputs, stalls).smallest()
        }
        return nil
    }

    /// What the module makes of some inputs without a stall.
    struct Reference {
        let fuzz: BackPressureFuzz
        let scenario: StreamScenario
        let cycles: Int

        init(_ fuzz: BackPressureFuzz, _ inputs: StreamScenario) throws {
            self.fuzz = fuzz
            var open = inputs
            for index in open.sinks.indices {
                open.sinks[index].expected = nil
                open.sinks[index].count = nil
            }
            // The noise of the three runs differs in power-up state and in payloads that mean nothing.
            let runs = try (0..<3).map { run in
                try fuzz.bench(open, .init(ranges: [:]), seed: derivedSeed(fuzz.seed, "power-up \(run)"), limit: fuzz.longest).run()
            }
            var scenario = open
            for (index, sink) in open.sinks.enumerated() {
                let name = sink.pins.name
                var expected = runs[0][name].beats
                for run in runs.dropFirst() { expected.blank(whereOtherThan: run[name].beats) }
                if let known = inputs.sinks[index].expected { expected.blank(as: known) }
                scenario.sinks[index].count = expected.count
                scenario.sinks[index].expected = expected
                if fuzz.unordered.contains(name) { scenario.sinks[index].isUnordered = true }
            }
            self.scenario = scenario
            cycles = runs[0].cycles
        }

        /// More than a run under `stalls` can take.
        func cycleLimit(_ stalls: Stalls) -> Int { stalls.end + 4 * cycles + 1_000 }

        /// What is wrong under some stalls, nil: nothing.
        func failure(under stalls: Stalls) throws -> (any Error)? {
            do {
                _ = try fuzz.bench(scenario, stalls, seed: fuzz.seed, limit: cycleLimit(stalls)).run()
                return nil
            } catch let error as Divergence {
                return error
            } catch let error as StreamProtocolError {
                return error
            } catch let error as MemoryModelError {
                return error
            }
        }
    }

    private func bench(_ scenario: StreamScenario, _ stalls: Stalls, seed: UInt64, limit: Int) throws -> StreamTestBench {
        let bench = try StreamTestBench(try engine(design, seed), scenario, timing: stalls.timing(seed: seed))
        bench.patience = patience
        bench.mayRestAfter = stalls.end
        bench.cycleLimit = limit
        return bench
    }
}

extension StreamScenario {
    /// Random beats into every input stream, random constants into other inputs, everything taken from every output.
    static func random(_ design: Design, beats: Int, seed: UInt64) throws -> StreamScenario {
        var scenario = StreamScenario(design)
        var random = SeededGenerator(seed: seed, name: "inputs")
        let streams = StreamPins.all(among: scenario.ports)
        for stream in streams {
            guard !stream.isOutput else {
                try scenario.collect(from: stream.name)
                continue
            }
            try scenario.send(0..<beats, to: stream.name) { _, beat in
                for field in beat.layout.fields {
                    let words = (0..<field.wordCount).map { _ in random.next() }
                    try beat.set(field.name, words, width: min(64, field.width))
                }
            }
        }
        let known = Set(streams.flatMap { stream in ["_valid", "_ready", "_payload"].map { stream.name + $0 } })
        for port in scenario.ports where port.isInput {
            let isOfStream = known.contains(port.name) || known.contains { $0.hasSuffix("_payload") && port.name.hasPrefix($0 + "_") }
            if !isOfStream { try scenario.hold(port.name, at: Int(truncatingIfNeeded: random.next())) }
        }
        return scenario
    }

    var streamNames: [String] {
        sources.map(\.pins.name) + sinks.map(\.pins.name) + memories.flatMap { [$0.request.name, $0.response.name] }
    }
}
