extension Design {
    /// This design with every fault in `mutants`, asleep: the top has one more input, `mutant`, that wakes number n of
    /// them (counted from 1); 0 is the healthy design. For test builds only.
    ///
    /// - Throws: what the mutants together make illegal: a combinational loop through bypassed registers.
    public func mutated(by mutants: [Mutant]) throws(ElaborationError) -> Design {
        var numbered: [String: [(number: Int, mutant: Mutant)]] = [:]
        for (index, mutant) in mutants.enumerated() { numbered[mutant.module, default: []].append((index + 1, mutant)) }
        var rewritten: [ObjectIdentifier: ModuleGraph] = [:]
        var result: [ModuleGraph] = []
        var diagnostics: [Diagnostic] = []
        for module in modules {
            let mine = numbered[module.name] ?? []
            let reachesMutants = !mine.isEmpty || module === top
                || module.instances.contains { $0.module.hasMutants(in: numbered) }
            var rewriter = MutationRewriter(
                module, selectWidth: reachesMutants ? bitsToCount(mutants.count) : nil, mutants: mine,
                children: module.instances.map { rewritten[ObjectIdentifier($0.module)]! })
            rewriter.run()
            // Clock crossings are not checked: a bypassed synchroniser is a mutant like others.
            diagnostics += DriverResolution.run(on: rewriter.result) + Lint.run(on: rewriter.result)
            rewritten[ObjectIdentifier(module)] = rewriter.result
            result.append(rewriter.result)
        }
        let errors = diagnostics.filter { $0.code.severity == .error }
        if !errors.isEmpty { throw ElaborationError(diagnostics: errors) }
        return Design(modules: result, warnings: diagnostics)
    }
}

extension ModuleGraph {
    fileprivate func hasMutants(in numbered: [String: [(number: Int, mutant: Mutant)]]) -> Bool {
        numbered[name] != nil || instances.contains { $0.module.hasMutants(in: numbered) }
    }
}

/// Copies one module and puts its mutants in: beside each healthy value the faulty ones, and a mux behind them.
///
/// Nodes are made in the order of the original, so an operand still comes before its user.
private struct MutationRewriter {
    private let source: ModuleGraph
    let result: ModuleGraph
    private let mutants: [(number: Int, mutant: Mutant)]
    private let children: [ModuleGraph]
    /// The module's `mutant` input; nil if nothing in or below it is mutated.
    private var select: NodeID?
    /// One bit for each mutant: it is awake.
    private var isAwake: [Int: NodeID] = [:]
    /// For each node of the source, its copy, and what users of it read.
    private var copies: [NodeID] = []
    private var readAs: [NodeID] = []
    /// Copies of a register that differ in reset, and load whatever it loads.
    private var twins: [NodeID: [NodeID]] = [:]
    private var twinRegisters: [ModuleGraph.RegisterInfo] = []
    private var conditionCount = 0
    private let loads: RegisterLoads

    init(
        _ source: ModuleGraph, selectWidth: Int?, mutants: [(number: Int, mutant: Mutant)], children: [ModuleGraph]
    ) {
        self.source = source
        self.mutants = mutants
        self.children = children
        loads = RegisterLoads(source)
        result = ModuleGraph(name: source.name, location: source.location)
        guard let selectWidth else { return }
        let node = result.graph.append(.input, width: selectWidth, signed: false)
        result.graph.setName("mutant", of: node)
        result.graph.setLocation(of: node, source.location)
        select = node
        for (number, mutant) in mutants {
            let code = constant(Constant(number, width: selectWidth), width: selectWidth, signed: false, at: mutant.location)
            isAwake[number] = make(.equal, width: 1, signed: false, operands: [node, code], at: mutant.location)
        }
    }

    mutating func run() {
        result.graph.tables = source.graph.tables
        for index in 0..<source.firstResolvedNode { copy(NodeID(index)) }
        for port in source.ports {
            result.ports.append(.init(
                name: port.name, isInput: port.isInput, width: port.width, isSigned: port.isSigned, node: copies[port.node]))
        }
        if let select {
            result.ports.append(.init(
                name: "mutant", isInput: true, width: result.graph.width(of: select), isSigned: false, node: select))
        }
        result.registers = source.registers.map {
            .init(node: copies[$0.node], reset: $0.reset, domain: $0.domain, isCrossing: $0.isCrossing, location: $0.location)
        } + twinRegisters
        for memory in source.memories {
            var copied = ModuleGraph.MemoryInfo(
                name: memory.name, depth: memory.depth, width: memory.width, collision: memory.collision,
                domain: memory.domain, location: memory.location)
            copied.reads = memory.reads.map { copies[$0] }
            copied.readDomains = memory.readDomains
            result.memories.append(copied)
        }
        result.body.statements = copied(source.body)
        for (number, mutant) in mutants { override(number, mutant) }
        for (instance, child) in zip(source.instances, children) { connect(instance, child) }
        result.discarded = source.discarded.filter { $0.index >= 0 }.map { copies[$0] }
        result.firstResolvedNode = result.graph.count
    }

