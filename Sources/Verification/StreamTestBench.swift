import SeededRandom
import Simulation

/// How the ends of a module's streams hesitate.
public struct StreamTiming: Sendable {
    private enum Rates: Sendable {
        case none
        case random
        case slow(String)
    }

    /// What all randomness of a run is derived from.
    public let seed: UInt64
    private let rates: Rates

    /// Items follow each other without a gap and every beat is taken at once.
    public static let steady = StreamTiming(seed: 0, rates: .none)

    /// Every stream hesitates at random, each at a rate of its own: never, seldom, half the time or nearly always.
    public static func random(seed: UInt64) -> StreamTiming { StreamTiming(seed: seed, rates: .random) }

    /// One stream nearly always hesitates, the others never: all behind it run dry, all ahead of it fill up.
    public static func slow(_ stream: String, seed: UInt64) -> StreamTiming { StreamTiming(seed: seed, rates: .slow(stream)) }

    public var isSteady: Bool { if case .none = rates { true } else { false } }

    fileprivate func pattern(of stream: String) -> StallPattern {
        switch rates {
        case .none: return .none
        case .slow(let slow): return slow == stream ? StallPattern(seed: seed, probability: 0.85) : .none
        case .random:
            let own = stream.utf8.reduce(seed &* 0x9e37_79b9_7f4a_7c15) { ($0 ^ UInt64($1)) &* 0x100_0000_01b3 }
            return StallPattern(seed: own, probability: [0, 0.1, 0.5, 0.85][Int(own >> 33 & 3)])
        }
    }
}

/// Drives and watches the streams of any module, whatever the engine, with gaps and stalls.
///
/// Say what goes in with `send` and how much must come out with `receive`, then `run()`. A source's payload is noise
/// while it offers nothing. What comes out must keep to the protocol: an offered beat stays until it is taken, and
/// nothing comes beyond what is expected.
public final class StreamTestBench {
    /// What has passed through one stream.
    public final class Transfers<Item> {
        public fileprivate(set) var items: [Item] = []
        /// The cycle in which each passed, counted from the end of the reset.
        public fileprivate(set) var cycles: [Int] = []
    }

    private struct Source {
        let port: StreamPort
        let count: Int
        var stalls: StallPattern
        var next = 0
        var isOffering = false
        let offer: (Int) -> Void
        let taken: (Int, _ cycle: Int) -> Void
    }

    private struct Sink {
        let port: StreamPort
        let count: Int
        var stalls: StallPattern
        var received = 0
        /// The payload that waited in the last cycle.
        var waiting: [UInt64]?
        let take: (_ cycle: Int) -> Void
    }

    public let simulator: any Simulator
    private let timing: StreamTiming
    private var sources: [Source] = []
    private var sinks: [Sink] = []
    private var noise: SeededGenerator
    /// Called in every cycle before the logic settles: drives what is not a stream.
    public var beforeSettle: ((_ cycle: Int) throws -> Void)?
    /// Called in every cycle once the logic has settled: looks at what is not a stream.
    public var afterSettle: ((_ cycle: Int) throws -> Void)?
    /// Cycles without any transfer after which the module counts as stuck.
    public var patience = 10_000
    /// Cycles that must pass without another beat once all is done.
    public var quietCycles = 100

    public init(_ simulator: any Simulator, timing: StreamTiming = .steady) {
        self.simulator = simulator
        self.timing = timing
        noise = SeededGenerator(seed: timing.seed)
    }

    /// Gives `items` to a stream one after another; `writer` looks the fields up and returns what writes one item.
    @discardableResult
    public func send<Item>(
        _ items: [Item], to stream: String, _ writer: (StreamPort) throws -> (Item) -> Void
    ) throws -> Transfers<Item> {
        let port = try StreamPort(stream, of: simulator)
        let write = try writer(port), transfers = Transfers<Item>()
        sources.append(Source(
            port: port, count: items.count, stalls: timing.pattern(of: stream), offer: { write(items[$0]) },
            taken: { index, cycle in
                transfers.items.append(items[index])
                transfers.cycles.append(cycle)
            }))
        return transfers
    }

    /// Takes `count` items from a stream; `reader` looks the fields up and returns what reads one item.
    public func receive<Item>(
        _ count: Int, from stream: String, _ reader: (StreamPort) throws -> () -> Item
    ) throws -> Transfers<Item> {
        let port = try StreamPort(stream, of: simulator)
        let read = try reader(port), transfers = Transfers<Item>()
        sinks.append(Sink(port: port, count: count, stalls: timing.pattern(of: stream), take: { cycle in
            transfers.items.append(read())
            transfers.cycles.append(cycle)
        }))
        return transfers
    }

