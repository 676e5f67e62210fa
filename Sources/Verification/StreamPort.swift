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

    /// - Throws: `StreamPortError` if the simulator's top has no such stream.
    public init(_ name: String, of simulator: some Simulator) throws(StreamPortError) {
        let pins = try StreamPins(name, among: simulator.ports)
        guard let ready = pins.ready else {
            throw StreamPortError(stream: name, missing: name + "_ready", present: simulator.ports.map(\.name))
        }
        self.name = name
        valid = PortHandle(pins.valid, of: simulator)
        self.ready = PortHandle(ready, of: simulator)
        let base = simulator.values.baseAddress! + pins.firstWord
        payload = pins.payload.fields.map { PortHandle($0, in: base, owner: simulator) }
        fields = Dictionary(uniqueKeysWithValues: zip(pins.payload.fields.map(\.name), payload))
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
