extension Design {
    /// Every mutant that the pass knows how to make, module by module in the order of their nodes.
    ///
    /// Some are equivalent to the healthy design, and some `bypassed` registers close a combinational loop, which
    /// `mutated(by:)` refuses.
    public func mutants() -> [Mutant] {
        var paths: [String: String] = [:]
        recordPaths(of: top, "", &paths)
        return modules.flatMap { MutantEnumeration($0, path: paths[$0.name] ?? "").mutants }
    }

    private func recordPaths(of module: ModuleGraph, _ path: String, _ paths: inout [String: String]) {
        guard paths[module.name] == nil else { return }
        paths[module.name] = path
        for instance in module.instances { recordPaths(of: instance.module, path + instance.name + ".", &paths) }
    }
}

/// The mutants of one module.
private struct MutantEnumeration {
    private(set) var mutants: [Mutant] = []
    private let module: ModuleGraph
    private let path: String
    private let loads: RegisterLoads
    private var users: [[NodeID]]
    private var conditionCount = 0
    private var graph: Graph { module.graph }

    init(_ module: ModuleGraph, path: String) {
        self.module = module
        self.path = path
        loads = RegisterLoads(module)
        users = Array(repeating: [], count: module.graph.count)
        for index in 0..<module.firstResolvedNode {
            for operand in module.graph.operands(of: NodeID(index)) { users[Int(operand.index)].append(NodeID(index)) }
        }
        recordTargets(module.body)
        for index in 0..<module.firstResolvedNode { enumerate(NodeID(index)) }
        enumerate(module.body)
    }

    private mutating func recordTargets(_ block: Block) {
        for statement in block.statements {
            switch statement {
            case .assign(let target, let value, _): users[Int(value.index)].append(target)
            case .write(let memory, let address, let data, _):
                users[Int(address.index)] += module.memories[memory].reads
                users[Int(data.index)] += module.memories[memory].reads
            case .when(let when):
                recordTargets(when.then)
                recordTargets(when.otherwise)
                users[Int(when.condition.index)] += targets(when.then) + targets(when.otherwise)
            }
        }
    }

    private func targets(_ block: Block) -> [NodeID] {
        block.statements.flatMap { statement -> [NodeID] in
            switch statement {
            case .assign(let target, _, _): [target]
            case .write(let memory, _, _, _): module.memories[memory].reads
            case .when(let when): targets(when.then) + targets(when.otherwise)
            }
        }
    }

    /// The node's name or that of the nearest signal it feeds.
    private func signal(_ node: NodeID) -> String {
        var seen: Set<NodeID> = [node], level = [node]
        while !level.isEmpty {
            if let name = level.lazy.compactMap({ graph.name(of: $0) }).first { return path + name }
            level = level.flatMap { users[Int($0.index)] }.filter { seen.insert($0).inserted }
        }
        return path + "?"
    }

    private mutating func add(_ node: NodeID, _ changes: Mutant.Change...) {
        for change in changes {
            mutants.append(Mutant(
                module: module.name, site: .node(node), change: change, signal: signal(node), location: graph.location(of: node)))
        }
    }

    private mutating func enumerate(_ node: NodeID) {
        let shape = graph[node], width = Int(shape.width)
        let operands = graph.operands(of: node)
        switch shape.operation {
        case .add: add(node, .operation(.subtract))
        case .subtract: add(node, .operation(.add), .operandsSwapped)
        case .and: add(node, .operation(.or))
        case .or: add(node, .operation(.and))
        case .xor: add(node, .operation(.or))
        case .less: add(node, .operandsSwapped, .orEqual)
        case .mux: add(node, .operandsSwapped)
        case .concatenate where operands.count == 2: add(node, .operandsSwapped)
        case .slice:
            let low = Int(shape.attribute)
            if low > 0 { add(node, .sliceFrom(low - 1)) }
            if low + width < graph.width(of: operands[0]) { add(node, .sliceFrom(low + 1)) }
        case .constant where !users[Int(node.index)].isEmpty:
            let words = graph.constant(of: node)!.words
            add(node, .constant(Constant(words: [words[0] ^ 1] + words.dropFirst())))
        case .register: enumerateRegister(node)
        case .memoryRead: add(node, .readEnableStuck(false), .readEnableStuck(true))
        default: break
        }
        if width > 1, [.add, .subtract, .multiply, .register].contains(shape.operation) { add(node, .narrowed) }
        let readsSigns = [.extend, .shiftRight, .less, .multiply].contains(shape.operation)
        if readsSigns, operands.contains(where: { graph[$0].isSigned }) { add(node, .signDropped) }
        let isCondition = [.and, .or, .xor, .not, .equal, .less, .reduceAnd, .reduceOr, .wire].contains(shape.operation)
        if width == 1, isCondition { add(node, .stuck(false), .stuck(true)) }
    }

    private mutating func enumerateRegister(_ node: NodeID) {
        let register = module.registers[Int(graph[node].attribute)]
        if let reset = register.reset {
            add(node, .reset(nil), .reset(Constant(words: [reset.words[0] ^ 1] + reset.words.dropFirst())))
        }
        add(node, .enableStuck(false))
        guard let load = loads.single[node] else { return }
        if load.isConditional { add(node, .enableStuck(true)) }
        // A register that is loaded with something older than itself is a stage of a pipeline.
        if load.value < node { add(node, .bypassed) }
    }

    private mutating func enumerate(_ block: Block) {
        for statement in block.statements {
            guard case .when(let when) = statement else { continue }
            for value in [false, true] {
                mutants.append(Mutant(
                    module: module.name, site: .condition(conditionCount), change: .stuck(value),
                    signal: signal(when.condition), location: when.location))
            }
            conditionCount += 1
            enumerate(when.then)
            enumerate(when.otherwise)
        }
    }
}
