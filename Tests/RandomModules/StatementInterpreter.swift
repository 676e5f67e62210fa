import RTL

/// Runs a module as its statements say, line after line, the last assignment winning, bit by bit: what the Verilog and
/// the native engine must do. State starts as zeros.
///
/// It reads neither the resolved drivers nor anything of the emitter or the engine, so it checks all of them.
package final class StatementInterpreter {
    private let module: ModuleGraph
    private let children: [StatementInterpreter]
    private var state: [NodeID: Bits] = [:]
    private var contents: [[Bits]]
    private var known: [NodeID: Bits] = [:]
    private var input: (Int) -> Bits = { _ in [] }

    package init(_ module: ModuleGraph) {
        self.module = module
        contents = module.memories.map { Array(repeating: Bits(repeating: false, count: $0.width), count: $0.depth) }
        children = module.instances.map { StatementInterpreter($0.module) }
        for node in module.registers.map(\.node) + module.memories.flatMap(\.reads) {
            state[node] = Bits(repeating: false, count: module.graph.width(of: node))
        }
        for (instance, child) in zip(module.instances, children) {
            child.input = { [unowned self] in self.value(instance.connections[$0]) }
        }
    }

    /// Sets the input ports, by number.
    package func setInputs(_ values: [Int: Bits]) {
        input = { values[$0]! }
        forget()
    }

    package func output(_ port: Int) -> Bits { value(module.ports[port].node) }

    /// The value of a signal of this module or below: `child.part.total`.
    package func value(path: [String]) -> Bits? {
        if path.count > 1 {
            guard let index = module.instances.firstIndex(where: { $0.name == path[0] }) else { return nil }
            return children[index].value(path: Array(path.dropFirst()))
        }
        return named[path[0]].map { value($0) }
    }

    /// The nodes that have a name.
    private lazy var named: [String: NodeID] = Dictionary(
        (0..<module.firstResolvedNode).compactMap { index in
            module.graph.name(of: NodeID(index)).map { ($0, NodeID(index)) }
        }, uniquingKeysWith: { first, _ in first })

    package func clockEdge(reset: Bool) {
        var commits: [() -> Void] = []
        collectCommits(reset: reset, &commits)
        for commit in commits { commit() }
        forget()
    }

    private func forget() {
        known = [:]
        for child in children { child.forget() }
    }

    private func collectCommits(reset: Bool, _ commits: inout [() -> Void]) {
        for child in children { child.collectCommits(reset: reset, &commits) }
        for (index, memory) in module.memories.enumerated() {
            for read in memory.reads where value(module.graph.operand(1, of: read))[0] {
                let word = contents[index][value(module.graph.operand(0, of: read)).number(limit: memory.depth - 1)]
                commits.append { self.state[read] = word }
            }
        }
        execute(module.body, &commits)
        for register in module.registers where reset {
            guard let constant = register.reset else { continue }
            let value = Bits(words: constant.words, width: module.graph.width(of: register.node))
            commits.append { self.state[register.node] = value }
        }
    }

    private func execute(_ block: Block, _ commits: inout [() -> Void]) {
        for statement in block.statements {
            switch statement {
            case .assign(let target, let source, _):
                guard module.graph[target].operation == .register else { continue }
                let new = value(source)
                commits.append { self.state[target] = new }
            case .write(let memory, let address, let data, _):
                let (place, word) = (value(address).number(limit: module.memories[memory].depth), value(data))
                if place < module.memories[memory].depth { commits.append { self.contents[memory][place] = word } }
            case .when(let when):
                execute(value(when.condition)[0] ? when.then : when.otherwise, &commits)
            }
        }
    }

    /// The last assignment to a wire that its conditions let through.
    private func carried(by wire: NodeID, in block: Block) -> NodeID? {
        for statement in block.statements.reversed() {
            switch statement {
            case .assign(wire, let source, _): return source
            case .when(let when) where mentions(wire, when):
                if let source = carried(by: wire, in: value(when.condition)[0] ? when.then : when.otherwise) { return source }
            default: continue
            }
        }
        return nil
    }

    private func mentions(_ wire: NodeID, _ when: When) -> Bool {
        (when.then.statements + when.otherwise.statements).contains { statement in
            switch statement {
            case .assign(let target, _, _): target == wire
            case .when(let inner): mentions(wire, inner)
            case .write: false
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
        let nodes = graph.operands(of: id)
        func operand(_ position: Int) -> Bits { value(nodes[position]) }
        func isSigned(_ position: Int) -> Bool { graph[nodes[position]].isSigned }
        switch node.operation {
        case .constant: return Bits(words: graph.constant(of: id)!.words, width: width)
        case .input: return input(module.ports.firstIndex { $0.node == id }!)
        case .wire: return value(carried(by: id, in: module.body)!)
        case .register, .memoryRead: return state[id]!
        case .instanceOutput:
            let instance = Int(node.attribute)
            return children[instance].output(module.instances[instance].connections.firstIndex(of: id)!)
        case .add: return operand(0).plus(operand(1))
        case .subtract: return operand(0).plus(operand(1).map { !$0 }, carry: true)
        case .multiply:
            let a = operand(0).widened(to: width, signed: isSigned(0)), b = operand(1).widened(to: width, signed: isSigned(1))
            var product = Bits(repeating: false, count: width)
            for shift in 0..<width where b[shift] {
                product = product.plus(Bits(repeating: false, count: shift) + a.prefix(width - shift))
            }
            return product
        case .and: return zip(operand(0), operand(1)).map { $0 && $1 }
        case .or: return zip(operand(0), operand(1)).map { $0 || $1 }
        case .xor: return zip(operand(0), operand(1)).map { $0 != $1 }
        case .not: return operand(0).map { !$0 }
        case .equal: return [operand(0) == operand(1)]
        case .less: return [operand(0).isLess(than: operand(1), signed: isSigned(0))]
        case .shiftLeft:
            let amount = operand(1).number(limit: width)
            return Bits(repeating: false, count: amount) + operand(0).prefix(width - amount)
        case .shiftRight:
            let amount = operand(1).number(limit: width)
            return Array(operand(0).dropFirst(amount).appending(isSigned(0) && operand(0).last!, to: width))
        case .concatenate: return nodes.reversed().flatMap { value($0) }
        case .slice: return Array(operand(0)[Int(node.attribute)..<Int(node.attribute) + width])
        case .extend: return operand(0).widened(to: width, signed: isSigned(0))
        case .reinterpret: return operand(0)
        case .mux: return operand(operand(0)[0] ? 1 : 2)
        case .reduceAnd: return [operand(0).allSatisfy { $0 }]
        case .reduceOr: return [operand(0).contains(true)]
        case .reduceXor: return [operand(0).reduce(false) { $0 != $1 }]
        case .table:
            let entries = graph.tables[Int(node.attribute)].entries
            let index = operand(0).number(limit: entries.count)
            return Bits(words: index < entries.count ? [entries[index]] : [0], width: width)
        }
    }
}

extension Array where Element == Bool {
    fileprivate func widened(to width: Int, signed: Bool) -> Bits {
        self + Bits(repeating: signed && last!, count: width - count)
    }

    fileprivate func plus(_ other: Bits, carry: Bool = false) -> Bits {
        var carry = carry
        return zip(self, other).map { a, b in
            defer { carry = a && b || a && carry || b && carry }
            return (a != b) != carry
        }
    }

    /// Compares from the top bit down; the sign bit counts the other way.
    fileprivate func isLess(than other: Bits, signed: Bool) -> Bool {
        for index in indices.reversed() where self[index] != other[index] {
            return self[index] == (signed && index == count - 1)
        }
        return false
    }
}

extension ArraySlice where Element == Bool {
    fileprivate func appending(_ bit: Bool, to width: Int) -> Bits { self + Bits(repeating: bit, count: width - count) }
}
