import SeededRandom
import Simulation

/// Drives and watches the streams of a module as a scenario says, whatever the engine, with gaps and stalls.
///
/// A source's payload is noise while it offers nothing, and in bits that mean nothing. What comes out must be what the
/// scenario expects and keep to the protocol: an offered beat stays until it is taken, and nothing comes beyond what is
/// expected.
public final class StreamTestBench {
    public let simulator: any Simulator
    public let scenario: StreamScenario
    public let timing: StreamTiming
    /// Called in every cycle before the logic settles: drives what is no stream.
    public var beforeSettle: ((_ cycle: Int) throws -> Void)?
    /// Called in every cycle once the logic has settled: looks at what is no stream.
    public var afterSettle: ((_ cycle: Int) throws -> Void)?
    /// Cycles without any transfer after which the module counts as stuck.
    public var patience = 10_000
    /// Cycles that must pass without another beat once all is done.
    public var quietCycles = 100
    /// A module that has not moved for `patience` cycles after this one has come to rest, with input left over or not:
    /// only what came out counts. Nil: it must finish.
    public var mayRestAfter: Int?
    /// Cycles after which a run fails although it moves.
    public var cycleLimit = Int.max

    private var sources: [SourceState]
    private var sinks: [SinkState]
    private var memories: [MemoryState]
    private let kept: [(port: PortHandle, name: String, value: Int)]
    private var noise: SeededGenerator

    /// - Throws: `StreamPortError` if a source waits for a stream that the scenario does not have.
    public init(
        _ simulator: any Simulator, _ scenario: StreamScenario, timing: StreamTiming = .steady
    ) throws(StreamPortError) {
        self.simulator = simulator
        self.scenario = scenario
        self.timing = timing
        noise = SeededGenerator(seed: timing.seed)
        let base = simulator.values.baseAddress!
        memories = scenario.memories.map { MemoryState($0, simulator, timing) }
        let names = scenario.sources.map(\.pins.name) + scenario.sinks.map(\.pins.name)
        sources = try scenario.sources.map { (source) throws(StreamPortError) in
            let gate = try source.gate.map { (gate) throws(StreamPortError) in
                guard let index = names.firstIndex(of: gate.stream) else {
                    throw StreamPortError(stream: source.pins.name, missing: gate.stream, present: names)
                }
                return index
            }
            return SourceState(source, base, timing.pattern(of: source.pins.name), gate: gate)
        }
        kept = scenario.kept.map { (PortHandle($0.port, of: simulator), $0.port.name, $0.value) }
        sinks = scenario.sinks.map { SinkState($0, base, timing.pattern(of: $0.pins.name)) }
    }

    /// Resets for one cycle, in which all streams carry noise, then runs until everything has gone in and come out, and
    /// a little longer.
    /// - Throws: `Divergence` at the first wrong beat, `StreamProtocolError`, `MemoryModelError`, and what the hooks throw.
    public func run() throws -> StreamRun {
        for source in sources { source.scramble(&noise, isValid: noise.next() & 1 == 1) }
        for sink in sinks { sink.ready?.pointee = noise.next() & 1 }
        for memory in memories { memory.scramble(&noise) }
        for (port, value) in scenario.held { PortHandle(port, of: simulator).value = value }
        simulator.applyReset(cycles: 1)
        let start = simulator.cycle
        var lastMove = 0, end: Int?
        while true {
            let cycle = simulator.cycle - start
            let isDone = self.isDone
            // A memory can be asked again after all was done.
            if end == nil { end = isDone ? cycle + quietCycles : nil } else if !isDone { end = nil }
            if cycle == end { return result(cycles: cycle) }
            try beforeSettle?(cycle)
            for index in sources.indices { offer(index) }
            for index in sinks.indices { sinks[index].ready?.pointee = sinks[index].stalls.next() ? 0 : 1 }
            for memory in memories { memory.drive(cycle, &noise) }
            simulator.settle()
            try simulator.check()
            try afterSettle?(cycle)
            for (port, name, value) in kept where port.value != value {
                throw Divergence(port: name, path: name, cycle: cycle, expected: "\(value)", seen: "\(port.value)")
            }
            var moves = false
            for index in sources.indices where sources[index].fires {
                sources[index].taken(cycle)
                moves = true
            }
            for index in sinks.indices { moves = try sinks[index].watch(cycle) || moves }
            for index in memories.indices { moves = try memories[index].watch(cycle) || moves }
            if moves {
                lastMove = cycle
                // A stream without a count is done once it rests.
                if end != nil { end = cycle + quietCycles }
            }
            if end == nil, cycle - max(lastMove, mayRestAfter ?? 0) >= patience {
                guard mayRestAfter != nil else { throw stuck(cycle) }
                if let sink = sinks.first(where: { !$0.isDone }) { throw sink.fault(.missing, cycle) }
                return result(cycles: cycle)
            }
            guard cycle < cycleLimit else {
                throw StreamProtocolError(stream: progress, cycle: cycle, beat: 0, fault: .endless)
            }
            simulator.clockEdge()
        }
    }

