import RTL

/// Prints one module: ports, declarations of state, then the items of its plan in order.
struct ModulePrinter {
    let name: String
    private let module: ModuleGraph
    private let graph: Graph
    private let prefix: String
    private let legaliser: Legaliser
    private let plan: Plan
    private let nets: Nets
    private let unusedName: String
    private let expressions: ExpressionPrinter
    private var lines: [TextLine] = []
    /// Nets declared so far that something ought to read, in order.
    private var declared: [(name: String, width: Int)] = []
    private var printed: Set<TermID> = []
    private var printedWires: Set<NodeID> = []
    private let wireItems: [NodeID: SourceLocation]

    private static let columns = 100

    init(module: ModuleGraph, prefix: String) {
        self.module = module
        self.prefix = prefix
        name = prefix + module.name
        graph = module.graph
        var legaliser = Legaliser(module: module)
        plan = Plan(module: module, legaliser: &legaliser)
        self.legaliser = legaliser
        var reserved = Set(module.clockingPorts { $0 }.map { $0.port.lowercased() })
        for index in 0..<graph.count {
            if let name = graph.name(of: NodeID(index)) { reserved.insert(name.lowercased()) }
        }
        for name in module.memories.map(\.name) + module.instances.map(\.name) { reserved.insert(name.lowercased()) }
        var unusedName = "_unused_ok"
        while reserved.contains(unusedName) { unusedName += "_" }
        self.unusedName = unusedName
        nets = Nets(module: module, legaliser: legaliser, plan: plan, reserved: reserved.union([unusedName]))
        expressions = ExpressionPrinter(terms: legaliser.terms, nets: nets, graph: graph)
        wireItems = Dictionary(plan.items.compactMap { item in
            if case .wire(let node, let location) = item { (node, location) } else { nil }
        }, uniquingKeysWith: { first, _ in first })
    }

    mutating func print() -> [TextLine] {
        printPorts()
        printState()
        for item in plan.items { print(item) }
        printUnused()
        if lines.last?.text == "" { lines.removeLast() }
        line("endmodule")
        return lines
    }

    // MARK: Lines

    /// The location behind the text, or above it where there is no room.
    private mutating func line(_ text: String, at location: SourceLocation? = nil) {
        let note = location.map(comment) ?? ""
        guard text.utf8.count + note.utf8.count > Self.columns, let location else {
            lines.append(TextLine(text + note, location))
            return
        }
        lineAbove(indentation: text.prefix { $0 == " " }.count, location)
        lines.append(TextLine(text, location))
    }

    private mutating func lineAbove(indentation: Int, _ location: SourceLocation) {
        lines.append(TextLine(String(repeating: " ", count: indentation) + comment(location).dropFirst(2), location))
    }

    private mutating func blank() {
        if lines.last?.text != "" { lines.append(TextLine("")) }
    }

    private func comment(_ location: SourceLocation) -> String { "  // @[\(location.file):\(location.line)]" }

    /// `prefix layout suffix` over as many lines as it takes, the location behind the last one that has room for it; an
    /// assignment that leaves no room is broken behind its `=`, anything else has the location above it.
    private mutating func statement(
        _ prefix: String, _ layout: Layout, _ suffix: String, indentation: Int = 4, at location: SourceLocation
    ) {
        let note = comment(location)
        var made = layout.lines(prefix: prefix, suffix: suffix, indentation: indentation, limit: Self.columns,
                                comment: note.utf8.count)
        var place = made.indices.last { made[$0].utf8.count + note.utf8.count <= Self.columns }
        if place == nil && prefix.hasSuffix("= ") {
            made = [String(repeating: " ", count: indentation) + prefix.dropLast()]
                + layout.lines(prefix: "", suffix: suffix, indentation: indentation + 4, limit: Self.columns, comment: 0)
            place = made[0].utf8.count + note.utf8.count <= Self.columns ? 0 : nil
        }
        if let place { made[place] += note } else { lineAbove(indentation: indentation, location) }
        for text in made { lines.append(TextLine(text, location)) }
    }

