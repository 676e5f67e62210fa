/// A valid/ready hand-shake: a transfer happens in every cycle in which both are set. The producer keeps `valid` and
/// the payload until then; `ready` may come and go.
public struct Stream<Payload: Value> {
    public let valid: Bit
    public let ready: Bit
    public let payload: Payload
    /// How to make another payload of the same kind.
    public let shape: Shape<Payload>

    public init(valid: Bit, ready: Bit, payload: Payload, shape: Shape<Payload>) {
        self.valid = valid
        self.ready = ready
        self.payload = payload
        self.shape = shape
    }

    /// A transfer happens this cycle.
    public var fires: Bit { valid & ready }
}

/// A pulse with a payload and no way to refuse it.
public struct Flow<Payload: Value>: Bundle {
    public let valid: Bit
    public let payload: Payload
}

extension Shape {
    /// Shape of a `Flow` around this payload.
    public static func flow<P: Value>(_ payload: Shape<P>) -> Shape where V == Flow<P> {
        Shape { Flow(valid: $0.make(.bit), payload: $0.make(payload)) }
    }
}

extension Circuit {
    /// All of `source` goes to `target`: valid and payload forward, ready back.
    public func connect<P>(
        _ source: Stream<P>, to target: Stream<P>, fileID: String = #fileID, line: Int = #line
    ) {
        drive(target.valid, source.valid, fileID: fileID, line: line)
        drive(target.payload, source.payload, fileID: fileID, line: line)
        drive(source.ready, target.ready, fileID: fileID, line: line)
    }

    /// Offers what `words` are the bits of to `target`.
    public func connect<P>(
        words: Stream<Unsigned>, to target: Stream<P>, fileID: String = #fileID, line: Int = #line
    ) {
        send(target.shape.unpack(words.payload), when: words.valid, to: target, fileID: fileID, line: line)
        drive(words.ready, target.ready, fileID: fileID, line: line)
    }

    /// Offers `payload` to `target` while `valid` is set.
    public func send<P>(
        _ payload: P, when valid: Bit, to target: Stream<P>, fileID: String = #fileID, line: Int = #line
    ) {
        drive(target.valid, valid, fileID: fileID, line: line)
        drive(target.payload, payload, fileID: fileID, line: line)
    }
}
