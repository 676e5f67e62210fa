import RTL

/// What a module's text says after its declarations, in the order of the body's last word on each.
struct Plan {
    enum Item {
        /// A continuous assignment to a wire or an output.
        case wire(NodeID, SourceLocation)
        /// Registers under one set of conditions: indices into `ModuleGraph.registers`.
        case registers([Int], [Control])
        case memory(Int, [Control])
        case instance(Int)
    }

    /// A term that text needs, in reading order.
    struct Sink {
        let term: TermID
        /// What a temporary made for this term is called after.
        let label: String
        /// The label says all: no word for the operation is added.
        var isComplete = false
        /// The term is the whole right side of an assignment to a net of its width.
        var isAssignment = false
        /// Must be a name, selected bits or a literal: some synthesizers misread arithmetic in an array's index.
        var isIndex = false
    }

    let items: [Item]

    init(module: ModuleGraph, legaliser: inout Legaliser) {
        let order = StatementOrder(module.body)
        let projected = ControlProjection.project(module.body, legaliser: legaliser)
        var placed: [(position: Int, item: Item)] = []

        var covered = Set<NodeID>()
        for (index, instance) in module.instances.enumerated() {
            let inputs = zip(instance.module.ports, instance.connections).filter(\.0.isInput).map(\.1)
            placed.append((inputs.map { order.last(.register($0)) }.max() ?? order.end, .instance(index)))
            for input in inputs where legaliser.terms[legaliser[input]].origin != input { covered.insert(input) }
        }
        for (target, location) in order.targets where module.graph[target].operation == .wire && !covered.contains(target) {
            placed.append((order.last(.register(target)), .wire(target, location)))
        }
        for group in Self.groups(of: module, projected) {
            let controls = group.map { projected[.register(module.registers[$0].node)] ?? [] }
            let merged = legaliser.simplified(Control.merge(controls[0], Array(controls.dropFirst())))
            let position = group.map { order.last(.register(module.registers[$0].node)) }.max()!
            placed.append((position, .registers(group, merged)))
        }
        for index in module.memories.indices {
            let controls = legaliser.simplified(projected[.memory(index)] ?? [])
            placed.append((order.last(.memory(index)), .memory(index, controls)))
        }
        // An instance follows the wire of its last input: equal positions keep the order wires, registers, memories, instances.
        items = placed.enumerated().sorted {
            ($0.element.position, $0.element.item.rank, $0.offset) < ($1.element.position, $1.element.item.rank, $1.offset)
        }.map(\.element.item)
    }

    /// Neighbours in declaration order with one clock, one reset and the same conditions share an always block.
    private static func groups(of module: ModuleGraph, _ projected: [ControlProjection.Owner: [Control]]) -> [[Int]] {
        var groups: [[Int]] = []
        for (index, register) in module.registers.enumerated() {
            if let first = groups.last?[0] {
                let other = module.registers[first]
                if other.domain == register.domain, (other.reset == nil) == (register.reset == nil),
                   Control.sameSkeleton(projected[.register(other.node)] ?? [], projected[.register(register.node)] ?? []) {
                    groups[groups.count - 1].append(index)
                    continue
                }
            }
            groups.append([index])
        }
        return groups
    }
}

extension Plan.Item {
    fileprivate var rank: Int {
        switch self {
        case .wire: 0
        case .registers: 1
        case .memory: 2
        case .instance: 3
        }
    }
}

/// Where in a body each target is driven last, and the targets in the order of their first statement.
private struct StatementOrder {
    private(set) var targets: [(NodeID, SourceLocation)] = []
    private(set) var end = 0
    private var lastPosition: [ControlProjection.Owner: Int] = [:]

    init(_ body: Block) { visit(body) }

    func last(_ owner: ControlProjection.Owner) -> Int { lastPosition[owner] ?? end }

    private mutating func visit(_ block: Block) {
        for statement in block.statements {
            end += 1
            switch statement {
            case .assign(let target, _, let location):
                if lastPosition.updateValue(end, forKey: .register(target)) == nil { targets.append((target, location)) }
            case .write(let memory, _, _, _):
                lastPosition[.memory(memory)] = end
            case .when(let when):
                visit(when.then)
                visit(when.otherwise)
            }
        }
    }
}
