/// Follows values within a cycle: through operands, drivers and the combinational paths of instances.
struct CombinationalPaths {
    let module: ModuleGraph
    private let graph: Graph
    /// For an instance's output node, the wires on the inputs it depends on.
    private var throughInstance: [NodeID: [NodeID]] = [:]

    init(module: ModuleGraph) {
        self.module = module
        graph = module.graph
        for instance in module.instances {
            for (output, inputs) in instance.module.combinationalInputs {
                throughInstance[instance.connections[output]] = inputs.map { instance.connections[$0] }
            }
        }
    }

    /// The nodes that `node` depends on within the cycle.
    func sources(of node: NodeID) -> [NodeID] {
        switch graph[node].operation {
        case .register, .memoryRead, .input, .constant: []
        case .wire: module.drivers[node].map { [$0] } ?? []
        case .instanceOutput: throughInstance[node] ?? []
        default: graph.operands(of: node)
        }
    }

    /// The first combinational loop, as a diagnostic that lists its named steps.
    func loop() -> Diagnostic? {
        enum Mark { case new, open, done }
        var mark = [Mark](repeating: .new, count: graph.count)
        for start in 0..<graph.count where mark[start] == .new {
            var path: [(node: NodeID, remaining: [NodeID])] = [(NodeID(start), sources(of: NodeID(start)))]
            mark[start] = .open
            while !path.isEmpty {
                guard let next = path[path.count - 1].remaining.popLast() else {
                    mark[Int(path.removeLast().node.index)] = .done
                    continue
                }
                switch mark[Int(next.index)] {
                case .done: continue
                case .open:
                    let from = path.firstIndex { $0.node == next }!
                    return describe(path[from...].map(\.node))
                case .new:
                    mark[Int(next.index)] = .open
                    path.append((next, sources(of: next)))
                }
            }
        }
        return nil
    }

    private func describe(_ loop: [NodeID]) -> Diagnostic {
        let named = loop.reversed().filter { graph.name(of: $0) != nil }
        let steps = named.isEmpty ? Array(loop.reversed()) : Array(named)
        let names = steps.map { graph.name(of: $0) ?? "\(graph[$0].operation)" }
        return Diagnostic(
            code: .combinationalLoop, module: module.name,
            message: "a value depends on itself within a cycle: " + (names + names.prefix(1)).joined(separator: " -> "),
            location: graph.location(of: steps[0]),
            notes: zip(steps, names).dropFirst().map { .init(message: "through `\($1)`", location: graph.location(of: $0)) })
    }

    /// Notes for each output port the inputs it can follow within a cycle.
    func recordPortPaths() {
        var inputIndex: [NodeID: Int] = [:]
        for (index, port) in module.ports.enumerated() where port.isInput { inputIndex[port.node] = index }
        for (index, port) in module.ports.enumerated() where !port.isInput {
            var seen: Set<NodeID> = [port.node]
            var work = [port.node]
            var found: Set<Int> = []
            while let node = work.popLast() {
                if let input = inputIndex[node] { found.insert(input) }
                for source in sources(of: node) where seen.insert(source).inserted { work.append(source) }
            }
            module.combinationalInputs[index] = found.sorted()
        }
    }
}
