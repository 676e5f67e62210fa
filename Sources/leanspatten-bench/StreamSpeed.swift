import Accelerator
import Blocks
import Configuration
import Cosimulation
import RTL
import SeededRandom
import Simulation
import Verification

/// Cycles a second of a stream test in Verilator: the whole test in one call against a call for every cycle and signal.
struct StreamSpeed: Benchmark {
    let names = ["exchange-fifo-vs-per-signal", "exchange-query-key-vs-per-signal"]

    func run(_ report: Report) throws {
        let lane = LaneConfiguration(headSize: 64, multipliers: 64)
        if report.wants(names[0]) {
            try streamSpeed(names[0], Design(Fifo(bits: 32, depth: 16)), [("input", 400_000)], "output", 400_000, report)
        }
        if report.wants(names[1]) {
            try streamSpeed(
                names[1], Design(QueryKeyUnit(lane: lane)), [("query", 60_000), ("keys", 100_000)], "scores", nil, report)
        }
    }
}

/// `capacity` nil: the sink takes what comes, and the test ends when the module has come to rest.
private func streamSpeed(
    _ name: String, _ design: Design, _ sources: [(name: String, beats: Int)], _ sink: String, _ capacity: Int?,
    _ report: Report
) throws {
    let model = try VerilatorModel.build(design)
    func stalls(_ index: Int) -> StallPattern { StallPattern(seed: UInt64(index), probability: 0.2) }
    func words(_ pins: StreamPins, beats: Int) -> [UInt64] {
        var random = SeededGenerator(seed: 1, name: pins.name)
        return (0..<beats * pins.payloadWords).map { random.next() & pins.payload.bits[$0 % pins.payloadWords] }
    }
    let most = capacity ?? sources.reduce(0) { max($0, $1.beats) }
    func exchangeRate() throws -> (rate: Double, received: [UInt64], cycles: Int) {
        let simulator = VerilatorSimulator(model, seed: 1)
        let exchange = StreamExchange(
            sources: try sources.enumerated().map { index, source in
                let pins = try StreamPins(source.name, of: simulator)
                return try .init(pins, beats: words(pins, beats: source.beats), stalls: stalls(index))
            },
            sinks: [try .init(StreamPins(sink, of: simulator), capacity: most, stalls: stalls(sources.count), endsStream: false)],
            patience: 1000)
        simulator.applyReset()
        let time = processorSeconds { _ = simulator.exchange(exchange) }
        return (Double(exchange.cycle) / time, exchange.received(from: 0), exchange.cycle)
    }
    /// The same bench with the ports at hand in Swift.
    func perSignalRate() throws -> (rate: Double, received: [UInt64], cycles: Int) {
        let simulator = VerilatorSimulator(model, seed: 1)
        let ports = try sources.map { try StreamPort($0.name, of: simulator) }, output = try StreamPort(sink, of: simulator)
        let pins = try sources.map { try StreamPins($0.name, of: simulator) }
        let beats = zip(pins, sources).map { words($0, beats: $1.beats) }
        var patterns = sources.indices.map(stalls), sinkPattern = stalls(sources.count)
        var next = [Int](repeating: 0, count: sources.count), offers = [Bool](repeating: false, count: sources.count)
        var received: [UInt64] = [], taken = 0, lastMove = 0, cycle = 0
        var noise = SeededGenerator(seed: 0)
        simulator.applyReset()
        let time = processorSeconds {
            while taken < most || zip(next, sources).contains(where: { $0 < $1.beats }) {
                for index in ports.indices where !offers[index] {
                    let payload = simulator.values.baseAddress! + pins[index].firstWord, count = pins[index].payloadWords
                    if next[index] < sources[index].beats, !patterns[index].next() {
                        for word in 0..<count { payload[word] = beats[index][next[index] * count + word] }
                        offers[index] = true
                    } else {
                        for word in 0..<count { payload[word] = noise.next() & pins[index].payload.bits[word] }
                    }
                    ports[index].isValid = offers[index]
                }
                output.isReady = taken < most && !sinkPattern.next()
                simulator.settle()
                for index in ports.indices where ports[index].fires {
                    next[index] += 1
                    offers[index] = false
                    lastMove = cycle
                }
                if output.fires {
                    for field in output.payload { for word in 0..<field.port.wordCount { received.append(field.storage[word]) } }
                    taken += 1
                    lastMove = cycle
                }
                if cycle - lastMove >= 1000 { break }
                simulator.clockEdge()
                cycle += 1
            }
        }
        return (Double(cycle) / time, received, cycle)
    }
    var rates: [(exchange: Double, perSignal: Double)] = []
    for _ in 0..<3 {
        let (exchange, perSignal) = (try exchangeRate(), try perSignalRate())
        guard exchange.received == perSignal.received, exchange.cycles == perSignal.cycles else {
            fatalError("\(name): the two benches differ")
        }
        rates.append((exchange.rate, perSignal.rate))
    }
    let median = rates.sorted { $0.exchange / $0.perSignal < $1.exchange / $1.perSignal }[1]
    report.add(Figure(name, median.exchange, .cyclesPerSecond, peer: "a call a cycle", peerValue: median.perSignal))
}