    private func range(_ width: Int, signed: Bool) -> String {
        (signed ? "signed " : "") + (width == 1 ? "" : "[\(width - 1):0] ")
    }

    // MARK: Declarations

    private mutating func printPorts() {
        var ports: [(text: String, location: SourceLocation?)] = module.clockingPorts { $0 }.map { ("input  wire \($0.port)", nil) }
        for port in module.ports {
            let direction = port.isInput ? "input  wire" : "output wire"
            ports.append(("\(direction) \(range(port.width, signed: port.isSigned))\(port.name)", graph.location(of: port.node)))
            if port.isInput { declared.append((port.name, port.width)) }
        }
        line("module \(name) (")
        for (index, port) in ports.enumerated() {
            line("    " + port.text + (index + 1 < ports.count ? "," : ""), at: port.location)
        }
        line(");")
    }

    /// Registers, memories and instance outputs: text may read them before it says what they take.
    private mutating func printState() {
        blank()
        for register in module.registers { declare("reg", register.node, at: register.location) }
        for memory in module.memories {
            line("    reg \(range(memory.width, signed: false))\(memory.name) [0:\(memory.depth - 1)];", at: memory.location)
            for read in memory.reads { declare("reg", read, at: graph.location(of: read)) }
        }
        for instance in module.instances {
            for (port, node) in zip(instance.module.ports, instance.connections) where !port.isInput {
                declare("wire", node, at: instance.location)
            }
        }
        blank()
    }

    private mutating func declare(_ kind: String, _ node: NodeID, at location: SourceLocation) {
        let name = graph.name(of: node)!, width = graph.width(of: node)
        line("    \(kind) \(range(width, signed: graph[node].isSigned))\(name);", at: location)
        declared.append((name, width))
    }

    // MARK: Items

    private mutating func print(_ item: Plan.Item) {
        if case .wire(let node, let location) = item { return printWire(node, at: location) }
        for sink in item.sinks(in: module, legaliser) { require(sink.term) }
        switch item {
        case .wire: break
        case .registers(let group, let controls): printRegisters(group, controls)
        case .memory(let index, let controls): printMemory(index, controls)
        case .instance(let index): printInstance(module.instances[index])
        }
    }

    /// Prints what must be declared before text can say the term.
    private mutating func require(_ id: TermID) {
        let term = legaliser.terms[id]
        if nets.name[id] == nil {
            requireOperands(of: id)
        } else if term.operation == .table {
            printTable(id)
        } else if let wire = term.operation == .wire ? term.origin : nets.carrier[id] {
            if let location = wireItems[wire] { printWire(wire, at: location) }
        } else if !term.isNet, printed.insert(id).inserted {
            requireOperands(of: id)
            statement("wire \(range(term.width, signed: term.isSigned))\(nets.name[id]!) = ",
                      expressions.definition(of: id), ";", at: graph.location(of: term.origin))
            declared.append((nets.name[id]!, term.width))
        }
    }

    private mutating func requireOperands(of id: TermID) {
        for operand in legaliser.terms[id].operands { require(operand) }
    }

    private mutating func printWire(_ node: NodeID, at location: SourceLocation) {
        guard printedWires.insert(node).inserted else { return }
        let driver = legaliser[module.drivers[node]!], name = graph.name(of: node)!
        let isCarrier = nets.carrier[driver] == node
        if isCarrier { requireOperands(of: driver) } else { require(driver) }
        let value = isCarrier ? expressions.definition(of: driver) : expressions.reference(driver)
        if module.ports.contains(where: { $0.node == node }) {
            statement("assign \(name) = ", value, ";", at: location)
        } else {
            let width = graph.width(of: node)
            statement("wire \(range(width, signed: graph[node].isSigned))\(name) = ", value, ";", at: location)
            declared.append((name, width))
        }
    }

