/// The ports of one valid/ready stream among a top's ports, by the name it has in the module's `Ports`.
///
/// A stream without `<name>_ready` is a pulse that cannot be refused; a lone one-bit port `<name>` is a pulse without payload.
public struct StreamPins: Sendable {
    public let name: String
    public let valid: SimulatedPort
    /// Nil: every beat is taken at once.
    public let ready: SimulatedPort?
    public let payload: PayloadLayout
    /// Where the payload begins in `Simulator.values`.
    public let firstWord: Int

    /// - Throws: `StreamPortError` if there is no such stream, or its payload does not lie in one piece.
    public init(_ name: String, among ports: [SimulatedPort]) throws(StreamPortError) {
        guard let valid = ports.first(where: { $0.name == name + "_valid" || $0.name == name && $0.width == 1 }) else {
            throw StreamPortError(stream: name, missing: name + "_valid", present: ports.map(\.name))
        }
        let whole = name + "_payload"
        let payload = ports.filter { $0.name == whole || $0.name.hasPrefix(whole + "_") }
        for (port, next) in zip(payload, payload.dropFirst()) where port.firstWord + port.wordCount != next.firstWord {
            throw StreamPortError(
                stream: name, missing: "\(next.name) right behind \(port.name)", present: ports.map(\.name))
        }
        self.name = name
        self.valid = valid
        ready = ports.first { $0.name == name + "_ready" }
        firstWord = payload.first?.firstWord ?? 0
        self.payload = PayloadLayout(stream: name, ports: payload)
    }

    /// Words of a beat.
    public var payloadWords: Int { payload.wordCount }

    public init(_ name: String, of simulator: some Simulator) throws(StreamPortError) {
        try self.init(name, among: simulator.ports)
    }

    /// The module drives `valid` and the payload.
    public var isOutput: Bool { !valid.isInput }

    /// All streams among `ports` that can be told by their `_valid`, in order of declaration.
    public static func all(among ports: [SimulatedPort]) -> [StreamPins] {
        ports.filter { $0.name.hasSuffix("_valid") }.compactMap { try? StreamPins(String($0.name.dropLast(6)), among: ports) }
    }
}

/// A stream or field that a test bench asks for and the design does not have.
public struct StreamPortError: Error, CustomStringConvertible {
    public let stream: String
    public let missing: String
    public let present: [String]

    public init(stream: String, missing: String, present: [String]) {
        (self.stream, self.missing, self.present) = (stream, missing, present)
    }

    public var description: String {
        "the design has no `\(missing)` for stream `\(stream)`; it has \(present.joined(separator: ", "))"
    }
}
