/// The fields of a stream's payload and their places in a beat's words, which lie as the ports do: each field from a
/// word of its own, least significant word first.
public struct PayloadLayout: Sendable {
    public let stream: String
    /// `firstWord` counts from the beat's own; names are those within the payload, "" if it is one signal.
    public let fields: [SimulatedPort]
    public let wordCount: Int
    /// All bits that the payload has, word by word.
    package let bits: [UInt64]

    init(stream: String, ports: [SimulatedPort]) {
        self.stream = stream
        let whole = stream + "_payload"
        fields = SimulatedPort.layout(ports.map { port in
            (String(port.name.dropFirst(whole.utf8.count + (port.name == whole ? 0 : 1))), port.isInput, port.isSigned, port.width)
        })
        wordCount = fields.last.map { $0.firstWord + $0.wordCount } ?? 0
        bits = fields.flatMap { field in
            (0..<field.wordCount).map { .max >> UInt64(max(0, 64 * ($0 + 1) - field.width)) }
        }
    }

    /// The name of a field's port.
    package func portName(_ field: SimulatedPort) -> String { stream + "_payload" + (field.name.isEmpty ? "" : "_" + field.name) }

}
