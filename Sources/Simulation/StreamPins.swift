/// Where a valid/ready stream of the top lies in `Simulator.values`.
public struct StreamPins: Sendable, Hashable {
    public let name: String
    /// The word of each one-bit port.
    public let valid, ready: Int
    /// First word of the payload; its fields follow one another in declaration order.
    public let payload: Int
    /// For each word of the payload, the bits that its port has.
    public let payloadMasks: [UInt64]
    /// The top takes beats from it.
    public let isInput: Bool
    public var payloadWords: Int { payloadMasks.count }

    /// The stream whose ports are `<name>_valid`, `<name>_ready`, `<name>_payload` or `<name>_payload_<field>`.
    /// - Throws: `UnknownName`, `BurstError`.
    public init(_ name: String, of simulator: some Simulator) throws {
        func port(_ full: String) throws(UnknownName) -> SimulatedPort {
            guard let port = simulator.port(full) else {
                throw UnknownName(full, kind: "port", among: simulator.ports.map(\.name))
            }
            return port
        }
        self.name = name
        let valid = try port(name + "_valid"), whole = name + "_payload"
        self.valid = valid.firstWord
        isInput = valid.isInput
        ready = try port(name + "_ready").firstWord
        let fields = simulator.ports.filter { $0.name == whole || $0.name.hasPrefix(whole + "_") }
        payload = fields.first?.firstWord ?? 0
        var masks: [UInt64] = []
        for field in fields {
            if field.firstWord != payload + masks.count { throw BurstError(stream: name, problem: .scatteredPayload) }
            masks += (0..<field.wordCount).map { .max >> UInt64(max(0, 64 * ($0 + 1) - field.width)) }
        }
        payloadMasks = masks
    }
}

/// A burst that a stream cannot have.
public struct BurstError: Error, CustomStringConvertible, Hashable {
    public enum Problem: Hashable, Sendable {
        /// The payload's fields do not follow one another in the port list: such a stream is driven port by port.
        case scatteredPayload
        /// Beats are sent to a stream that leaves the module, or taken from one that enters it.
        case wrongDirection
        /// The words given are not whole beats of `payloadWords` words.
        case partialBeat(words: Int, payloadWords: Int)
    }

    public let stream: String
    public let problem: Problem

    public init(stream: String, problem: Problem) {
        (self.stream, self.problem) = (stream, problem)
    }

    public var description: String {
        switch problem {
        case .scatteredPayload:
            "the payload fields of stream `\(stream)` are not declared one after another: drive it port by port"
        case .wrongDirection:
            "stream `\(stream)` goes the other way: sources send into the module, sinks take from it"
        case .partialBeat(let words, let payloadWords):
            "\(words) words are no whole number of beats of stream `\(stream)`, which have \(payloadWords) words each"
        }
    }
}
