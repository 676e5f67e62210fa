/// Where a port's value comes from: a signal of the hierarchy and the Swift line that drives it.
public struct SignalOrigin: Hashable, Sendable, CustomStringConvertible {
    /// `softmax.weights_payload_weights`
    public let path: String
    public let location: SourceLocation

    public var description: String { "`\(path)` driven at \(location)" }
}

extension Design {
    /// What drives an output port, of the top or of an instance (`softmax.weights_valid`), from the port inwards: through
    /// wires and instances as long as the value is handed on unchanged, and last to the register or expression that makes
    /// it. Empty for an unknown port or an input.
    public func origins(ofPort path: String) -> [SignalOrigin] {
        var scope = path.split(separator: ".").map(String.init)
        let name = scope.removeLast()
        var module = top
        for instance in scope {
            guard let found = module.instances.first(where: { $0.name == instance }) else { return [] }
            module = found.module
        }
        guard let port = module.ports.first(where: { $0.name == name && !$0.isInput }) else { return [] }
        var origins: [SignalOrigin] = [], seen: Set<String> = []
        var node = port.node
        while true {
            let shape = module.graph[node]
            switch shape.operation {
            case .wire, .register:
                let path = (scope + [module.graph.name(of: node) ?? "unnamed"]).joined(separator: ".")
                guard seen.insert(path).inserted, let driver = module.drivers[node] else { return origins }
                if let location = module.body.lastAssignment(to: node) {
                    origins.append(SignalOrigin(path: path, location: location))
                }
                if shape.operation == .register { return origins }
                node = driver
            case .instanceOutput:
                let instance = module.instances[Int(shape.attribute)]
                guard let index = instance.connections.firstIndex(of: node) else { return origins }
                scope.append(instance.name)
                module = instance.module
                node = module.ports[index].node
            case .reinterpret, .extend:
                node = module.graph.operand(0, of: node)
            default:
                return origins
            }
        }
    }
}

extension Block {
    /// The last statement, conditional or not, that drives `target`.
    func lastAssignment(to target: NodeID) -> SourceLocation? {
        for statement in statements.reversed() {
            switch statement {
            case .assign(target, _, let location): return location
            case .when(let when):
                if let found = when.otherwise.lastAssignment(to: target) ?? when.then.lastAssignment(to: target) { return found }
            default: continue
            }
        }
        return nil
    }
}