    private var isDone: Bool { sources.allSatisfy(\.isDone) && sinks.allSatisfy(\.isDone) && memories.allSatisfy(\.isDone) }

    private func offer(_ index: Int) {
        let stalls = sources[index].stalls.next()
        guard !sources[index].isOffering else { return }
        if !sources[index].isDone, gateIsOpen(index), !stalls {
            sources[index].offer(&noise)
        } else {
            sources[index].scramble(&noise, isValid: false)
        }
    }

    private func gateIsOpen(_ index: Int) -> Bool {
        guard let gate = sources[index].gate else { return true }
        let passed = gate < sources.count ? sources[gate].next : sinks[gate - sources.count].received
        return passed >= sources[index].source.gate!.beats[sources[index].next]
    }

    private func stuck(_ cycle: Int) -> StreamProtocolError {
        StreamProtocolError(stream: progress, cycle: cycle, beat: 0, fault: .stuck(patience))
    }

    private var progress: String {
        let sent = sources.map { "\($0.source.pins.name) \($0.next)/\($0.source.beats.count)" }
        let received = sinks.map { "\($0.sink.pins.name) \($0.received)\($0.sink.count.map { "/\($0)" } ?? "")" }
        return (sent + received + memories.map(\.progress)).joined(separator: ", ")
    }

    private func result(cycles: Int) -> StreamRun {
        let passed = sources.map { ($0.source.pins.name, StreamRun.Transfers(cycles: $0.cycles, beats: $0.source.beats)) }
            + sinks.map { ($0.sink.pins.name, StreamRun.Transfers(cycles: $0.cycles, beats: $0.beats)) }
            + memories.flatMap(\.transfers)
        return StreamRun(
            cycles: cycles, transfers: Dictionary(uniqueKeysWithValues: passed),
            traffic: Dictionary(uniqueKeysWithValues: memories.map { ($0.request, $0.traffic) }))
    }
}

/// What passed through the streams of a module in one run.
public struct StreamRun: Sendable {
    public struct Transfers: Sendable {
        /// The cycle in which each beat passed, counted from the end of the reset.
        public let cycles: [Int]
        public let beats: BeatSequence
    }

    /// From the end of the reset to the end of the run.
    public let cycles: Int
    let transfers: [String: Transfers]
    let traffic: [String: MemoryModel.Traffic]

    /// - Precondition: the scenario has the stream.
    public subscript(_ stream: String) -> Transfers {
        guard let found = transfers[stream] else { preconditionFailure("the scenario has no stream \(stream)") }
        return found
    }

    /// What passed between the design and the memory that answers `request`.
    ///
    /// - Precondition: the scenario has the memory.
    public func traffic(of request: String) -> MemoryModel.Traffic {
        guard let found = traffic[request] else { preconditionFailure("no memory of the scenario answers \(request)") }
        return found
    }
}
