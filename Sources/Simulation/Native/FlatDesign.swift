import RTL

/// A node of the flattened design. Aliases are gone: operands name the node that makes the value, past wires,
/// reinterprets and ports of instances.
struct FlatNode {
    var operation: Operation
    /// Whether an `extend`, `less`, `multiply` or `shiftRight` takes its operands as two's complement numbers.
    var isSigned: Bool
    var width: Int
    /// Low bit of a slice, or index into the `constants` or `tables` of the design.
    var attribute: Int
    var operands: [Int]
}

/// A hierarchy as one list of nodes and the state they read and write.
struct FlatDesign {
    var nodes: [FlatNode] = []
    private(set) var constants: [Constant] = []
    private(set) var tables: [LookupTable] = []
    var registers: [Register] = []
    private(set) var memories: [Memory] = []
    private(set) var signals: [Signal] = []
    /// Clocks of the top.
    let clockCount: Int
    /// For each output port of the top, its index among the ports and the node it carries.
    private(set) var outputs: [(port: Int, node: Int)] = []
    /// For each input port of the top, its index among the ports and its node.
    private(set) var inputs: [(port: Int, node: Int)] = []
    /// What a wire, reinterpret or port of an instance stands for; -1: itself.
    private var aliases: [Int] = []

    struct Register {
        let node: Int
        /// The top's clock that loads it, with the reset that belongs to it.
        let clocks: ClockSet
        /// The node it loads; nil: it holds.
        var next: Int?
        /// Loads only while this bit is set; nil: always.
        var guardNode: Int?
        let reset: Constant?
    }

    struct Memory {
        let path: String
        let depth: Int
        let width: Int
        let collision: Collision
        /// The top's clock that writes.
        let writeClocks: ClockSet
        var reads: [(node: Int, clocks: ClockSet, address: Int, enable: Int)]
        var writes: [(enable: Int?, address: Int, data: Int)]
    }

    /// A named signal, for waves and look-up by path.
    struct Signal {
        /// Names of the instances around it, outermost first; empty for the top.
        let scope: [String]
        let name: String
        var node: Int
        let width: Int
        let isSigned: Bool
        /// A register or read data.
        let isState: Bool
    }

    init(_ design: Design) {
        let top = design.top
        clockCount = top.domains.count
        let clocks = top.domains.enumerated().map { ($0.element.domain, ClockSet(index: $0.offset)) }
        flatten(top, scope: [], base: append(top), clocks: Dictionary(uniqueKeysWithValues: clocks), clears: [])
        resolveAliases()
        for (index, port) in top.ports.enumerated() {
            let node = Int(port.node.index)
            if port.isInput { inputs.append((index, node)) } else { outputs.append((index, resolved(node))) }
        }
        sliceThroughConcatenations()
        invertNoConditions()
        separateHolds()
    }

    /// What the state and the outputs need in every cycle.
    var unguardedRoots: [Int] {
        var roots = outputs.map(\.node)
        for memory in memories {
            for read in memory.reads { roots += [read.address, read.enable] }
            for write in memory.writes { roots += [write.address, write.data] + (write.enable.map { [$0] } ?? []) }
        }
        for register in registers { roots += ((register.guardNode ?? register.next).map { [$0] } ?? []) }
        return roots
    }

    /// What the state and the outputs need.
    var roots: [Int] { unguardedRoots + registers.compactMap { $0.guardNode == nil ? nil : $0.next } }

    /// Makes room for the nodes of an instance and says where they start.
    private mutating func append(_ module: ModuleGraph) -> Int {
        let base = nodes.count, graph = module.graph
        for index in 0..<graph.count {
            let id = NodeID(index), node = graph[id]
            let operands = graph.operands(of: id)
            var attribute = Int(node.attribute)
            var isSigned = node.isSigned
            switch node.operation {
            case .constant:
                constants.append(graph.constants[attribute])
                attribute = constants.count - 1
            case .table:
                tables.append(graph.tables[attribute])
                attribute = tables.count - 1
            case .extend, .less, .multiply:
                isSigned = graph[operands[0]].isSigned
            default: break
            }
            nodes.append(FlatNode(
                operation: node.operation, isSigned: isSigned, width: Int(node.width), attribute: attribute,
                operands: operands.map { base + Int($0.index) }))
            aliases.append(node.operation == .reinterpret ? base + Int(operands[0].index) : -1)
        }
        return base
    }

