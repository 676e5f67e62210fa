import Simulation

/// A valid/ready stream among the top's ports, by the name it has in the module's `Ports`.
///
/// Writes and reads go straight to the simulator's words: nothing is looked up in the inner loop.
public struct StreamPort {
    public let name: String
    private let valid, ready: PortHandle
    private let fields: [String: PortHandle]
    /// All fields of the payload, in declaration order.
    public let payload: [PortHandle]

    /// Throws if the simulator's top has no such stream.
    public init(_ name: String, of simulator: some Simulator) throws(StreamPortError) {
        func port(_ full: String) throws(StreamPortError) -> PortHandle {
            guard let port = simulator.port(full) else {
                throw StreamPortError(stream: name, missing: full, present: simulator.ports.map(\.name))
            }
            return PortHandle(port, of: simulator)
        }
        self.name = name
        valid = try port(name + "_valid")
        ready = try port(name + "_ready")
        let whole = name + "_payload"
        let ports = simulator.ports.filter { $0.name == whole || $0.name.hasPrefix(whole + "_") }
        payload = ports.map { PortHandle($0, of: simulator) }
        fields = Dictionary(
            zip(ports, payload).map { (String($0.name.dropFirst(whole.utf8.count + ($0.name == whole ? 0 : 1))), $1) },
            uniquingKeysWith: { first, _ in first })
    }

    /// A field of the payload; "" if the payload is one signal.
    public func field(_ field: String) throws(StreamPortError) -> PortHandle {
        guard let handle = fields[field] else {
            throw StreamPortError(stream: name, missing: "payload field \(field)", present: fields.keys.sorted())
        }
        return handle
    }

    public var isValid: Bool {
        get { valid.isSet }
        nonmutating set { valid.isSet = newValue }
    }

    public var isReady: Bool {
        get { ready.isSet }
        nonmutating set { ready.isSet = newValue }
    }

    /// Both are set; meaningful after `settle()`.
    public var fires: Bool { valid.isSet && ready.isSet }
}

/// A stream or field that a test bench asks for and the design does not have.
public struct StreamPortError: Error, CustomStringConvertible {
    public let stream: String
    public let missing: String
    public let present: [String]

    public var description: String {
        "the design has no `\(missing)` for stream `\(stream)`; it has \(present.joined(separator: ", "))"
    }
}
