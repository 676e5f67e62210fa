import Simulation

/// Watches a stream anywhere in the hierarchy, and compares what passes with what should.
///
/// Looking inside is for engines that can: the native one sees every named signal.
public struct StreamMonitor {
    public let pins: StreamPins
    public let expected: BeatSequence
    /// Beats that have passed.
    public private(set) var passed = 0
    /// The first wrong beat.
    public private(set) var divergence: Divergence?
    private let valid, ready: WaveSignal?
    private let payload: [WaveSignal]
    private var words: [UInt64] = [], field: [UInt64] = []

    /// - Parameters:
    ///   - path: `softmax.weights`
    ///   - expected: with what meaning; it gets the payload's layout.
    /// - Throws: `StreamPortError` if the simulator shows no such stream.
    public init(
        _ path: String, of simulator: any Simulator, expecting expected: (PayloadLayout) throws -> BeatSequence
    ) throws {
        let signals = simulator.waveSignals.filter { $0.path.hasPrefix(path) }
        let ports = SimulatedPort.layout(signals.map { ($0.path, false, $0.isSigned, $0.width) })
        let pins = try StreamPins(path, among: ports)
        func signal(_ name: String) -> WaveSignal? { signals.first { $0.path == name } }
        self.pins = pins
        self.expected = try expected(pins.payload)
        valid = signal(pins.valid.name)
        ready = pins.ready.flatMap { signal($0.name) }
        payload = pins.payload.fields.compactMap { signal(pins.payload.portName($0)) }
    }

    /// Takes the values of this cycle. Call between `settle()` and `clockEdge()`.
    public mutating func sample(cycle: Int) {
        guard divergence == nil, isSet(valid), ready == nil || isSet(ready) else { return }
        words.removeAll(keepingCapacity: true)
        for signal in payload {
            signal.read(&field)
            words += field
        }
        if passed == expected.count {
            divergence = Divergence(
                stream: pins.name, beat: passed, beats: expected.count, port: pins.valid.name, path: pins.name, cycle: cycle,
                expected: "no more beats", seen: hexadecimal(words))
        } else if let difference = expected.difference(passed, words) {
            divergence = Divergence(
                stream: pins.name, beat: passed, beats: expected.count, port: difference.port, path: difference.path, cycle: cycle,
                expected: difference.expected, seen: difference.seen)
        }
        passed += 1
    }

    private mutating func isSet(_ signal: WaveSignal?) -> Bool {
        guard let signal else { return false }
        signal.read(&field)
        return field[0] & 1 == 1
    }
}
