import SeededRandom
import Simulation

/// A memory of a scenario while a bench runs: answers the requests, and watches that they keep to the protocol.
struct MemoryState {
    private let memory: StreamScenario.Memory
    private let model: MemoryModel
    private var requests: SinkState
    private let valid: UnsafeMutablePointer<UInt64>
    /// Nil: every beat is taken at once.
    private let ready: UnsafeMutablePointer<UInt64>?
    private let payload: UnsafeMutableBufferPointer<UInt64>
    private let bits: [UInt64]
    private var cycles: [Int] = []
    private var beats: BeatSequence

    init(_ memory: StreamScenario.Memory, _ simulator: any Simulator, _ timing: StreamTiming) {
        self.memory = memory
        model = MemoryModel(
            memory, of: simulator, requestStalls: timing.pattern(of: memory.request.name),
            responseStalls: timing.pattern(of: memory.response.name))
        let base = simulator.values.baseAddress!, response = memory.response
        requests = SinkState(StreamScenario.Sink(pins: memory.request, expected: nil, count: nil), base, .none)
        valid = base + response.valid.firstWord
        ready = response.ready.map { base + $0.firstWord }
        payload = UnsafeMutableBufferPointer(start: base + response.firstWord, count: response.payload.wordCount)
        bits = response.payload.bits
        beats = BeatSequence(response.payload)
    }

    /// All that was asked for has been delivered.
    var isDone: Bool { model.isIdle }

    /// The key of `traffic`.
    var request: String { memory.request.name }
    var traffic: MemoryModel.Traffic { model.traffic }

    var transfers: [(String, StreamRun.Transfers)] {
        [(memory.request.name, StreamRun.Transfers(cycles: requests.cycles, beats: requests.beats)),
         (memory.response.name, StreamRun.Transfers(cycles: cycles, beats: beats))]
    }

    var progress: String {
        "\(memory.request.name) \(requests.received), \(memory.response.name) \(cycles.count)"
    }

    /// During the reset, in which no request is taken.
    func scramble(_ noise: inout SeededGenerator) {
        for word in bits.indices { payload[word] = noise.next() & bits[word] }
        valid.pointee = noise.next() & 1
        requests.ready!.pointee = noise.next() & 1
    }

    /// Before the logic settles: noise where no beat is offered.
    func drive(_ cycle: Int, _ noise: inout SeededGenerator) {
        if !model.isOffering {
            for word in bits.indices { payload[word] = noise.next() & bits[word] }
        }
        model.drive(cycle: cycle)
    }

    /// After the logic has settled: whether a request or a beat passes, or beats are being fetched.
    mutating func watch(_ cycle: Int) throws -> Bool {
        let asks = try requests.watch(cycle)
        let delivers = valid.pointee & (ready?.pointee ?? 1) & 1 == 1
        if delivers {
            cycles.append(cycle)
            beats.append(UnsafeBufferPointer(payload))
        }
        try model.observe(cycle: cycle)
        return asks || delivers || model.isFetching
    }
}
