import Simulation

/// A valid/ready stream among the top's ports, by the name it has in the module's `Ports`.
///
/// Writes and reads go straight to the simulator's words: nothing is looked up in the inner loop.
public struct StreamPort {
    public let name: String
    private let valid, ready: UnsafeMutablePointer<UInt64>
    private let base: UnsafeMutablePointer<UInt64>
    private let fields: [String: SimulatedPort]
    /// All fields of the payload, in declaration order.
    public let payload: [PortField]

    /// Throws if the simulator's top has no such stream.
    public init(_ name: String, of simulator: some Simulator) throws(StreamPortError) {
        func port(_ full: String) throws(StreamPortError) -> SimulatedPort {
            guard let port = simulator.port(full) else {
                throw StreamPortError(stream: name, missing: full, present: simulator.ports.map(\.name))
            }
            return port
        }
        self.name = name
        let base = simulator.values.baseAddress!
        self.base = base
        valid = base + (try port(name + "_valid")).firstWord
        ready = base + (try port(name + "_ready")).firstWord
        let whole = name + "_payload"
        let ports = simulator.ports.filter { $0.name == whole || $0.name.hasPrefix(whole + "_") }
        fields = Dictionary(
            ports.map { (String($0.name.dropFirst(whole.utf8.count + ($0.name == whole ? 0 : 1))), $0) },
            uniquingKeysWith: { first, _ in first })
        payload = ports.map { PortField(words: base + $0.firstWord, port: $0) }
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

    /// A port of the top by its full name.
    public init(_ name: String, of simulator: some Simulator) throws(StreamPortError) {
        guard let port = simulator.port(name) else {
            throw StreamPortError(stream: name, missing: name, present: simulator.ports.map(\.name))
        }
        self.init(words: simulator.values.baseAddress! + port.firstWord, port: port)
    }

    init(words: UnsafeMutablePointer<UInt64>, port: SimulatedPort) {
        self.words = words
        self.port = port
    }

    /// The value of a port of at most 64 bits; sign-extended if the port is signed.
    public var value: Int {
        get {
            let word = words.pointee
            guard port.isSigned, port.width < 64, word >> UInt64(port.width - 1) & 1 == 1 else {
                return Int(truncatingIfNeeded: word)
            }
            return Int(truncatingIfNeeded: word | ~0 << UInt64(port.width))
        }
        nonmutating set { words.pointee = UInt64(truncatingIfNeeded: newValue) & lowMask(port.width) }
    }

    /// Packs `elements` of `width` bits, element 0 in the lowest bits; zeros above the last.
    public func set<I: FixedWidthInteger>(_ elements: some Collection<I>, width: Int) {
        for word in 0..<port.wordCount { words[word] = 0 }
        var position = 0
        for element in elements {
            for low in stride(from: 0, to: width, by: 64) {
                let count = min(64, width - low)
                let bits = UInt64(truncatingIfNeeded: element >> low) & lowMask(count)
                let (word, shift) = ((position + low) >> 6, UInt64((position + low) & 63))
                words[word] |= bits << shift
                if Int(shift) + count > 64 { words[word + 1] |= bits >> (64 - shift) }
            }
            position += width
        }
    }

    /// The port as elements of `width` bits, element 0 from the lowest bits; sign-extended if `I` is signed.
    public func elements<I: FixedWidthInteger>(width: Int, as type: I.Type = I.self) -> [I] {
        (0..<port.width / width).map { index in
            var element: I = 0
            for low in stride(from: 0, to: width, by: 64) {
                let position = index * width + low
                let count = min(64, width - low)
                let (word, shift) = (position >> 6, UInt64(position & 63))
                var bits = words[word] >> shift
                if Int(shift) + count > 64 { bits |= words[word + 1] << (64 - shift) }
                element |= I(truncatingIfNeeded: bits & lowMask(count)) << low
            }
            guard I.isSigned, width < I.bitWidth else { return element }
            return (element << (I.bitWidth - width)) >> (I.bitWidth - width)
        }
    }
}

/// All ones in the low `width` bits, `width` up to 64.
func lowMask(_ width: Int) -> UInt64 { width >= 64 ? .max : (1 << UInt64(width)) - 1 }

/// A stream or field that a test bench asks for and the design does not have.
public struct StreamPortError: Error, CustomStringConvertible {
    public let stream: String
    public let missing: String
    public let present: [String]

    public var description: String {
        "the design has no `\(missing)` for stream `\(stream)`; it has \(present.joined(separator: ", "))"
    }
}
