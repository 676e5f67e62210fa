import RTL

/// Turns the nodes of a module into terms that have a safe form in Verilog-2001.
///
/// A reinterpretation disappears (the printer casts where a sign matters), a slice reaches through what it can until it
/// stands on a net, a shift by a constant becomes a slice, and operators that tools would call constant are folded.
struct Legaliser {
    private let module: ModuleGraph
    private let graph: Graph
    private var maker = TermMaker()
    var terms: [Term] { maker.terms }
    /// The term of each node of the graph.
    private(set) var termOf: [TermID]

    init(module: ModuleGraph) {
        self.module = module
        graph = module.graph
        termOf = [TermID](repeating: -1, count: graph.count)
        makeNets()
        for index in 0..<graph.count where termOf[index] < 0 { termOf[index] = legalise(NodeID(index)) }
        for index in terms.indices where terms[index].operation == .table {
            maker.setIndex(of: index, to: self[graph.operand(0, of: terms[index].origin)])
        }
    }

    subscript(node: NodeID) -> TermID { termOf[Int(node.index)] }

    /// Nets come first: nodes may refer to them before they are driven. An instance's input that only repeats another
    /// net is that net.
    private mutating func makeNets() {
        for index in 0..<graph.count {
            let node = graph[NodeID(index)]
            let term = Term(operation: node.operation, width: Int(node.width), isSigned: node.isSigned,
                            origin: NodeID(index))
            if term.isNet { termOf[index] = maker.add(term) }
        }
        let inputs = module.instances.flatMap { instance in
            zip(instance.module.ports, instance.connections).filter(\.0.isInput).map(\.1)
        }
        let isInstanceInput = Set(inputs)
        for input in inputs {
            var source = stripped(module.drivers[input]!)
            while isInstanceInput.contains(source) { source = stripped(module.drivers[source]!) }
            let term = termOf[Int(source.index)]
            if term >= 0 { termOf[Int(input.index)] = term }
        }
    }

    private func stripped(_ node: NodeID) -> NodeID {
        var node = node
        while graph[node].operation == .reinterpret { node = graph.operand(0, of: node) }
        return node
    }

    /// The constant that a node, perhaps through named wires, always carries.
    private func constant(behind node: NodeID) -> NodeID? {
        var node = stripped(node)
        while graph[node].operation == .wire, let driver = module.drivers[node] { node = stripped(driver) }
        return graph[node].operation == .constant ? node : nil
    }

    /// The node's term, or the constant behind it.
    private mutating func known(_ node: NodeID) -> TermID {
        guard let source = constant(behind: node), self[node] < 0 || terms[self[node]].isNet else { return self[node] }
        return maker.constant(graph.constant(of: source)!, width: graph.width(of: node))
    }

    private mutating func legalise(_ node: NodeID) -> TermID {
        let shape = graph[node]
        let width = Int(shape.width)
        let operands = graph.operands(of: node)
        let a = operands.first.map { self[$0] } ?? -1
        let b = operands.count > 1 ? self[operands[1]] : -1
        let readsSigned = operands.first.map { graph[$0].isSigned } ?? false
        maker.origin = node
        maker.isSigned = shape.isSigned
        switch shape.operation {
        case .constant: return maker.constant(graph.constant(of: node)!, width: width)
        case .reinterpret: return a
        case .slice: return maker.slice(a, from: Int(shape.attribute), width: width)
        case .extend: return maker.extend(a, to: width, signed: readsSigned)
        case .shiftLeft, .shiftRight: return maker.shift(shape.operation, a, by: b, arithmetic: readsSigned)
        case .concatenate: return maker.concatenate(operands.map { self[$0] })
        case .not: return maker.not(a)
        case .and, .or: return maker.logical(shape.operation, a, b)
        case .equal: return maker.equal(a, b)
        case .less: return maker.less(known(operands[0]), known(operands[1]), signed: readsSigned)
        case .mux: return maker.mux(a, b, self[operands[2]])
        case .reduceAnd, .reduceOr, .reduceXor: return maker.reduce(shape.operation, a)
        default:
            return maker.make(shape.operation, width: width, operands: operands.map { self[$0] }, readsSigned: readsSigned)
        }
    }

    /// The opposite of a condition.
    mutating func negated(_ condition: TermID) -> TermID {
        describe(condition)
        return maker.not(condition)
    }

    /// Both conditions.
    mutating func both(_ a: TermID, _ b: TermID) -> TermID {
        describe(b)
        return maker.logical(.and, a, b)
    }

    private mutating func describe(_ condition: TermID) {
        maker.origin = terms[condition].origin
        maker.isSigned = false
    }
}
