/// An elaborated hierarchy, checked.
public struct Design {
    /// Every distinct module once, children before the modules that use them; the top is last.
    public let modules: [ModuleGraph]
    public var top: ModuleGraph { modules[modules.count - 1] }
    /// What is suspicious but legal.
    public let warnings: [Diagnostic]

    /// Elaborates `top` and everything below it.
    /// - Throws: all errors found, each with its code and the user's lines.
    public init(
        _ top: some Module, fileID: String = #fileID, line: Int = #line
    ) throws(ElaborationError) {
        let elaborator = Elaborator()
        _ = elaborator.elaborate(top, at: SourceLocation(fileID: fileID, line: line))
        elaborator.settlePending(at: SourceLocation(fileID: fileID, line: line))
        let errors = elaborator.diagnostics.filter { $0.code.severity == .error }
        if !errors.isEmpty { throw ElaborationError(diagnostics: errors) }
        modules = elaborator.modules
        warnings = elaborator.diagnostics
    }

    /// What a pass has made of another design.
    init(modules: [ModuleGraph], warnings: [Diagnostic]) {
        self.modules = modules
        self.warnings = warnings
    }
}

/// Elaborates each distinct module once and collects what is wrong.
final class Elaborator {
    private(set) var modules: [ModuleGraph] = []
    private(set) var diagnostics: [Diagnostic] = []
    /// Diagnostics of expressions wait for the statement that gives them a line.
    var pending: [(diagnostic: Diagnostic, wantsLine: Bool)] = []
    private var elaborated: [AnyHashable: ModuleGraph] = [:]
    /// Kept so that a signal which leaks out of its module's body is still known as foreign.
    private var circuits: [Circuit] = []
    private var names: [String: SourceLocation] = [:]

    func settlePending(at location: SourceLocation) {
        for (diagnostic, wantsLine) in pending {
            diagnostics.append(!wantsLine ? diagnostic : Diagnostic(
                code: diagnostic.code, module: diagnostic.module, message: diagnostic.message,
                location: location, notes: diagnostic.notes))
        }
        pending = []
    }

    func elaborate<M: Module>(_ module: M, at location: SourceLocation) -> ModuleGraph {
        if let known = elaborated[AnyHashable(module)] { return known }
        let graph = ModuleGraph(name: module.verilogName, location: location)
        let circuit = Circuit(module: graph, elaborator: self)
        circuits.append(circuit)
        if let other = names.updateValue(location, forKey: graph.name) {
            diagnostics.append(Diagnostic(
                code: .duplicateName, module: graph.name,
                message: "two different modules are named \(graph.name); give `suffix` all parameters", location: location,
                notes: [.init(message: "the other one", location: other)]))
        }
        let ports = module.ports(Interface(circuit: circuit, instance: nil, at: location))
        circuit.declarePorts(portSignals(of: ports), at: location)
        module.body(circuit, ports)
        settlePending(at: location)
        graph.firstResolvedNode = graph.graph.count
        diagnostics += DriverResolution.run(on: graph)
        diagnostics += Lint.run(on: graph)
        diagnostics += ClockCrossings.run(on: graph, after: diagnostics)
        elaborated[AnyHashable(module)] = graph
        modules.append(graph)
        return graph
    }
}

extension Circuit {
    func declarePorts(_ signals: [(path: String, reference: Reference)], at location: SourceLocation) {
        for (path, reference) in signals {
            module.graph.setName(path, of: reference.node)
            module.ports.append(.init(
                name: path, isInput: module.graph[reference.node].operation == .input,
                width: reference.width, isSigned: reference.isSigned, node: reference.node))
        }
        for node in (0..<module.graph.count).lazy.map({ NodeID($0) }) where module.graph.name(of: node) == nil {
            elaborator.pending.append((Diagnostic(
                code: .unnamedPort, module: module.name,
                message: "ports(_:) made a port that is not in the Ports struct", location: module.graph.location(of: node)), false))
        }
        _ = stamp(location.fileID, location.line)
    }
}
