import Simulation

/// A valid/ready stream among the top's ports, by the name it has in the module's `Ports`.
///
/// Writes and reads go straight to the simulator's words: nothing is looked up in the inner loop.
public struct StreamPort {
    public let name: String
    private let valid, ready: UnsafeMutablePointer<UInt64>
    private let base: UnsafeMutablePointer<UInt64>
    private let fields: [String: SimulatedPort]

    /// Throws if the simulator's top has no such stream.
    public init(_ name: String, of simulator: some Simulator) throws(StreamPortError) {
        func port(_ full: String) throws(StreamPortError) -> SimulatedPort {
            guard let port = simulator.port(full) else {
                throw StreamPortError(stream: name, missing: full, present: simulator.ports.map(\.name))
            }
            return port
        }
        self.name = name
        base = simulator.values.baseAddress!
        valid = base + (try port(name + "_valid")).firstWord
        ready = base + (try port(name + "_ready")).firstWord
        var fields: [String: SimulatedPort] = [:]
        for port in simulator.ports where port.name == name + "_payload" || port.name.hasPrefix(name + "_payload_") {
            fields[String(port.name.dropFirst(name.utf8.count + "_payload".utf8.count + (port.name == name + "_payload" ? 0 : 1)))] = port
        }
        self.fields = fields
    }

    /// A field of the payload; "" if the payload is one signal.
    public func field(_ field: String) throws(StreamPortError) -> PortField {
        guard let port = fields[field] else {
            throw StreamPortError(stream: name, missing: "payload field \(field)", present: fields.keys.sorted())
        }
        return PortField(words: base + port.firstWord, port: port)
    }

    public var isValid: Bool {
        get { valid.pointee != 0 }
        nonmutating set { valid.pointee = newValue ? 1 : 0 }
    }

    public var isReady: Bool {
        get { ready.pointee != 0 }
        nonmutating set { ready.pointee = newValue ? 1 : 0 }
    }

    /// Both are set; meaningful after `settle()`.
    public var fires: Bool { valid.pointee & ready.pointee != 0 }
}

/// The words of one port.
public struct PortField {
    public let words: UnsafeMutablePointer<UInt64>
    public let port: SimulatedPort

    /// The value of a port of at most 64 bits; sign-extended if the port is signed.
    public var value: Int {
        get {
            let word = words.pointee
            guard port.isSigned, port.width < 64, word >> UInt64(port.width - 1) & 1 == 1 else {
                return Int(truncatingIfNeeded: word)
            }
            return Int(truncatingIfNeeded: word | ~0 << UInt64(port.width))
        }
        nonmutating set {
            words.pointee = UInt64(truncatingIfNeeded: newValue) & (port.width == 64 ? ~0 : (1 << UInt64(port.width)) - 1)
        }
    }

    /// Packs `elements` of `width` bits, element 0 in the lowest bits.
    public func set<I: FixedWidthInteger>(_ elements: some Collection<I>, width: Int) {
        for word in 0..<port.wordCount { words[word] = 0 }
        let mask = width == 64 ? ~0 : (UInt64(1) << UInt64(width)) - 1
        var position = 0
        for element in elements {
            let bits = UInt64(truncatingIfNeeded: element) & mask
            let (word, low) = (position >> 6, UInt64(position & 63))
            words[word] |= bits << low
            if Int(low) + width > 64 { words[word + 1] |= bits >> (64 - low) }
            position += width
        }
    }
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
