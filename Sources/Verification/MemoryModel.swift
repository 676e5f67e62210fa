import Simulation

/// A memory behind a streaming read port: `<request>` asks for bursts of beats, `<response>` brings them in order.
///
/// A request's first beat can be taken `latency` cycles after the request was; then a beat a cycle. Reads outside the
/// image end the run with an error.
public final class MemoryModel {
    /// What has passed through the port.
    public struct Traffic: Hashable, Sendable {
        public internal(set) var requests = 0
        /// Beats delivered, by tag.
        public internal(set) var beats: [Int]
        /// Cycle of the first request.
        public internal(set) var firstRequestCycle: Int?
        /// Cycle of the last beat.
        public internal(set) var lastBeatCycle: Int?
        public var totalBeats: Int { beats.reduce(0, +) }

        package init(requests: Int = 0, beats: [Int], firstRequestCycle: Int? = nil, lastBeatCycle: Int? = nil) {
            self.requests = requests
            self.beats = beats
            self.firstRequestCycle = firstRequestCycle
            self.lastBeatCycle = lastBeatCycle
        }
    }

    private struct Burst {
        var offset: Int
        var beats: Int
        let tag: Int
        let readyCycle: Int
    }

    private let image: [UInt8]
    private let beatBytes: Int
    private let latency: Int
    private let request, response: StreamPort
    private let address, length, askedTag, data, tag: PortHandle
    private var requestStalls, responseStalls: StallPattern
    private var bursts: [Burst] = []
    private var head = 0
    private var offering = false
    public private(set) var traffic: Traffic

    /// - Parameters:
    ///   - image: The memory from byte address 0 on, whole beats.
    ///   - latency: Cycles from an accepted request to its first beat, at least 1.
    ///   - stallSeed: Random hesitation of both streams; nil: none.
    public init(
        image: [UInt8], latency: Int, stallSeed: UInt64?, request: String, response: String, of simulator: some Simulator
    ) throws(StreamPortError) {
        precondition(latency >= 1, "a memory needs a cycle")
        self.image = image
        self.latency = latency
        self.request = try StreamPort(request, of: simulator)
        self.response = try StreamPort(response, of: simulator)
        address = try self.request.field("address")
        length = try self.request.field("beats")
        askedTag = try self.request.field("tag")
        data = try self.response.field("data")
        tag = try self.response.field("tag")
        beatBytes = data.port.width / 8
        requestStalls = stallSeed.map { StallPattern(seed: $0 &+ 1, probability: 0.3) } ?? .none
        responseStalls = stallSeed.map { StallPattern(seed: $0 &+ 2, probability: 0.3) } ?? .none
        traffic = Traffic(beats: [Int](repeating: 0, count: 1 << tag.port.width))
    }

    /// Nothing asked for is outstanding.
    public var isIdle: Bool { head == bursts.count }

    /// Before `settle()`: offers a beat, says whether a request can come.
    public func drive(cycle: Int) {
        request.isReady = !requestStalls.next()
        if !offering, head < bursts.count, bursts[head].readyCycle <= cycle, !responseStalls.next() {
            let burst = bursts[head]
            image.withUnsafeBytes { bytes in
                data.storage.withMemoryRebound(to: UInt8.self, capacity: beatBytes) {
                    $0.update(from: bytes.baseAddress!.assumingMemoryBound(to: UInt8.self) + burst.offset, count: beatBytes)
                }
            }
            tag.value = burst.tag
            offering = true
        }
        response.isValid = offering
    }

    /// After `settle()`: takes a request, retires a beat. Throws if the request leaves the image.
    public func observe(cycle: Int) throws(MemoryModelError) {
        if offering, response.isReady {
            offering = false
            traffic.beats[bursts[head].tag] += 1
            traffic.lastBeatCycle = cycle
            bursts[head].offset += beatBytes
            bursts[head].beats -= 1
            if bursts[head].beats == 0 { retire() }
        }
        if request.fires {
            let burst = Burst(offset: address.value, beats: length.value + 1, tag: askedTag.value, readyCycle: cycle + latency)
            guard burst.offset % beatBytes == 0, burst.offset + burst.beats * beatBytes <= image.count else {
                throw MemoryModelError(address: burst.offset, beats: burst.beats, imageBytes: image.count, cycle: cycle)
            }
            traffic.requests += 1
            if traffic.firstRequestCycle == nil { traffic.firstRequestCycle = cycle }
            bursts.append(burst)
        }
    }

    private func retire() {
        head += 1
        if head > 1024 {
            bursts.removeFirst(head)
            head = 0
        }
    }
}

/// A read that the memory cannot serve.
public struct MemoryModelError: Error, CustomStringConvertible {
    public let address, beats, imageBytes, cycle: Int

    public var description: String {
        "cycle \(cycle): the design reads \(beats) beats at byte \(address), outside the \(imageBytes) bytes of memory "
            + "or not aligned to a beat: check the plane addresses and the row's key count"
    }
}
