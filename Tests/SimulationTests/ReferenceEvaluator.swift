import RTL

/// Bits, lowest first.
typealias Bits = [Bool]

func bits(_ words: [UInt64], width: Int) -> Bits {
    (0..<width).map { $0 / 64 < words.count && words[$0 / 64] >> UInt64($0 % 64) & 1 == 1 }
}

func words(_ bits: Bits) -> [UInt64] {
    var words = [UInt64](repeating: 0, count: max(1, (bits.count + 63) / 64))
    for (index, bit) in bits.enumerated() where bit { words[index / 64] |= 1 << UInt64(index % 64) }
    return words
}

private func added(_ a: Bits, _ b: Bits, carry: Bool = false) -> Bits {
    var carry = carry
    return zip(a, b).map { x, y in
        let count = (x ? 1 : 0) + (y ? 1 : 0) + (carry ? 1 : 0)
        carry = count > 1
        return count & 1 == 1
    }
}

private func extended(_ a: Bits, to width: Int, signed: Bool) -> Bits {
    a + Bits(repeating: signed && a[a.count - 1], count: width - a.count)
}

/// Bit after bit from the top; the sign bit counts the other way.
private func isLess(_ a: Bits, _ b: Bits, signed: Bool) -> Bool {
    for index in a.indices.reversed() where a[index] != b[index] { return b[index] != (signed && index == a.count - 1) }
    return false
}

private func number(_ a: Bits, limit: Int) -> Int {
    a.indices.reversed().reduce(0) { min(limit, $0 * 2 + (a[$1] ? 1 : 0)) }
}

/// Evaluates elaborated modules bit by bit and node by node, as slowly and plainly as can be: the table of `Operation`
/// in code, with nothing in common with the engine.
final class ReferenceEvaluator {
    private let module: ModuleGraph
    private let scope: [String]
    private var state: [NodeID: Bits] = [:]
    private var contents: [[Bits]]
    private let children: [ReferenceEvaluator]
    private var known: [NodeID: Bits] = [:]
    /// Reads the input port of a number.
    private var input: (Int) -> Bits = { _ in [] }

    /// - Parameter peek: the value of a signal of the simulator it follows.
    init(_ module: ModuleGraph, scope: [String] = [], peek: (String) -> [UInt64]) {
        self.module = module
        self.scope = scope
        contents = module.memories.map { Array(repeating: Bits(repeating: false, count: $0.width), count: $0.depth) }
        children = module.instances.map { ReferenceEvaluator($0.module, scope: scope + [$0.name], peek: peek) }
        for (instance, child) in zip(module.instances, children) {
            child.input = { [unowned self] in self.value(instance.connections[$0]) }
        }
        loadState(peek: peek)
    }

    /// Takes over the value of each register and read data.
    func loadState(peek: (String) -> [UInt64]) {
        for node in module.registers.map(\.node) + module.memories.flatMap(\.reads) {
            let path = (scope + [module.graph.name(of: node)!]).joined(separator: ".")
            state[node] = bits(peek(path), width: module.graph.width(of: node))
        }
        for child in children { child.loadState(peek: peek) }
        forget()
    }

    func setInputs(_ values: [Int: Bits]) {
        input = { values[$0]! }
        forget()
    }

    private func forget() {
        known = [:]
        for child in children { child.forget() }
    }

    func output(_ port: Int) -> Bits { value(module.ports[port].node) }

    /// The value of a signal of this module or below, by path.
    func value(path: [String]) -> Bits? {
        if path.count > 1 {
            guard let index = module.instances.firstIndex(where: { $0.name == path[0] }) else { return nil }
            return children[index].value(path: Array(path.dropFirst()))
        }
        for index in 0..<module.firstResolvedNode where module.graph.name(of: NodeID(index)) == path[0] {
            return value(NodeID(index))
        }
        return nil
    }

    /// One edge of the clocks that rise.
    func clockEdge(rises: (ClockDomain) -> Bool, isReset: (ClockDomain) -> Bool) {
        var commits: [() -> Void] = []
        prepareEdge(rises, isReset, &commits)
        for commit in commits { commit() }
        forget()
    }