    /// Resets for one cycle, in which all streams carry noise, then runs until everything has gone in and come out, and a little longer.
    public func run() throws {
        for source in sources {
            scramble(source.port)
            source.port.isValid = noise.next() & 1 == 1
        }
        for sink in sinks { sink.port.isReady = noise.next() & 1 == 1 }
        simulator.applyReset(cycles: 1)
        let start = simulator.cycle
        var lastMove = start, end: Int?
        while true {
            let cycle = simulator.cycle
            if end == nil, sources.allSatisfy({ $0.next == $0.count }), sinks.allSatisfy({ $0.received == $0.count }) {
                end = cycle + quietCycles
            }
            if cycle == end { return }
            try beforeSettle?(cycle - start)
            for index in sources.indices { offer(&sources[index]) }
            for index in sinks.indices { sinks[index].port.isReady = !sinks[index].stalls.next() }
            simulator.settle()
            try simulator.check()
            try afterSettle?(cycle - start)
            var moves = false
            for index in sources.indices where sources[index].port.fires {
                sources[index].taken(sources[index].next, cycle - start)
                sources[index].next += 1
                sources[index].isOffering = false
                moves = true
            }
            for index in sinks.indices { moves = try watch(&sinks[index], cycle - start) || moves }
            if moves { lastMove = cycle }
            guard end != nil || cycle - lastMove < patience else { throw stuck(cycle - start) }
            simulator.clockEdge()
        }
    }

    private func offer(_ source: inout Source) {
        guard !source.isOffering else { return }
        if source.next < source.count, !source.stalls.next() {
            source.offer(source.next)
            source.isOffering = true
        } else {
            scramble(source.port)
        }
        source.port.isValid = source.isOffering
    }

    private func scramble(_ port: StreamPort) {
        for field in port.payload {
            for word in 0..<field.port.wordCount {
                field.storage[word] = noise.next() & field.mask(ofWord: word)
            }
        }
    }

    private func watch(_ sink: inout Sink, _ cycle: Int) throws -> Bool {
        let name = sink.port.name
        guard sink.port.isValid else {
            guard sink.waiting == nil else {
                throw StreamProtocolError(stream: name, cycle: cycle, beat: sink.received, fault: .withdrawn)
            }
            return false
        }
        guard sink.received < sink.count else {
            throw StreamProtocolError(stream: name, cycle: cycle, beat: sink.received, fault: .unexpected)
        }
        let payload = sink.port.payload.flatMap { field in (0..<field.port.wordCount).map { field.storage[$0] } }
        guard sink.waiting == nil || sink.waiting == payload else {
            throw StreamProtocolError(stream: name, cycle: cycle, beat: sink.received, fault: .changed)
        }
        sink.waiting = sink.port.isReady ? nil : payload
        guard sink.port.isReady else { return false }
        sink.take(cycle)
        sink.received += 1
        return true
    }

    private func stuck(_ cycle: Int) -> StreamProtocolError {
        let sent = sources.map { "\($0.port.name) \($0.next)/\($0.count)" }
        let received = sinks.map { "\($0.port.name) \($0.received)/\($0.count)" }
        return StreamProtocolError(
            stream: (sent + received).joined(separator: ", "), cycle: cycle, beat: 0, fault: .stuck(patience))
    }
}

/// A module that breaks the promise of its streams.
public struct StreamProtocolError: Error, CustomStringConvertible {
    public enum Fault: Hashable, Sendable {
        /// `valid` fell before the beat was taken.
        case withdrawn
        /// The payload changed before the beat was taken.
        case changed
        /// A beat beyond the last one.
        case unexpected
        /// Nothing has moved for so many cycles.
        case stuck(Int)
    }

    public let stream: String
    public let cycle: Int
    public let beat: Int
    public let fault: Fault

    public var description: String {
        switch fault {
        case .withdrawn: "cycle \(cycle): `\(stream)` withdraws beat \(beat) before it is taken"
        case .changed: "cycle \(cycle): `\(stream)` changes beat \(beat) before it is taken"
        case .unexpected: "cycle \(cycle): `\(stream)` offers a beat beyond the \(beat) expected"
        case .stuck(let cycles): "cycle \(cycle): nothing has moved for \(cycles) cycles; done so far: \(stream)"
        }
    }
}
