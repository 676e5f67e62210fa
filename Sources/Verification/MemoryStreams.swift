import Simulation

/// The two streams of a memory's port and the fields that it needs of them.
///
/// | stream | field | |
/// |---|---|---|
/// | request, out of the module | `address`, or the whole payload | byte address |
/// | | `beats`, if there is one | beats less one; else one beat |
/// | | `tag`, if there is one | comes back with each beat |
/// | response, into the module; without `ready` every beat is taken at once | `data`, or the whole payload | one beat, whole bytes |
/// | | `tag`, if there is one | |
/// | | `error` or `resp`, if there is one | 0 but for a fault |
struct MemoryStreams: Sendable {
    let request, response: StreamPins
    let address, data: SimulatedPort
    let beats, askedTag, tag, error: SimulatedPort?
    /// What `error` is for a beat that is at fault.
    let errorValue: Int

    /// - Throws: `StreamPortError` for a stream or field that is not there, `MemoryConfigurationError` for data that are
    ///   not whole bytes.
    init(request: String, response: String, among ports: [SimulatedPort]) throws {
        func pins(_ name: String, isOutput: Bool) throws(StreamPortError) -> StreamPins {
            let pins = try StreamPins(name, among: ports)
            guard pins.isOutput == isOutput else {
                throw StreamPortError(
                    stream: name, missing: "\(isOutput ? "output" : "input") \(pins.valid.name)", present: ports.map(\.name))
            }
            guard pins.ready != nil || !isOutput else {
                throw StreamPortError(stream: name, missing: name + "_ready", present: ports.map(\.name))
            }
            return pins
        }
        func field(_ names: [String], of pins: StreamPins) -> SimulatedPort? {
            pins.payload.fields.first { names.contains($0.name) }
        }
        func required(_ name: String, of pins: StreamPins) throws(StreamPortError) -> SimulatedPort {
            guard let found = field([name, ""], of: pins) else {
                throw StreamPortError(
                    stream: pins.name, missing: "payload field \(name)", present: pins.payload.fields.map(\.name))
            }
            return found
        }
        self.request = try pins(request, isOutput: true)
        self.response = try pins(response, isOutput: false)
        address = try required("address", of: self.request)
        beats = field(["beats"], of: self.request)
        askedTag = field(["tag"], of: self.request)
        data = try required("data", of: self.response)
        tag = field(["tag"], of: self.response)
        error = field(["error", "resp"], of: self.response)
        errorValue = error.map { $0.name == "resp" && $0.width > 1 ? 2 : 1 } ?? 0
        guard data.width % 8 == 0 else {
            throw MemoryConfigurationError("the data of `\(response)` have \(data.width) bits: a memory serves whole bytes")
        }
        for (tag, stream) in [(askedTag, request), (tag, response)] where tag?.width ?? 0 > Self.mostTagBits {
            throw MemoryConfigurationError(
                "the tag of `\(stream)` has \(tag!.width) bits: a memory counts beats by tag, of up to \(Self.mostTagBits) bits")
        }
    }

    static let mostTagBits = 16

    var beatBytes: Int { data.width / 8 }
    var tags: Int { 1 << (askedTag?.width ?? 0) }
}

extension StreamScenario {
    /// A memory behind two streams of the module.
    public struct Memory: Sendable {
        /// From byte address 0 on.
        public let image: [UInt8]
        public let timing: MemoryTiming
        public let faults: [MemoryFault]
        let streams: MemoryStreams

        public var request: StreamPins { streams.request }
        public var response: StreamPins { streams.response }

        /// - Throws: `StreamPortError` for a stream or field that is not there, `MemoryConfigurationError` for a timing or
        ///   a fault that cannot be.
        public init(
            _ image: [UInt8], request: String, response: String, timing: MemoryTiming, faults: [MemoryFault] = [],
            among ports: [SimulatedPort]
        ) throws {
            streams = try MemoryStreams(request: request, response: response, among: ports)
            try timing.check(beatBytes: streams.beatBytes)
            for fault in faults { try fault.check(streams) }
            self.image = image
            self.timing = timing
            self.faults = faults
        }
    }
}
