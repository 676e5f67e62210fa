/// The checks of a finished module that tools would miss or report without the user's line.
struct Lint {
    private let module: ModuleGraph
    private var diagnostics: [Diagnostic] = []
    private var graph: Graph { module.graph }

    static func run(on module: ModuleGraph) -> [Diagnostic] {
        var lint = Lint(module: module)
        let domains = DomainCollection(module)
        module.domains = domains.uses
        lint.diagnostics += domains.conflicts()
        lint.checkNames()
        lint.checkDriven()
        lint.checkUsed()
        let paths = CombinationalPaths(module: module)
        if let loop = paths.loop() { lint.diagnostics.append(loop) } else { paths.recordPortPaths() }
        return lint.diagnostics
    }

    private init(module: ModuleGraph) { self.module = module }

    private mutating func report(
        _ code: Diagnostic.Code, _ message: String, at location: SourceLocation, notes: [Diagnostic.Note] = []
    ) {
        diagnostics.append(Diagnostic(code: code, module: module.name, message: message, location: location, notes: notes))
    }

    /// Names are Verilog identifiers, unique in the module whatever their case, and no reserved words.
    private mutating func checkNames() {
        var seen: [String: SourceLocation] = [:]
        var all: [(String, SourceLocation)] = []
        for node in (0..<module.firstResolvedNode).lazy.map({ NodeID($0) }) {
            if let name = graph.name(of: node) { all.append((name, graph.location(of: node))) }
        }
        all += module.memories.map { ($0.name, $0.location) } + module.instances.map { ($0.name, $0.location) }
        let clocking = Set(module.domains.flatMap { [$0.domain.clock.lowercased(), $0.domain.reset.lowercased()] })
        for (name, location) in all {
            if let fault = illegality(ofName: name) { report(.illegalName, fault, at: location) }
            if clocking.contains(name.lowercased()) {
                report(.duplicateName, "`\(name)` is the name of a clock or reset of this module", at: location)
            }
            if let other = seen.updateValue(location, forKey: name.lowercased()) {
                report(.duplicateName, "two things are named `\(name)`", at: location,
                       notes: [.init(message: "the other one", location: other)])
            }
        }
    }

    private mutating func checkDriven() {
        for index in 0..<module.firstResolvedNode {
            let node = NodeID(index)
            guard graph[node].operation == .wire, module.drivers[node] == nil, let name = graph.name(of: node) else { continue }
            report(.undriven, "`\(name)` is never driven", at: graph.location(of: node))
        }
    }

    /// Every named signal is read by something or discarded.
    private mutating func checkUsed() {
        var read = [Bool](repeating: false, count: graph.count)
        for index in 0..<graph.count {
            for operand in graph.operands(of: NodeID(index)) { read[Int(operand.index)] = true }
        }
        markReads(of: module.body, &read)
        for port in module.ports where !port.isInput { read[Int(port.node.index)] = true }
        for instance in module.instances {
            for (port, node) in zip(instance.module.ports, instance.connections) where port.isInput {
                read[Int(node.index)] = true
            }
            if let clear = instance.clear { read[Int(clear.index)] = true }
        }
        for node in module.discarded where node.index >= 0 { read[Int(node.index)] = true }
        for index in 0..<module.firstResolvedNode where !read[index] {
            let node = NodeID(index)
            guard let name = graph.name(of: node) else { continue }
            report(.unused, "`\(name)` is never read; remove it or discard(_:) it", at: graph.location(of: node))
        }
    }

    private func markReads(of block: Block, _ read: inout [Bool]) {
        for statement in block.statements {
            switch statement {
            case .assign(_, let value, _): read[Int(value.index)] = true
            case .write(_, let address, let data, _):
                read[Int(address.index)] = true
                read[Int(data.index)] = true
            case .when(let when):
                read[Int(when.condition.index)] = true
                markReads(of: when.then, &read)
                markReads(of: when.otherwise, &read)
            }
        }
    }
}
