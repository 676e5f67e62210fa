import SeededRandom
import Simulation

/// The driving end of an input stream while a bench runs.
struct SourceState {
    let source: StreamScenario.Source
    private let valid, payload: UnsafeMutablePointer<UInt64>
    private let ready: UnsafeMutablePointer<UInt64>?
    private let bits: [UInt64]
    /// The stream that the beats wait for, among all sources and then all sinks.
    let gate: Int?
    var stalls: StallPattern
    private(set) var next = 0
    private(set) var isOffering = false
    private(set) var cycles: [Int] = []

    init(_ source: StreamScenario.Source, _ base: UnsafeMutablePointer<UInt64>, _ stalls: StallPattern, gate: Int?) {
        self.source = source
        self.stalls = stalls
        self.gate = gate
        valid = base + source.pins.valid.firstWord
        ready = source.pins.ready.map { base + $0.firstWord }
        payload = base + source.pins.firstWord
        bits = source.pins.payload.bits
    }

    var isDone: Bool { next == source.beats.count }
    var fires: Bool { isOffering && (ready?.pointee ?? 1) & 1 == 1 }

    mutating func offer(_ noise: inout SeededGenerator) {
        let first = next * bits.count
        for word in bits.indices {
            let mask = source.beats.masks[first + word]
            payload[word] = source.beats.words[first + word] & mask
            if mask != bits[word] { payload[word] |= noise.next() & bits[word] & ~mask }
        }
        valid.pointee = 1
        isOffering = true
    }

    func scramble(_ noise: inout SeededGenerator, isValid: Bool) {
        for word in bits.indices { payload[word] = noise.next() & bits[word] }
        valid.pointee = isValid ? 1 : 0
    }

    mutating func taken(_ cycle: Int) {
        cycles.append(cycle)
        next += 1
        isOffering = false
    }
}

/// The watching end of an output stream while a bench runs.
struct SinkState {
    let sink: StreamScenario.Sink
    private let valid: UnsafeMutablePointer<UInt64>
    private let payload: UnsafeMutableBufferPointer<UInt64>
    let ready: UnsafeMutablePointer<UInt64>?
    var stalls: StallPattern
    private(set) var received = 0
    private(set) var cycles: [Int] = []
    /// Filled where nothing is expected, or in any order.
    private var collected: BeatSequence
    /// Of an unordered stream, the beats that have not come.
    private var outstanding: [Int]
    /// The payload that waited in the last cycle.
    private var waiting: [UInt64]
    private var isWaiting = false

    init(_ sink: StreamScenario.Sink, _ base: UnsafeMutablePointer<UInt64>, _ stalls: StallPattern) {
        self.sink = sink
        self.stalls = stalls
        valid = base + sink.pins.valid.firstWord
        ready = sink.pins.ready.map { base + $0.firstWord }
        payload = UnsafeMutableBufferPointer(start: base + sink.pins.firstWord, count: sink.pins.payload.wordCount)
        collected = BeatSequence(sink.pins.payload)
        outstanding = sink.isUnordered ? Array(0..<(sink.expected?.count ?? 0)) : []
        waiting = [UInt64](repeating: 0, count: payload.count)
    }

    var isDone: Bool { sink.count.map { received == $0 } ?? true }
    var beats: BeatSequence { sink.isUnordered ? collected : sink.expected ?? collected }

    /// After the logic has settled: whether a beat passes.
    mutating func watch(_ cycle: Int) throws -> Bool {
        guard valid.pointee & 1 == 1 else {
            if isWaiting { throw fault(.withdrawn, cycle) }
            return false
        }
        if received == sink.count { throw fault(.unexpected, cycle) }
        if isWaiting, !waiting.elementsEqual(payload) { throw fault(.changed, cycle) }
        isWaiting = (ready?.pointee ?? 1) & 1 == 0
        if isWaiting {
            for word in payload.indices { waiting[word] = payload[word] }
            return false
        }
        if let expected = sink.expected, sink.isUnordered {
            guard let place = outstanding.firstIndex(where: { expected.difference($0, payload) == nil }) else {
                throw Divergence(
                    stream: sink.pins.name, beat: received, beats: expected.count, port: sink.pins.name, path: sink.pins.name,
                    cycle: cycle, expected: "one of the \(outstanding.count) beats that have not come", seen: hexadecimal(Array(payload)))
            }
            outstanding.remove(at: place)
            collected.append(UnsafeBufferPointer(payload))
        } else if let expected = sink.expected {
            if let difference = expected.difference(received, payload) {
                throw Divergence(
                    stream: sink.pins.name, beat: received, beats: expected.count, port: difference.port, path: difference.path,
                    cycle: cycle, expected: difference.expected, seen: difference.seen)
            }
        } else {
            collected.append(UnsafeBufferPointer(payload))
        }
        cycles.append(cycle)
        received += 1
        return true
    }

    func fault(_ fault: StreamProtocolError.Fault, _ cycle: Int) -> StreamProtocolError {
        StreamProtocolError(stream: sink.pins.name, cycle: cycle, beat: received, fault: fault)
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
        /// Nothing moves any more, and a beat is due.
        case missing
        /// Still moves when the cycles that it was given are over.
        case endless
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
        case .missing: "cycle \(cycle): `\(stream)` has come to rest, but beat \(beat) is due"
        case .endless: "cycle \(cycle): still moves, and should have ended; done so far: \(stream)"
        case .stuck(let cycles): "cycle \(cycle): nothing has moved for \(cycles) cycles; done so far: \(stream)"
        }
    }
}