    // MARK: Nodes

    private func constant(_ constant: Constant, width: Int, signed: Bool, at location: SourceLocation) -> NodeID {
        let node = result.graph.appendConstant(constant, width: width, signed: signed)
        result.graph.setLocation(of: node, location)
        return node
    }

    private func make(
        _ operation: Operation, width: Int, signed: Bool, attribute: Int = 0, operands: [NodeID], at location: SourceLocation
    ) -> NodeID {
        let node = result.graph.append(operation, width: width, signed: signed, attribute: attribute, operands: operands)
        result.graph.setLocation(of: node, location)
        return node
    }

    private func bit(_ value: Bool, at location: SourceLocation) -> NodeID {
        constant(Constant(value ? 1 : 0, width: 1), width: 1, signed: false, at: location)
    }

    private func choose(_ number: Int, _ faulty: NodeID, _ healthy: NodeID, at location: SourceLocation) -> NodeID {
        let shape = result.graph[healthy]
        return make(.mux, width: Int(shape.width), signed: shape.isSigned,
                    operands: [isAwake[number]!, faulty, healthy], at: location)
    }

    private mutating func copy(_ node: NodeID) {
        let shape = source.graph[node], location = source.graph.location(of: node)
        let mine = mutants.filter { $0.mutant.site == .node(node) }
        var operands = source.graph.operands(of: node).map { readAs[$0] }
        for (number, mutant) in mine {
            if case .readEnableStuck(let value) = mutant.change {
                operands[1] = choose(number, bit(value, at: location), operands[1], at: location)
            }
        }
        let copied = if let constant = source.graph.constant(of: node) {
            self.constant(constant, width: Int(shape.width), signed: shape.isSigned, at: location)
        } else {
            make(shape.operation, width: Int(shape.width), signed: shape.isSigned, attribute: Int(shape.attribute),
                 operands: operands, at: location)
        }
        if let name = source.graph.name(of: node) { result.graph.setName(name, of: copied) }
        copies.append(copied)
        var value = copied
        for (number, mutant) in mine {
            if let faulty = faulty(node, mutant.change, number, operands, at: location) {
                value = choose(number, faulty, value, at: location)
            }
        }
        readAs.append(value)
    }

    /// What users of the node read while the mutant is awake; nil if the change lies elsewhere.
    private mutating func faulty(
        _ node: NodeID, _ change: Mutant.Change, _ number: Int, _ operands: [NodeID], at location: SourceLocation
    ) -> NodeID? {
        let shape = source.graph[node], width = Int(shape.width), signed = shape.isSigned
        func again(_ operation: Operation, attribute: Int? = nil, _ operands: [NodeID]) -> NodeID {
            make(operation, width: width, signed: signed, attribute: attribute ?? Int(shape.attribute), operands: operands,
                 at: location)
        }
        switch change {
        case .operation(let operation): return again(operation, operands)
        case .operandsSwapped:
            return again(shape.operation, shape.operation == .mux ? [operands[0], operands[2], operands[1]] : operands.reversed())
        case .orEqual: return again(.not, [again(.less, operands.reversed())])
        case .constant(let other): return constant(other, width: width, signed: signed, at: location)
        case .sliceFrom(let low): return again(.slice, attribute: low, operands)
        case .signDropped:
            let plain = operands.map { operand -> NodeID in
                let operandShape = result.graph[operand]
                return !operandShape.isSigned ? operand : make(
                    .reinterpret, width: Int(operandShape.width), signed: false, operands: [operand], at: location)
            }
            let value = make(shape.operation, width: width, signed: false, operands: plain, at: location)
            return signed ? make(.reinterpret, width: width, signed: true, operands: [value], at: location) : value
        case .narrowed:
            let rest = make(.slice, width: width - 1, signed: false, attribute: 0, operands: [copies[node]], at: location)
            let typed = signed ? make(.reinterpret, width: width - 1, signed: true, operands: [rest], at: location) : rest
            return again(.extend, attribute: 0, [typed])
        case .stuck(let value):
            guard shape.operation != .wire else { return nil }
            return constant(filled(value, width), width: width, signed: signed, at: location)
        case .reset(let reset): return twin(of: node, reset: reset, number, at: location)
        case .bypassed: return readAs[loads.single[node]!.value]
        case .enableStuck, .readEnableStuck: return nil
        }
    }

