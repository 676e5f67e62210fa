import SeededRandom

/// Bursts on several streams of a module at once, with gaps and stalls: what a stream test is made of.
///
/// ```swift
/// let exchange = StreamExchange(
///     sources: [try .init(StreamPins("input", of: simulator), beats: words, stalls: StallPattern(seed: 7, probability: 0.3))],
///     sinks: [try .init(StreamPins("output", of: simulator), capacity: 1000)])
/// let outcome = simulator.exchange(exchange)     // one call, whatever the engine
/// exchange.received(from: 0), exchange.cycles(ofSink: 0)
/// ```
/// In every cycle a source that holds no beat asks its pattern whether to offer the next; while it offers nothing, `valid`
/// is low and the payload is noise. A sink asks its pattern whether to be ready. Every engine does the same in every cycle.
/// Once it has finished, the streams' `valid` and `ready` are low; at the limit, `valid` of a beat that waits is not; after
/// a violation or when stuck, the ports show that cycle, whose edge has not come.
public final class StreamExchange {
    /// A burst into the module.
    public struct Source {
        public let pins: StreamPins
        let beats: [UInt64]
        let stalls: StallPattern

        /// - Parameter beats: `pins.payloadWords` words a beat, in the layout of the ports; bits that no port has are cleared.
        public init(_ pins: StreamPins, beats: [UInt64], stalls: StallPattern = .none) throws(BurstError) {
            if pins.isOutput { throw BurstError(stream: pins.name, problem: .wrongDirection) }
            if pins.ready == nil { throw BurstError(stream: pins.name, problem: .noReady) }
            if beats.count % max(1, pins.payloadWords) != 0 || pins.payloadWords == 0 {
                throw BurstError(
                    stream: pins.name, problem: .partialBeat(words: beats.count, payloadWords: pins.payloadWords))
            }
            (self.pins, self.beats, self.stalls) = (pins, beats, stalls)
        }
    }

    /// A burst out of the module.
    public struct Sink {
        public let pins: StreamPins
        let capacity: Int
        let stalls: StallPattern
        let endsStream: Bool

        /// - Parameters:
        ///   - capacity: beats that it takes.
        ///   - endsStream: a beat beyond them is a violation; else the sink is just not ready for it.
        public init(
            _ pins: StreamPins, capacity: Int, stalls: StallPattern = .none, endsStream: Bool = true
        ) throws(BurstError) {
            if !pins.isOutput { throw BurstError(stream: pins.name, problem: .wrongDirection) }
            if pins.ready == nil { throw BurstError(stream: pins.name, problem: .noReady) }
            (self.pins, self.capacity, self.stalls, self.endsStream) = (pins, capacity, stalls, endsStream)
        }
    }

    /// A sink's stream that breaks its promise.
    public struct Violation: Hashable, Sendable {
        public enum Fault: Int, Hashable, Sendable {
            /// `valid` fell before the beat was taken.
            case withdrawn
            /// The payload changed before the beat was taken.
            case changed
            /// A beat beyond the last one.
            case unexpected
        }

        /// Index of the sink.
        public let sink: Int
        /// Index of the beat.
        public let beat: Int
        public let fault: Fault

        public init(sink: Int, beat: Int, fault: Fault) {
            (self.sink, self.beat, self.fault) = (sink, beat, fault)
        }
    }

    public enum Outcome: Hashable, Sendable {
        /// All sources have sent, all sinks are full, and the quiet cycles have passed.
        case finished
        /// The cycles given are over; calling `exchange` again goes on.
        case limit
        /// No stream has moved for `patience` cycles.
        case stuck
        /// Of cycle `cycle`.
        case violation(Violation)
    }

    private let sources: [Source]
    private let sinks: [Sink]
    package let state: ExchangeState

    /// - Parameters:
    ///   - noiseSeed: of what payloads hold while nothing is offered: one generator, drawn word by word, source by source.
    ///   - quietCycles: cycles that pass without another beat once all is done.
    ///   - patience: cycles without any transfer after which the module counts as stuck.
    public init(
        sources: [Source] = [], sinks: [Sink] = [], noiseSeed: UInt64 = 0, quietCycles: Int = 0, patience: Int = 10_000
    ) {
        self.sources = sources
        self.sinks = sinks
        state = ExchangeState(
            sources: sources, sinks: sinks, noiseSeed: noiseSeed, quietCycles: quietCycles, patience: patience)
    }

    /// Clock edges since its beginning; of the cycle at fault after a violation or when stuck.
    public var cycle: Int { Int(state.control.pointee.cycle) }

    /// Beats that have gone in.
    public func count(ofSource index: Int) -> Int { Int(state.source(index).pointee.done) }
    /// The cycle in which each beat went in.
    public func cycles(ofSource index: Int) -> [Int] { state.cycles(state.source(index)) }
    /// Beats that have come out.
    public func count(ofSink index: Int) -> Int { Int(state.sink(index).pointee.done) }
    /// The cycle in which each beat came out.
    public func cycles(ofSink index: Int) -> [Int] { state.cycles(state.sink(index)) }
    /// The beats that have come out, `payloadWords` words each.
    public func received(from index: Int) -> [UInt64] {
        let sink = state.sink(index).pointee
        return Array(UnsafeBufferPointer(start: sink.beats, count: Int(sink.done * sink.payloadWords)))
    }

    package func outcome(_ code: UInt64) -> Outcome {
        switch code {
        case ExchangeState.finished: return .finished
        case ExchangeState.limit: return .limit
        case ExchangeState.stuck: return .stuck
        default:
            let sink = Int(state.control.pointee.faultySink)
            guard let fault = Violation.Fault(rawValue: Int(code - ExchangeState.firstFault)) else {
                preconditionFailure("outcome \(code)")
            }
            return .violation(Violation(sink: sink, beat: count(ofSink: sink), fault: fault))
        }
    }
}

extension Simulator {
    /// Sends a burst into a stream without a gap; other inputs are held.
    ///
    /// - Parameter words: `pins.payloadWords` words a beat.
    /// - Returns: cycles until the last beat was taken, that cycle included; nil if `limit` cycles do not suffice, when
    ///   what has not been taken is withdrawn.
    public func send(
        _ words: UnsafeBufferPointer<UInt64>, to pins: StreamPins, limit: Int = .max
    ) throws(BurstError) -> Int? {
        let source = try StreamExchange.Source(pins, beats: Array(words))
        let burst = StreamExchange(sources: [source], patience: .max)
        if exchange(burst, limit: limit) == .finished { return burst.cycle }
        values[pins.valid.firstWord] = 0
        return nil
    }

    /// Takes `beats` beats from a stream, `pins.payloadWords` words each; fewer if `limit` cycles bring no more.
    public func receive(_ beats: Int, from pins: StreamPins, limit: Int = .max) throws(BurstError) -> [UInt64] {
        let sink = try StreamExchange.Sink(pins, capacity: beats, endsStream: false)
        let burst = StreamExchange(sinks: [sink], patience: .max)
        _ = exchange(burst, limit: limit)
        return burst.received(from: 0)
    }
}
