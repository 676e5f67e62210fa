/// Which domains' state a value of a module depends on within a cycle, and which domains' state it feeds.
///
/// Sets of domains are words: bit n stands for the module's domain n. Ports of the module have no domain of their own.
struct DomainPaths {
    /// For each node, the domains of the state it follows.
    private(set) var origins: [UInt64]
    /// For each node, the domains of the state that loads what follows from it, registers meant for crossings left out.
    private(set) var destinations: [UInt64]
    /// What loads values.
    private(set) var sinks: [Sink] = []
    private let module: ModuleGraph
    private let paths: CombinationalPaths

    struct Sink {
        /// What is loaded.
        let value: NodeID
        let domains: UInt64
        /// A register, a memory or an instance's input, as a diagnostic says it.
        let name: String
        let location: SourceLocation
    }

    init(module: ModuleGraph) {
        self.module = module
        paths = CombinationalPaths(module: module)
        origins = Array(repeating: 0, count: module.graph.count)
        destinations = origins
        let order = order()
        for register in module.registers { origins[Int(register.node.index)] = bit(register.domain) }
        for memory in module.memories {
            for (read, domain) in zip(memory.reads, memory.readDomains) { origins[Int(read.index)] = bit(domain) }
        }
        for instance in module.instances where instance.module.usesClock {
            let inside = instance.module.domainPaths
            for (port, node) in zip(instance.module.ports, instance.connections) where !port.isInput {
                origins[Int(node.index)] = translated(inside.origins[Int(port.node.index)], through: instance)
            }
        }
        for node in order {
            for source in paths.sources(of: node) { origins[Int(node.index)] |= origins[Int(source.index)] }
        }
        collectSinks()
        for sink in sinks { destinations[Int(sink.value.index)] |= sink.domains }
        for node in order.reversed() {
            for source in paths.sources(of: node) { destinations[Int(source.index)] |= destinations[Int(node.index)] }
        }
    }

    private func bit(_ domain: ClockDomain) -> UInt64 {
        1 &<< UInt64(module.domains.firstIndex { $0.domain == domain }!)
    }

    /// A set of an instance's domains as one of this module's.
    private func translated(_ domains: UInt64, through instance: ModuleGraph.InstanceInfo) -> UInt64 {
        instance.module.domains.enumerated().reduce(0) { result, use in
            domains >> UInt64(use.offset) & 1 == 0 ? result : result | bit(instance.domain(use.element.domain))
        }
    }

    private mutating func collectSinks() {
        func name(_ node: NodeID) -> String { module.graph.name(of: node)! }
        for register in module.registers where !register.isCrossing {
            guard let value = module.drivers[register.node] else { continue }
            sinks.append(Sink(value: value, domains: bit(register.domain), name: "register `\(name(register.node))`",
                              location: register.location))
        }
        for memory in module.memories {
            for write in memory.writes {
                for value in [write.enable, write.address, write.data].compactMap(\.self) {
                    sinks.append(Sink(value: value, domains: bit(memory.domain), name: "memory `\(memory.name)`",
                                      location: write.location))
                }
            }
            for (read, domain) in zip(memory.reads, memory.readDomains) {
                for operand in module.graph.operands(of: read) {
                    sinks.append(Sink(value: operand, domains: bit(domain), name: "read port `\(name(read))`",
                                      location: module.graph.location(of: read)))
                }
            }
        }
        for instance in module.instances where instance.module.usesClock {
            let inside = instance.module.domainPaths
            for (port, node) in zip(instance.module.ports, instance.connections) where port.isInput {
                let domains = translated(inside.destinations[Int(port.node.index)], through: instance)
                if domains == 0 { continue }
                sinks.append(Sink(value: node, domains: domains, name: "input `\(port.name)` of `\(instance.name)`",
                                  location: instance.location))
            }
        }
    }

    /// All nodes, what they follow within the cycle first.
    private func order() -> [NodeID] {
        var order: [NodeID] = []
        var isKnown = [Bool](repeating: false, count: module.graph.count)
        for start in 0..<module.graph.count where !isKnown[start] {
            isKnown[start] = true
            var path = [(node: NodeID(start), remaining: paths.sources(of: NodeID(start)))]
            while !path.isEmpty {
                guard let next = path[path.count - 1].remaining.popLast() else {
                    order.append(path.removeLast().node)
                    continue
                }
                if isKnown[Int(next.index)] { continue }
                isKnown[Int(next.index)] = true
                path.append((next, paths.sources(of: next)))
            }
        }
        return order
    }

    /// State or an instance's output that `value` follows within the cycle, of one of `domains`.
    func origin(of value: NodeID, in domains: UInt64) -> NodeID {
        var node = value
        while let source = paths.sources(of: node).first(where: { origins[Int($0.index)] & domains != 0 }) { node = source }
        return node
    }
}
