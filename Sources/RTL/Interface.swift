/// Makes a module's ports: seen from inside while the module is described, from outside where it is instantiated.
public struct Interface {
    let circuit: Circuit
    /// The instance whose ports these are; nil: the module's own.
    let instance: Int?
    let location: SourceLocation

    init(circuit: Circuit, instance: Int?, at location: SourceLocation) {
        self.circuit = circuit
        self.instance = instance
        self.location = location
    }

    /// Signals the module reads.
    public func input<V: Value>(_ shape: Shape<V>, fileID: String = #fileID, line: Int = #line) -> V {
        fields(shape, intoModule: true, SourceLocation(fileID: fileID, line: line))
    }

    /// Signals the module drives.
    public func output<V: Value>(_ shape: Shape<V>, fileID: String = #fileID, line: Int = #line) -> V {
        fields(shape, intoModule: false, SourceLocation(fileID: fileID, line: line))
    }

    /// A stream the module consumes.
    public func sink<P: Value>(_ payload: Shape<P>, fileID: String = #fileID, line: Int = #line) -> Stream<P> {
        Stream(valid: input(.bit, fileID: fileID, line: line), ready: output(.bit, fileID: fileID, line: line),
               payload: input(payload, fileID: fileID, line: line), shape: payload)
    }

    /// A stream the module produces.
    public func source<P: Value>(_ payload: Shape<P>, fileID: String = #fileID, line: Int = #line) -> Stream<P> {
        Stream(valid: output(.bit, fileID: fileID, line: line), ready: input(.bit, fileID: fileID, line: line),
               payload: output(payload, fileID: fileID, line: line), shape: payload)
    }

    private func fields<V>(_ shape: Shape<V>, intoModule: Bool, _ here: SourceLocation) -> V {
        var builder = FieldBuilder { width, signed in
            let reference = switch (instance, intoModule) {
            case (nil, true): circuit.make(.input, width: width, signed: signed)
            case (nil, false), (_?, true): circuit.make(.wire, width: width, signed: signed)
            case (let instance?, false):
                circuit.make(.instanceOutput, width: width, signed: signed, attribute: instance)
            }
            if instance == nil { circuit.module.graph.setLocation(of: reference.node, here) }
            return reference
        }
        return shape.build(&builder)
    }
}

/// A module's ports in declaration order with their names, found by reflection on its `Ports` struct.
///
/// An optional port that is nil is not there.
func portSignals(of ports: Any) -> [(path: String, reference: Reference)] {
    if let value = ports as? any Value { return value.leaves }
    let mirror = Mirror(reflecting: ports)
    if mirror.displayStyle == .optional { return mirror.children.flatMap { portSignals(of: $0.value) } }
    return mirror.children.enumerated().flatMap { index, child in
        portSignals(of: child.value).map { (joinPath(child.label.map(snakeCase) ?? "\(index)", $0.path), $0.reference) }
    }
}
