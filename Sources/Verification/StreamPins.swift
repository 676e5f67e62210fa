import Simulation

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

    /// The module drives `valid` and the payload.
    public var isOutput: Bool { !valid.isInput }

    /// All streams among `ports` that can be told by their `_valid`, in order of declaration.
    public static func all(among ports: [SimulatedPort]) -> [StreamPins] {
        ports.filter { $0.name.hasSuffix("_valid") }.compactMap { try? StreamPins(String($0.name.dropLast(6)), among: ports) }
    }
}

/// The fields of a stream's payload and their places in a beat's words, which lie as the ports do: each field from a
/// word of its own, least significant word first.
public struct PayloadLayout: Sendable {
    public let stream: String
    /// `firstWord` counts from the beat's own; names are those within the payload, "" if it is one signal.
    public let fields: [SimulatedPort]
    public let wordCount: Int

    init(stream: String, ports: [SimulatedPort]) {
        self.stream = stream
        let whole = stream + "_payload"
        fields = SimulatedPort.layout(ports.map { port in
            (String(port.name.dropFirst(whole.utf8.count + (port.name == whole ? 0 : 1))), port.isInput, port.isSigned, port.width)
        })
        wordCount = fields.last.map { $0.firstWord + $0.wordCount } ?? 0
    }

    /// The name of a field's port.
    func portName(_ field: SimulatedPort) -> String { stream + "_payload" + (field.name.isEmpty ? "" : "_" + field.name) }

    /// All bits that the payload has, word by word.
    var bits: [UInt64] {
        fields.flatMap { field in
            (0..<field.wordCount).map { word in
                let width = min(64, field.width - 64 * word)
                return width == 64 ? .max : (1 << UInt64(width)) - 1
            }
        }
    }
}