    private func filled(_ value: Bool, _ width: Int) -> Constant { Constant(value ? -1 : 0, width: width) }

    private mutating func twin(of register: NodeID, reset: Constant?, _ number: Int, at location: SourceLocation) -> NodeID {
        let shape = source.graph[register], original = source.registers[Int(shape.attribute)]
        let node = make(.register, width: Int(shape.width), signed: shape.isSigned,
                        attribute: source.registers.count + twinRegisters.count, operands: [], at: location)
        result.graph.setName("\(source.graph.name(of: register) ?? "register")_mutant_\(number)", of: node)
        twinRegisters.append(.init(
            node: node, reset: reset, domain: original.domain, isCrossing: original.isCrossing, location: original.location))
        twins[register, default: []].append(node)
        return node
    }

    // MARK: Statements

    private mutating func copied(_ block: Block) -> [Statement] {
        block.statements.flatMap { statement -> [Statement] in
            switch statement {
            case .assign(let target, let value, let location):
                return ([copies[target]] + (twins[target] ?? [])).map { .assign(target: $0, value: readAs[value], location) }
            case .write(let memory, let address, let data, let location):
                return [.write(memory: memory, address: readAs[address], data: readAs[data], location)]
            case .when(let when):
                let number = conditionCount
                conditionCount += 1
                var condition = readAs[when.condition]
                for (awake, mutant) in mutants where mutant.site == .condition(number) {
                    guard case .stuck(let value) = mutant.change else { preconditionFailure("a condition can be stuck only") }
                    condition = choose(awake, bit(value, at: when.location), condition, at: when.location)
                }
                let rewritten = When(condition: condition, location: when.location)
                rewritten.then.statements = copied(when.then)
                rewritten.otherwise.statements = copied(when.otherwise)
                return [.when(rewritten)]
            }
        }
    }

    /// Faults that are one more statement at the end of the body: the last drive wins.
    private func override(_ number: Int, _ mutant: Mutant) {
        guard case .node(let node) = mutant.site else { return }
        let value: NodeID
        switch mutant.change {
        case .enableStuck(false): value = copies[node]
        case .enableStuck(true): value = readAs[loads.single[node]!.value]
        case .stuck(let bit) where source.graph[node].operation == .wire:
            let shape = source.graph[node]
            value = constant(filled(bit, Int(shape.width)), width: Int(shape.width), signed: shape.isSigned, at: mutant.location)
        default: return
        }
        let when = When(condition: isAwake[number]!, location: mutant.location)
        when.then.statements = [.assign(target: copies[node], value: value, mutant.location)]
        result.body.statements.append(.when(when))
    }

    private func connect(_ instance: ModuleGraph.InstanceInfo, _ child: ModuleGraph) {
        var connections = instance.connections.map { copies[$0] }
        if child.ports.count > connections.count, let select {
            let wire = make(.wire, width: result.graph.width(of: select), signed: false, operands: [], at: instance.location)
            result.graph.setName(instance.name + "_mutant", of: wire)
            result.body.statements.append(.assign(target: wire, value: select, instance.location))
            connections.append(wire)
        }
        result.instances.append(.init(
            name: instance.name, module: child, connections: connections, domains: instance.domains,
            clear: instance.clear.map { copies[$0] }, location: instance.location))
    }
}

extension Array {
    fileprivate subscript(node: NodeID) -> Element { self[Int(node.index)] }
}

/// Registers that one statement alone loads, and what it loads them with.
struct RegisterLoads {
    private(set) var single: [NodeID: (value: NodeID, isConditional: Bool)] = [:]
    private var seen: Set<NodeID> = []

    init(_ module: ModuleGraph) { visit(module.body, module, isConditional: false) }

    private mutating func visit(_ block: Block, _ module: ModuleGraph, isConditional: Bool) {
        for statement in block.statements {
            switch statement {
            case .assign(let target, let value, _) where module.graph[target].operation == .register:
                single[target] = seen.insert(target).inserted ? (value, isConditional) : nil
            case .assign, .write: break
            case .when(let when):
                visit(when.then, module, isConditional: true)
                visit(when.otherwise, module, isConditional: true)
            }
        }
    }
}
