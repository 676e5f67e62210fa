import SeededRandom

/// The state of a `StreamExchange` in plain words, which C++ reads and writes too: all fields are 64 bits, in this order.
package final class ExchangeState {
    /// A source or a sink.
    package struct Stream {
        /// Words of `Simulator.values`.
        let valid, ready, payload: UInt64
        let payloadWords: UInt64
        /// The beats of a source; what a sink has taken.
        let beats: UnsafeMutablePointer<UInt64>
        /// One beat: of a source its masks, of a sink what waited in the last cycle.
        let scratch: UnsafeMutablePointer<UInt64>
        /// Of each beat done.
        let cycles: UnsafeMutablePointer<UInt64>
        let count: UInt64
        var done: UInt64 = 0
        /// A source offers, a sink's beat waits.
        var isPending: UInt64 = 0
        let endsStream: UInt64
        /// As in `StallPattern`.
        var stallState: UInt64
        let stallThreshold: UInt64
        let stallBits: UnsafeMutablePointer<UInt64>
        let stallBitCount: UInt64
        var nextStallBit: UInt64
    }

    package struct Control {
        /// Sources first.
        let streams: UnsafeMutablePointer<Stream>
        let sourceCount, sinkCount: UInt64
        var noiseState: UInt64
        var cycle: UInt64 = 0
        /// Of the last transfer.
        var lastMove: UInt64 = 0
        /// When the quiet cycles are over; `never` before all is done.
        var end: UInt64 = never
        let quietCycles, patience: UInt64
        var faultySink: UInt64 = 0
    }

    static let never = UInt64.max
    /// What a run returns; from `firstFault` on in the order of `StreamExchange.Violation.Fault`.
    static let finished: UInt64 = 0, limit: UInt64 = 1, stuck: UInt64 = 2, firstFault: UInt64 = 3

    package let control: UnsafeMutablePointer<Control>
    private let streams: UnsafeMutableBufferPointer<Stream>

    init(
        sources: [StreamExchange.Source], sinks: [StreamExchange.Sink], noiseSeed: UInt64, quietCycles: Int, patience: Int
    ) {
        streams = .allocate(capacity: sources.count + sinks.count)
        for (index, source) in sources.enumerated() {
            let masks = source.pins.payload.bits
            let count = source.beats.count / masks.count
            let stream = Self.stream(source.pins, count: count, stalls: source.stalls, endsStream: true)
            for (word, mask) in masks.enumerated() { stream.scratch[word] = mask }
            for (word, value) in source.beats.enumerated() { stream.beats[word] = value & masks[word % masks.count] }
            streams.initializeElement(at: index, to: stream)
        }
        for (index, sink) in sinks.enumerated() {
            streams.initializeElement(at: sources.count + index, to: Self.stream(
                sink.pins, count: sink.capacity, stalls: sink.stalls, endsStream: sink.endsStream))
        }
        control = .allocate(capacity: 1)
        control.initialize(to: Control(
            streams: streams.baseAddress!, sourceCount: UInt64(sources.count), sinkCount: UInt64(sinks.count),
            noiseState: noiseSeed, quietCycles: UInt64(quietCycles), patience: UInt64(patience)))
    }

    deinit {
        for stream in streams {
            for words in [stream.beats, stream.scratch, stream.cycles, stream.stallBits] { words.deallocate() }
        }
        streams.deallocate()
        control.deallocate()
    }

    private static func stream(_ pins: StreamPins, count: Int, stalls: StallPattern, endsStream: Bool) -> Stream {
        guard let ready = pins.ready else { preconditionFailure("\(pins.name) has no ready") }
        let bits = words(stalls.bits.count)
        for (word, value) in stalls.bits.enumerated() { bits[word] = value }
        return Stream(
            valid: UInt64(pins.valid.firstWord), ready: UInt64(ready.firstWord), payload: UInt64(pins.firstWord),
            payloadWords: UInt64(pins.payloadWords), beats: words(count * pins.payloadWords),
            scratch: words(pins.payloadWords), cycles: words(count), count: UInt64(count), endsStream: endsStream ? 1 : 0,
            stallState: stalls.generator.state, stallThreshold: stalls.threshold, stallBits: bits,
            stallBitCount: UInt64(stalls.bitCount), nextStallBit: UInt64(stalls.nextBit))
    }

    private static func words(_ count: Int) -> UnsafeMutablePointer<UInt64> {
        let words = UnsafeMutablePointer<UInt64>.allocate(capacity: max(1, count))
        words.initialize(repeating: 0, count: max(1, count))
        return words
    }

    func source(_ index: Int) -> UnsafeMutablePointer<Stream> {
        precondition(index < control.pointee.sourceCount, "there is no source \(index)")
        return control.pointee.streams + index
    }

    func sink(_ index: Int) -> UnsafeMutablePointer<Stream> {
        precondition(index < control.pointee.sinkCount, "there is no sink \(index)")
        return control.pointee.streams + Int(control.pointee.sourceCount) + index
    }

    func cycles(_ stream: UnsafeMutablePointer<Stream>) -> [Int] {
        (0..<Int(stream.pointee.done)).map { Int(stream.pointee.cycles[$0]) }
    }
}