    /// - Parameters:
    ///   - clocks: the top's clock for each domain of `module`.
    ///   - clears: registers further out, each of which resets it.
    private mutating func flatten(
        _ module: ModuleGraph, scope: [String], base: Int, clocks: [ClockDomain: ClockSet], clears: [Int]
    ) {
        func flat(_ node: NodeID) -> Int { base + Int(node.index) }
        for index in 0..<module.graph.count where module.graph[NodeID(index)].operation == .wire {
            guard let driver = module.drivers[NodeID(index)] else { preconditionFailure("an undriven wire passed the checks") }
            aliases[base + index] = flat(driver)
        }
        for register in module.registers {
            let node = flat(register.node)
            var next = module.drivers[register.node].map(flat)
            if let reset = register.reset {
                for clear in clears { next = cleared(node, to: reset, when: clear, otherwise: next ?? node) }
            }
            registers.append(Register(node: node, clocks: clocks[register.domain]!, next: next, reset: register.reset))
        }
        for memory in module.memories {
            memories.append(Memory(
                path: (scope + [memory.name]).joined(separator: "."), depth: memory.depth, width: memory.width,
                collision: memory.collision, writeClocks: clocks[memory.domain]!,
                reads: zip(memory.reads, memory.readDomains).map { read, domain in
                    (flat(read), clocks[domain]!, flat(module.graph.operand(0, of: read)),
                     flat(module.graph.operand(1, of: read)))
                },
                writes: memory.writes.map { ($0.enable.map(flat), flat($0.address), flat($0.data)) }))
        }
        for index in 0..<module.firstResolvedNode {
            guard let name = module.graph.name(of: NodeID(index)) else { continue }
            let node = module.graph[NodeID(index)]
            signals.append(Signal(
                scope: scope, name: name, node: base + index, width: Int(node.width), isSigned: node.isSigned,
                isState: node.operation == .register || node.operation == .memoryRead))
        }
        for instance in module.instances {
            let child = append(instance.module)
            for (port, connection) in zip(instance.module.ports, instance.connections) {
                if port.isInput {
                    aliases[child + Int(port.node.index)] = flat(connection)
                } else {
                    aliases[flat(connection)] = child + Int(port.node.index)
                }
            }
            let inside = instance.module.domains.map { ($0.domain, clocks[instance.domain($0.domain)]!) }
            flatten(instance.module, scope: scope + [instance.name], base: child,
                    clocks: Dictionary(uniqueKeysWithValues: inside), clears: clears + (instance.clear.map { [flat($0)] } ?? []))
        }
    }

    /// What a register loads that an instance's `clear` resets.
    private mutating func cleared(_ register: Int, to reset: Constant, when clear: Int, otherwise next: Int) -> Int {
        func add(_ operation: Operation, _ attribute: Int, _ operands: [Int]) -> Int {
            nodes.append(FlatNode(
                operation: operation, isSigned: nodes[register].isSigned, width: nodes[register].width, attribute: attribute,
                operands: operands))
            aliases.append(-1)
            return nodes.count - 1
        }
        constants.append(reset)
        return add(.mux, 0, [clear, add(.constant, constants.count - 1, []), next])
    }

    private mutating func resolved(_ node: Int) -> Int {
        var end = node
        while aliases[end] >= 0 { end = aliases[end] }
        var step = node
        while aliases[step] >= 0 { (step, aliases[step]) = (aliases[step], end) }
        return end
    }

    private mutating func resolveAliases() {
        for index in nodes.indices {
            for position in nodes[index].operands.indices {
                nodes[index].operands[position] = resolved(nodes[index].operands[position])
            }
        }
        for index in registers.indices { registers[index].next = registers[index].next.map { resolved($0) } }
        for index in signals.indices { signals[index].node = resolved(signals[index].node) }
        for index in memories.indices {
            let memory = memories[index]
            memories[index].reads = memory.reads.map { ($0.node, $0.clocks, resolved($0.address), resolved($0.enable)) }
            memories[index].writes = memory.writes.map { write in
                (write.enable.map { resolved($0) }, resolved(write.address), resolved(write.data))
            }
        }
    }

    /// Vectors are packed to pass a port and unpacked behind it: a slice within one part reads that part.
    private mutating func sliceThroughConcatenations() {
        for index in nodes.indices where nodes[index].operation == .slice {
            while case let source = nodes[nodes[index].operands[0]], source.operation == .concatenate {
                var low = nodes[index].attribute
                let part = source.operands.reversed().first { part in
                    if low < nodes[part].width { return true }
                    low -= nodes[part].width
                    return false
                }
                guard let part, low + nodes[index].width <= nodes[part].width else { break }
                nodes[index].operands[0] = part
                nodes[index].attribute = low
            }
        }
    }

    /// A mux on an inverted condition is a mux on the condition with its choices swapped.
    private mutating func invertNoConditions() {
        for index in nodes.indices where nodes[index].operation == .mux {
            let operands = nodes[index].operands
            let condition = nodes[operands[0]]
            if condition.operation == .not { nodes[index].operands = [condition.operands[0], operands[2], operands[1]] }
        }
    }

    /// The nodes that `roots` need within a cycle, operands before users, without those already in `done`.
    func order(from roots: [Int], done: inout [Bool]) -> [Int] {
        var order: [Int] = []
        var open = [Bool](repeating: false, count: nodes.count)
        var path: [(node: Int, next: Int)] = []
        for root in roots where !done[root] {
            path.append((root, 0))
            open[root] = true
            while let (node, next) = path.last {
                let operands = nodes[node].operation == .memoryRead ? [] : nodes[node].operands
                if next < operands.count {
                    path[path.count - 1].next += 1
                    let operand = operands[next]
                    if done[operand] { continue }
                    precondition(!open[operand], "a combinational loop passed the checks")
                    open[operand] = true
                    path.append((operand, 0))
                } else {
                    path.removeLast()
                    done[node] = true
                    order.append(node)
                }
            }
        }
        return order
    }
}
