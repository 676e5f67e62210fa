/// An output that a four-state engine could not tell.
public struct UnknownOutput: Sendable, Hashable, CustomStringConvertible {
    public let port: String
    /// Its value, highest bit first, of the digits 0, 1, x and z.
    public let bits: String
    public let cycle: Int

    public init(port: String, bits: String, cycle: Int) {
        (self.port, self.bits, self.cycle) = (port, bits, cycle)
    }

    public var description: String { "cycle \(cycle): `\(port)` is \(bits)" }
}

/// Outputs that were unknown after the reset: state that neither a reset nor a write has set reaches them.
public struct UnknownOutputs: Error, CustomStringConvertible {
    public let top: String
    /// The first time of each, in order.
    public let outputs: [UnknownOutput]

    public var description: String {
        "outputs of \(top) are unknown after the reset:\n" + outputs.map(\.description).joined(separator: "\n")
    }
}