    private func prepareEdge(_ rises: (ClockDomain) -> Bool, _ isReset: (ClockDomain) -> Bool, _ commits: inout [() -> Void]) {
        for (instance, child) in zip(module.instances, children) {
            child.prepareEdge({ rises(instance.domain($0)) }, { isReset(instance.domain($0)) }, &commits)
        }
        for register in module.registers where rises(register.domain) {
            let width = module.graph.width(of: register.node)
            var next = module.drivers[register.node].map { value($0) } ?? state[register.node]!
            if isReset(register.domain), let constant = register.reset { next = bits(constant.words, width: width) }
            commits.append { self.state[register.node] = next }
        }
        for (index, memory) in module.memories.enumerated() {
            for (read, domain) in zip(memory.reads, memory.readDomains) where rises(domain) && value(module.graph.operand(1, of: read))[0] {
                let word = contents[index][number(value(module.graph.operand(0, of: read)), limit: memory.depth - 1)]
                commits.append { self.state[read] = word }
            }
            for write in memory.writes where rises(memory.domain) && (write.enable.map { value($0)[0] } ?? true) {
                let address = number(value(write.address), limit: memory.depth), data = value(write.data)
                if address < memory.depth { commits.append { self.contents[index][address] = data } }
            }
        }
    }

    private func value(_ node: NodeID) -> Bits {
        if let known = known[node] { return known }
        let result = evaluate(node)
        precondition(result.count == module.graph.width(of: node), "\(module.graph[node].operation) made \(result.count) bits")
        known[node] = result
        return result
    }

    private func evaluate(_ id: NodeID) -> Bits {
        let graph = module.graph, node = graph[id], width = Int(node.width)
        let operandNodes = graph.operands(of: id)
        func a() -> Bits { value(operandNodes[0]) }
        func b() -> Bits { value(operandNodes[1]) }
        func isSigned(_ position: Int) -> Bool { graph[operandNodes[position]].isSigned }
        switch node.operation {
        case .constant: return bits(graph.constants[Int(node.attribute)].words, width: width)
        case .input: return input(module.ports.firstIndex { $0.node == id }!)
        case .wire: return value(module.drivers[id]!)
        case .register, .memoryRead: return state[id]!
        case .instanceOutput:
            let index = Int(node.attribute)
            return children[index].output(module.instances[index].connections.firstIndex(of: id)!)
        case .add: return added(a(), b())
        case .subtract: return added(a(), b().map { !$0 }, carry: true)
        case .multiply:
            let x = extended(a(), to: width, signed: isSigned(0)), y = extended(b(), to: width, signed: isSigned(1))
            var product = Bits(repeating: false, count: width)
            for shift in 0..<width where x[shift] { product = added(product, Bits(repeating: false, count: shift) + y.dropLast(shift)) }
            return product
        case .and: return zip(a(), b()).map { $0 && $1 }
        case .or: return zip(a(), b()).map { $0 || $1 }
        case .xor: return zip(a(), b()).map { $0 != $1 }
        case .not: return a().map { !$0 }
        case .equal: return [a() == b()]
        case .less: return [isLess(a(), b(), signed: isSigned(0))]
        case .shiftLeft:
            let amount = number(b(), limit: width)
            return Bits(repeating: false, count: amount) + a().dropLast(amount)
        case .shiftRight:
            let amount = number(b(), limit: width), fill = node.isSigned && a()[width - 1]
            return a().dropFirst(amount) + Bits(repeating: fill, count: amount)
        case .concatenate: return operandNodes.reversed().flatMap { value($0) }
        case .slice: return Array(a()[Int(node.attribute)..<Int(node.attribute) + width])
        case .extend: return extended(a(), to: width, signed: isSigned(0))
        case .reinterpret: return a()
        case .mux: return a()[0] ? b() : value(operandNodes[2])
        case .reduceAnd: return [!a().contains(false)]
        case .reduceOr: return [a().contains(true)]
        case .reduceXor: return [a().filter { $0 }.count % 2 == 1]
        case .table:
            let entries = graph.tables[Int(node.attribute)].entries
            let index = number(a(), limit: entries.count)
            return bits(index < entries.count ? [entries[index]] : [0], width: width)
        }
    }
}
