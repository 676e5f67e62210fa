import RTL

extension Plan.Item {
    /// The terms of an item in the order in which its text says them.
    func sinks(in module: ModuleGraph, _ legaliser: Legaliser) -> [Plan.Sink] {
        func name(_ node: NodeID) -> String { module.graph.name(of: node)! }
        switch self {
        case .wire(let node, _):
            return [.init(term: legaliser[module.drivers[node]!], label: name(node), isAssignment: true)]
        case .registers(_, let controls):
            var collector = SinkCollector(nameOf: name, memory: nil)
            collector.collect(controls)
            return collector.sinks
        case .memory(let index, let controls):
            let memory = module.memories[index]
            let reads = memory.reads.flatMap { read -> [Plan.Sink] in
                [.init(term: legaliser[module.graph.operand(1, of: read)], label: name(read) + "_enable", isComplete: true),
                 .init(term: legaliser[module.graph.operand(0, of: read)], label: name(read) + "_address", isComplete: true, isIndex: true)]
            }
            var collector = SinkCollector(nameOf: name, memory: memory.name)
            collector.collect(controls)
            return reads + collector.sinks
        case .instance(let index):
            let instance = module.instances[index]
            let inputs = zip(instance.module.ports, instance.connections).filter(\.0.isInput).map(\.1)
            return (inputs + (instance.clear.map { [$0] } ?? [])).map { .init(term: legaliser[$0], label: name($0)) }
        }
    }
}

/// Walks controls and labels each term after what it feeds; the second and later of a kind carry their number.
private struct SinkCollector {
    let nameOf: (NodeID) -> String
    let memory: String?
    private(set) var sinks: [Plan.Sink] = []
    private var count: [String: Int] = [:]

    init(nameOf: @escaping (NodeID) -> String, memory: String?) {
        self.nameOf = nameOf
        self.memory = memory
    }

    mutating func collect(_ controls: [Control]) {
        for control in controls {
            switch control {
            case .assign(let register, let value, _):
                sinks.append(.init(term: value, label: numbered(nameOf(register) + "_next"), isAssignment: true))
            case .write(let address, let data, _):
                sinks.append(.init(term: address, label: numbered(memory! + "_write_address"), isComplete: true, isIndex: true))
                sinks.append(.init(term: data, label: numbered(memory! + "_write_data"), isAssignment: true))
            case .when(_, let condition, let then, let otherwise):
                let fed = memory.map { $0 + "_write" } ?? nameOf(control.firstTarget!)
                sinks.append(.init(term: condition, label: numbered(fed + "_when"), isComplete: true))
                collect(then)
                collect(otherwise)
            }
        }
    }

    private mutating func numbered(_ label: String) -> String {
        count[label, default: 0] += 1
        return count[label]! == 1 ? label : "\(label)\(count[label]!)"
    }
}