    private mutating func printTable(_ id: TermID) {
        guard printed.insert(id).inserted else { return }
        let term = legaliser.terms[id], node = term.origin
        let table = graph.tables[Int(graph[node].attribute)], location = graph.location(of: node)
        let index = term.operands[0], indexWidth = legaliser.terms[index].width
        require(index)
        let entries = table.entries.enumerated().filter { indexWidth >= 62 || $0.offset < 1 << indexWidth }.map { value, entry in
            (key: Constant(value, width: indexWidth).verilog(width: indexWidth),
             word: Constant(width: table.width) { $0 < 64 && entry >> UInt64($0) & 1 == 1 }.verilog(width: table.width))
        }
        let zero = Constant(0, width: table.width).verilog(width: table.width)
        if isAlwaysTheSame(index) {
            let place = expressions.reference(index).flat
            let choices = entries.map { Layout.text("(\(place)) == \($0.key) ? \($0.word) :") } + [.text(zero)]
            statement("wire \(range(table.width, signed: false))\(table.name) = ", .group(choices), ";", at: location)
            declared.append((table.name, table.width))
            return
        }
        blank()
        declare("reg", node, at: location)
        line("    always @(*) begin")
        statement("case (", expressions.reference(index), ")", indentation: 8, at: location)
        for entry in entries { line("            \(entry.key): \(table.name) = \(entry.word);", at: location) }
        line("            default: \(table.name) = \(zero);")
        line("        endcase")
        line("    end")
        blank()
    }

    /// Nothing that could change stands behind the term, so `always @(*)` might never run on it.
    private func isAlwaysTheSame(_ id: TermID) -> Bool {
        let term = legaliser.terms[id]
        return switch term.operation {
        case .input, .register, .memoryRead, .instanceOutput: false
        case .wire: isAlwaysTheSame(legaliser[module.drivers[term.origin]!])
        default: term.operands.allSatisfy(isAlwaysTheSame)
        }
    }

    private mutating func printRegisters(_ group: [Int], _ controls: [Control]) {
        let registers = group.map { module.registers[$0] }
        blank()
        line("    always @(posedge \(registers[0].domain.clock)) begin")
        if registers[0].reset == nil {
            printControls(controls, indentation: 8)
            // A register that nothing drives keeps what it woke up with.
            if controls.isEmpty {
                for register in registers {
                    let name = graph.name(of: register.node)!
                    line("        \(name) <= \(name);", at: register.location)
                }
            }
        } else {
            line("        if (\(registers[0].domain.reset)) begin")
            for register in registers {
                let reset = register.reset!.verilog(width: graph.width(of: register.node))
                line("            \(graph.name(of: register.node)!) <= \(reset);", at: register.location)
            }
            if controls.count == 1, case .when(let location, let condition, let then, let otherwise) = controls[0] {
                printWhen(location, condition, then, otherwise, opening: "end else if (", indentation: 8)
            } else if !controls.isEmpty {
                line("        end else begin")
                printControls(controls, indentation: 12)
                line("        end")
            } else {
                line("        end")
            }
        }
        line("    end")
        blank()
    }

    private mutating func printControls(_ controls: [Control], memory: String = "", indentation: Int) {
        for control in controls {
            switch control {
            case .assign(let register, let value, let location):
                statement("\(graph.name(of: register)!) <= ", expressions.reference(value), ";",
                          indentation: indentation, at: location)
            case .write(let address, let data, let location):
                let place = expressions.index(address)
                statement("\(memory)[\(place)] <= ", expressions.reference(data), ";",
                          indentation: indentation, at: location)
            case .when(let location, let condition, let then, let otherwise):
                printWhen(location, condition, then, otherwise, memory: memory, opening: "if (", indentation: indentation)
            }
        }
    }

    private mutating func printWhen(
        _ location: SourceLocation, _ condition: TermID, _ then: [Control], _ otherwise: [Control], memory: String = "",
        opening: String, indentation: Int
    ) {
        let space = String(repeating: " ", count: indentation)
        statement(opening, expressions.reference(condition), ") begin", indentation: indentation, at: location)
        printControls(then, memory: memory, indentation: indentation + 4)
        if otherwise.count == 1, case .when(let next, let condition, let then, let otherwise) = otherwise[0] {
            printWhen(next, condition, then, otherwise, memory: memory, opening: "end else if (", indentation: indentation)
            return
        }
        if !otherwise.isEmpty {
            line(space + "end else begin")
            printControls(otherwise, memory: memory, indentation: indentation + 4)
        }
        line(space + "end")
    }

