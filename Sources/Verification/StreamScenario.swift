import RTL
import Simulation

/// What goes into a module and what must come out of it, stream by stream and beat by beat: one description for every
/// engine, for back-pressure fuzzing and for the Verilog benches.
///
/// ```swift
/// var scenario = StreamScenario(try Design(SkidBuffer(bits: 8)))
/// try scenario.send(bytes, to: "input") { byte, beat in try beat.set("", byte) }
/// try scenario.expect(bytes, from: "output") { byte, beat in try beat.set("", byte) }
/// try StreamTestBench(NativeSimulator(design, seed: 1), scenario, timing: .random(seed: 7)).run()
/// ```
public struct StreamScenario: Sendable {
    /// Beats given to an input stream.
    public struct Source: Sendable {
        public let pins: StreamPins
        public internal(set) var beats: BeatSequence
        public internal(set) var gate: Gate?
    }

    /// Beats taken from an output stream.
    public struct Sink: Sendable {
        public let pins: StreamPins
        /// What they must be; nil: whatever comes.
        public internal(set) var expected: BeatSequence?
        /// How many must come; nil: any number.
        public internal(set) var count: Int?
        /// What is expected may come in any order: it comes from behind an arbiter.
        public internal(set) var isUnordered = false
    }

    /// Holds beats of a source back until another stream has moved on: answers wait for their requests.
    public struct Gate: Sendable {
        public let stream: String
        /// Beat i may be offered in the cycles after so many beats have passed through `stream`.
        public let beats: [Int]

        public init(after stream: String, beats: [Int]) {
            self.stream = stream
            self.beats = beats
        }
    }

    /// Of the module, without clock and reset.
    public private(set) var ports: [SimulatedPort]
    public internal(set) var sources: [Source] = []
    public internal(set) var sinks: [Sink] = []
    public internal(set) var memories: [Memory] = []
    /// Inputs outside all streams and their constant values.
    public private(set) var held: [(port: SimulatedPort, value: Int)] = []
    /// Outputs outside all streams and the values that they must keep.
    public private(set) var kept: [(port: SimulatedPort, value: Int)] = []

    public init(_ design: Design) { self.init(ports: SimulatedPort.layout(of: design.top)) }

    public init(ports: [SimulatedPort]) { self.ports = ports }

    /// The same beats for a design that has the same ports and perhaps others behind them, as a mutated one has.
    public func on(_ design: Design) -> StreamScenario {
        var scenario = self
        scenario.ports = SimulatedPort.layout(of: design.top)
        return scenario
    }

    /// Gives one beat for each of `items` to an input stream.
    /// - Throws: `StreamPortError` for a stream or field that is not there.
    public mutating func send<Item>(
        _ items: some Sequence<Item>, to stream: String, gate: Gate? = nil, _ encode: (Item, Beat) throws -> Void
    ) throws {
        let pins = try pins(stream, isOutput: false)
        sources.append(Source(pins: pins, beats: try BeatSequence(items, pins.payload, encode), gate: gate))
    }

    /// One beat for each of `items` must come out of an output stream, and no more.
    public mutating func expect<Item>(
        _ items: some Sequence<Item>, from stream: String, inAnyOrder isUnordered: Bool = false,
        _ encode: (Item, Beat) throws -> Void
    ) throws {
        let pins = try pins(stream, isOutput: true)
        let beats = try BeatSequence(items, pins.payload, encode)
        sinks.append(Sink(pins: pins, expected: beats, count: beats.count, isUnordered: isUnordered))
    }

    /// Takes beats from an output stream whatever they are; `count`: how many there must be, nil: any number.
    public mutating func collect(_ count: Int? = nil, from stream: String) throws(StreamPortError) {
        sinks.append(Sink(pins: try pins(stream, isOutput: true), expected: nil, count: count))
    }

    /// Answers the requests of an output stream from a memory, through an input stream.
    ///
    /// - Parameters:
    ///   - image: From byte address 0 on.
    ///   - request: Stream with `address`, or that is one, and perhaps `beats` (less one) and `tag`.
    ///   - response: Stream with `data`, or that is data, and perhaps `tag` and `error` or `resp`.
    ///   - faults: What goes wrong with the beats.
    /// - Throws: `StreamPortError` for a stream or field that is not there, `MemoryConfigurationError` for a timing or a
    ///   fault that cannot be.
    public mutating func serve(
        _ image: [UInt8], request: String, response: String, timing: MemoryTiming, faults: [MemoryFault] = []
    ) throws {
        memories.append(
            try Memory(image, request: request, response: response, timing: timing, faults: faults, among: ports))
    }

    /// Holds an input that belongs to no stream at `value`.
    public mutating func hold(_ name: String, at value: Int) throws(StreamPortError) {
        guard let port = ports.first(where: { $0.name == name && $0.isInput }) else {
            throw StreamPortError(stream: name, missing: name, present: ports.filter(\.isInput).map(\.name))
        }
        held.append((port, value))
    }

    /// An output that belongs to no stream must be `value` in every cycle after the reset.
    public mutating func expect(_ name: String, toStay value: Int) throws(StreamPortError) {
        guard let port = ports.first(where: { $0.name == name && !$0.isInput }) else {
            throw StreamPortError(stream: name, missing: name, present: ports.filter { !$0.isInput }.map(\.name))
        }
        kept.append((port, value))
    }

    private func pins(_ stream: String, isOutput: Bool) throws(StreamPortError) -> StreamPins {
        let pins = try StreamPins(stream, among: ports)
        guard pins.isOutput == isOutput else {
            throw StreamPortError(
                stream: stream, missing: "\(isOutput ? "output" : "input") \(pins.valid.name)", present: ports.map(\.name))
        }
        return pins
    }
}
