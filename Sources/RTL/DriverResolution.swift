/// Folds the statements of a body into one value for each wire and register, muxes for the conditions, and into
/// enabled writes for each memory. Printers keep the statements; simulators and checks read what this makes.
struct DriverResolution {
    private let module: ModuleGraph
    private var diagnostics: [Diagnostic] = []
    private var firstDrive: [NodeID: SourceLocation] = [:]
    private var memoryWrites: [Int: [ModuleGraph.MemoryInfo.Write]] = [:]

    static func run(on module: ModuleGraph) -> [Diagnostic] {
        var pass = DriverResolution(module: module)
        pass.run()
        return pass.diagnostics
    }

    private init(module: ModuleGraph) { self.module = module }

    /// What targets carry at a point of the body; a child scope overlays its parent.
    private final class Scope {
        enum Carried: Equatable {
            case value(NodeID)
            /// A wire driven on some paths only.
            case partial
        }

        private let parent: Scope?
        private var carried: [NodeID: Carried] = [:]
        private(set) var assigned: [NodeID] = []

        init(parent: Scope?) { self.parent = parent }

        subscript(target: NodeID) -> Carried? {
            get { carried[target] ?? parent?[target] }
            set {
                if carried.updateValue(newValue!, forKey: target) == nil { assigned.append(target) }
            }
        }
    }

    private mutating func run() {
        let top = Scope(parent: nil)
        resolve(module.body, in: top, condition: nil)
        for target in top.assigned {
            switch top[target]! {
            case .value(let value): module.drivers[target] = value
            case .partial:
                report(.conditionalWithoutDefault, "`\(name(target))` is driven only under conditions; drive a default before them",
                       at: firstDrive[target]!)
                module.drivers[target] = module.graph.appendConstant(
                    Constant(0, width: module.graph.width(of: target)), width: module.graph.width(of: target),
                    signed: module.graph[target].isSigned)
            }
        }
        for (index, writes) in memoryWrites { module.memories[index].writes = writes }
    }

    private mutating func resolve(_ block: Block, in scope: Scope, condition: NodeID?) {
        var unconditional: [NodeID: SourceLocation] = [:]
        for statement in block.statements {
            switch statement {
            case .assign(let target, let value, let location):
                if let earlier = unconditional.updateValue(location, forKey: target) {
                    report(.multiplyDriven, "`\(name(target))` is driven twice under the same conditions", at: location,
                           notes: [.init(message: "the other drive", location: earlier)])
                }
                if firstDrive[target] == nil { firstDrive[target] = location }
                scope[target] = .value(value)
            case .write(let memory, let address, let data, let location):
                memoryWrites[memory, default: []].append(.init(
                    enable: condition, address: address, data: data, location: location))
            case .when(let when):
                resolve(when, in: scope, condition: condition)
            }
        }
    }

    private mutating func resolve(_ when: When, in scope: Scope, condition: NodeID?) {
        let then = Scope(parent: scope), otherwise = Scope(parent: scope)
        let writesThen = hasWrites(when.then), writesOtherwise = hasWrites(when.otherwise)
        resolve(when.then, in: then, condition: writesThen ? and(condition, when.condition, when) : nil)
        resolve(when.otherwise, in: otherwise,
                condition: writesOtherwise ? and(condition, not(when.condition, when), when) : nil)
        var merged = Set<NodeID>()
        for target in then.assigned + otherwise.assigned where merged.insert(target).inserted {
            let held: Scope.Carried = module.graph[target].operation == .register ? .value(target) : .partial
            switch (then[target] ?? held, otherwise[target] ?? held) {
            case (.value(let a), .value(let b)):
                scope[target] = .value(a == b ? a : make(
                    .mux, like: target, operands: [when.condition, a, b], at: when.location))
            default:
                scope[target] = .partial
            }
        }
    }

    private func hasWrites(_ block: Block) -> Bool {
        block.statements.contains { statement in
            switch statement {
            case .write: true
            case .when(let when): hasWrites(when.then) || hasWrites(when.otherwise)
            case .assign: false
            }
        }
    }

    private mutating func and(_ a: NodeID?, _ b: NodeID, _ when: When) -> NodeID {
        guard let a else { return b }
        return make(.and, like: b, operands: [a, b], at: when.location)
    }

    private mutating func not(_ a: NodeID, _ when: When) -> NodeID {
        make(.not, like: a, operands: [a], at: when.location)
    }

    private func make(_ operation: Operation, like node: NodeID, operands: [NodeID], at location: SourceLocation) -> NodeID {
        let shape = module.graph[node]
        let made = module.graph.append(
            operation, width: Int(shape.width), signed: shape.isSigned, operands: operands)
        module.graph.setLocation(of: made, location)
        return made
    }

    private func name(_ node: NodeID) -> String { module.graph.name(of: node) ?? "?" }

    private mutating func report(
        _ code: Diagnostic.Code, _ message: String, at location: SourceLocation, notes: [Diagnostic.Note] = []
    ) {
        diagnostics.append(Diagnostic(code: code, module: module.name, message: message, location: location, notes: notes))
    }
}