    /// Reads and writes of one clock in one block, so that a read beside a write to its address takes the old word.
    private mutating func printMemory(_ index: Int, _ controls: [Control]) {
        let memory = module.memories[index]
        var others: [ClockDomain] = []
        for domain in memory.readDomains where domain != memory.domain && !others.contains(domain) { others.append(domain) }
        if others.isEmpty || !controls.isEmpty || memory.readDomains.contains(memory.domain) {
            printMemory(memory, memory.domain, controls)
        }
        for domain in others { printMemory(memory, domain, []) }
    }

    private mutating func printMemory(_ memory: ModuleGraph.MemoryInfo, _ domain: ClockDomain, _ controls: [Control]) {
        blank()
        line("    always @(posedge \(domain.clock)) begin")
        for (read, readDomain) in zip(memory.reads, memory.readDomains) where readDomain == domain {
            let location = graph.location(of: read)
            let enable = legaliser[graph.operand(1, of: read)], address = legaliser[graph.operand(0, of: read)]
            let assignment = "\(graph.name(of: read)!) <= \(memory.name)[\(expressions.index(address))];"
            if let always = legaliser.terms[enable].constant, !always.isZero {
                line("        " + assignment, at: location)
                continue
            }
            statement("if (", expressions.reference(enable), ") begin", indentation: 8, at: location)
            line("            " + assignment, at: location)
            line("        end")
        }
        printControls(controls, memory: memory.name, indentation: 8)
        line("    end")
        blank()
    }

    private mutating func printInstance(_ instance: ModuleGraph.InstanceInfo) {
        let cleared = instance.clear.map { " | " + expressions.reference(legaliser[$0]).flat } ?? ""
        let resets = Set(instance.module.domains.map(\.domain.reset))
        var connections = instance.module.clockingPorts(instance.domain).map { port, net in
            (port, Layout.text(resets.contains(port) ? net + cleared : net))
        }
        for (port, node) in zip(instance.module.ports, instance.connections) {
            connections.append((port.name, port.isInput ? expressions.reference(legaliser[node]) : .text(graph.name(of: node)!)))
        }
        blank()
        line("    \(prefix)\(instance.module.name) \(instance.name) (", at: instance.location)
        for (index, (port, net)) in connections.enumerated() {
            let made = net.lines(prefix: ".\(port)(", suffix: index + 1 < connections.count ? ")," : ")", indentation: 8,
                                 limit: Self.columns, comment: 0)
            for text in made { line(text) }
        }
        line("    );")
        blank()
    }

    /// One net that reads every bit that nothing else does, for the linters' sake.
    private mutating func printUnused() {
        var unread: [Layout] = [.text("1'b0")]
        for (name, width) in declared {
            for bits in (expressions.bitsRead[name] ?? BitSet(width: width)).missing {
                let select = bits.count == width ? "" : bits.count == 1 ? "[\(bits.lowerBound)]" : "[\(bits.upperBound - 1):\(bits.lowerBound)]"
                unread.append(.text(name + select))
            }
        }
        for memory in module.memories where memory.reads.isEmpty { unread.append(.text("\(memory.name)[0]")) }
        guard unread.count > 1 else { return }
        blank()
        let made = Layout.joined([.text("&"), .braces(unread)]).lines(
            prefix: "wire \(unusedName) = ", suffix: ";", indentation: 4, limit: Self.columns, comment: 0)
        for text in made { line(text) }
    }
}

extension ModuleGraph {
    /// The clock ports, then the reset ports, each in the order of the domains, and the nets that `outer` puts on them.
    fileprivate func clockingPorts(_ outer: (ClockDomain) -> ClockDomain) -> [(port: String, net: String)] {
        domains.map { ($0.domain.clock, outer($0.domain).clock) }
            + domains.filter(\.usesReset).map { ($0.domain.reset, outer($0.domain).reset) }
    }
}
