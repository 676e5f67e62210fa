/// The body of one module while it is being described.
///
/// Every statement takes the caller's line and gives it to the expression nodes made since the last one. Mistakes are
/// collected as diagnostics and the offending value is replaced by zero, so that one run reports them all.
public final class Circuit {
    let module: ModuleGraph
    unowned let elaborator: Elaborator
    private var blocks: [Block]
    private var nextUnstamped = 0
    private var location: SourceLocation

    init(module: ModuleGraph, elaborator: Elaborator) {
        self.module = module
        self.elaborator = elaborator
        self.blocks = [module.body]
        self.location = module.location
    }

    // MARK: Building nodes

    func make(
        _ operation: Operation, width: Int, signed: Bool, attribute: Int = 0, operands: [Reference] = []
    ) -> Reference {
        if operands.contains(where: isForeign) { return poison(width: width, signed: signed) }
        let width = checked(width)
        let node = module.graph.append(
            operation, width: width, signed: signed, attribute: attribute, operands: operands.map(\.node))
        return Reference(circuit: self, node: node, width: width, isSigned: signed)
    }

    /// Reports a signal of another module.
    private func isForeign(_ reference: Reference) -> Bool {
        if reference.circuit === self { return false }
        report(.foreignSignal, "a signal of module \(reference.circuit?.module.name ?? "?") is used here; pass it through a port", of: nil)
        return true
    }

    private func checked(_ width: Int) -> Int {
        if width >= 1 { return width }
        report(.outOfRange, "a signal of \(width) bits; the least is 1", of: nil)
        return 1
    }

    func constant(_ value: Int, width: Int, signed: Bool = false) -> Reference {
        let width = checked(width)
        let node = module.graph.appendConstant(Constant(value, width: width), width: width, signed: signed)
        return Reference(circuit: self, node: node, width: width, isSigned: signed)
    }

    /// The operand in `width` bits: extended, or a literal that must fit.
    func bind(_ reference: Reference, width: Int) -> Reference {
        guard reference.isLiteral else {
            return isForeign(reference) ? poison(width: width, signed: reference.isSigned) : reference.extended(to: width)
        }
        if bitsToHold(reference.literal, signed: reference.isSigned) > width {
            report(.outOfRange, "the literal \(reference.literal) does not fit \(width) bits", of: nil)
        }
        return constant(reference.literal, width: width, signed: reference.isSigned)
    }

    func poison(width: Int, signed: Bool) -> Reference { constant(0, width: width, signed: signed) }

    func report(_ code: Diagnostic.Code, _ message: String, of reference: Reference?, at line: SourceLocation? = nil) {
        let known = reference.flatMap { $0.circuit === self && !$0.isLiteral ? module.graph.name(of: $0.node) : nil }
        let place = known.map { " (`\($0)`)" } ?? ""
        elaborator.pending.append((Diagnostic(
            code: code, module: module.name, message: message + place, location: line ?? location), line == nil))
    }

    func stamp(_ fileID: String, _ line: Int) -> SourceLocation {
        let here = SourceLocation(fileID: fileID, line: line)
        module.graph.stamp(from: nextUnstamped, here)
        nextUnstamped = module.graph.count
        location = here
        elaborator.settlePending(at: here)
        return here
    }

    private func append(_ statement: Statement) { blocks[blocks.count - 1].statements.append(statement) }

    /// Makes the signals of a value and names them `name_path`.
    func fields<V>(_ name: String, _ shape: Shape<V>, at here: SourceLocation, _ make: @escaping (Int, Bool) -> Reference) -> V {
        var made: [Reference] = []
        var builder = FieldBuilder { width, signed in
            let reference = make(width, signed)
            made.append(reference)
            return reference
        }
        let value = shape.build(&builder)
        nameSignals(of: value, name, at: here)
        return value
    }

    func nameSignals<V>(of value: V, _ name: String, at here: SourceLocation) {
        guard let value = value as? any Value else { preconditionFailure("a shape must make a Value, not \(V.self)") }
        for (path, reference) in value.leaves {
            module.graph.setName(joinPath(name, path), of: reference.node)
            module.graph.setLocation(of: reference.node, here)
        }
    }

    // MARK: Statements

    /// State of any shape. `reset` is the value of every signal of it under synchronous reset; nil: not reset.
    ///
    /// - Parameter crossing: it may load state of another clock, as the first register of a synchroniser does; otherwise
    ///   that is a `CLOCK-CROSSING`. Nothing else changes: that the value is stable, or of one changing bit, is yours to see to.
    public func register<V: Value>(
        _ name: String, _ shape: Shape<V>, reset: Int? = nil, domain: ClockDomain = .main, crossing: Bool = false,
        fileID: String = #fileID, line: Int = #line
    ) -> Register<V> {
        let here = stamp(fileID, line)
        let value = fields(name, shape, at: here) { [self] width, signed in
            let made = make(.register, width: width, signed: signed, attribute: module.registers.count)
            if let reset, bitsToHold(reset, signed: signed || reset < 0) > width {
                report(.outOfRange, "the reset value \(reset) does not fit \(width) bits", of: made, at: here)
            }
            module.registers.append(.init(
                node: made.node, reset: reset.map { Constant($0, width: width) }, domain: domain, isCrossing: crossing,
                location: here))
            return made
        }
        nextUnstamped = module.graph.count
        return Register(circuit: self, q: value)
    }

    /// A register that takes `value` every cycle, or whenever `enable` is set.
    public func stage<V: Scalar>(
        _ name: String, _ value: V, enable: Bit? = nil, reset: Int? = nil, domain: ClockDomain = .main, crossing: Bool = false,
        fileID: String = #fileID, line: Int = #line
    ) -> V {
        let state = register(
            name, .like(value), reset: reset, domain: domain, crossing: crossing, fileID: fileID, line: line)
        if let enable {
            when(enable, fileID: fileID, line: line) { state.next(value, fileID: fileID, line: line) }
        } else {
            state.next(value, fileID: fileID, line: line)
        }
        return state.q
    }

    /// A constant of any shape: every signal of it carries `value`.
    public func constant<V: Value>(_ value: Int, _ shape: Shape<V>) -> V {
        var builder = FieldBuilder { [self] width, signed in constant(value, width: width, signed: signed) }
        return shape.build(&builder)
    }

    /// A net to be driven below.
    public func wire<V: Value>(
        _ name: String, _ shape: Shape<V>, fileID: String = #fileID, line: Int = #line
    ) -> V {
        let here = stamp(fileID, line)
        let value = fields(name, shape, at: here) { [self] width, signed in make(.wire, width: width, signed: signed) }
        nextUnstamped = module.graph.count
        return value
    }

    /// Gives an expression a name in the Verilog and this line.
    public func named<V: Scalar>(
        _ name: String, _ value: V, fileID: String = #fileID, line: Int = #line
    ) -> V {
        let net = wire(name, .like(value), fileID: fileID, line: line)
        // A name holds whatever conditions surround the place where it is given.
        let enclosing = blocks
        blocks = [module.body]
        drive(net, value, fileID: fileID, line: line)
        blocks = enclosing
        return net
    }

    /// The target carries the value; under `when`, while the condition holds. The last drive wins.
    public func drive<V: Value>(
        _ target: V, _ value: V, fileID: String = #fileID, line: Int = #line
    ) {
        assign(target, value, at: stamp(fileID, line))
    }

    /// A vector carries its elements, 0 first.
    public func drive<E: Scalar>(
        _ target: Vector<E>, _ elements: [E], fileID: String = #fileID, line: Int = #line
    ) {
        let packed = concatenate(elements.reversed())
        assign(target.packed, packed, at: stamp(fileID, line))
    }

    func assign(_ target: any Value, _ value: any Value, at here: SourceLocation) {
        let targets = target.leaves, values = value.leaves
        guard targets.count == values.count else {
            report(.widthMismatch, "\(values.count) signals for a target of \(targets.count)", of: nil, at: here)
            return
        }
        for (target, value) in zip(targets.map(\.reference), values.map(\.reference)) {
            guard target.circuit === self else {
                report(.foreignSignal, "the target belongs to another module; drive its port instead", of: nil, at: here)
                continue
            }
            guard [.wire, .register].contains(module.graph[target.node].operation) else {
                report(.notDrivable, "only outputs, wires, registers and instance inputs can be driven", of: target, at: here)
                continue
            }
            if !value.isLiteral && value.width > target.width {
                report(.widthMismatch, "\(value.width) bits for \(target.width); truncate explicitly", of: target, at: here)
                append(.assign(target: target.node, value: poison(width: target.width, signed: target.isSigned).node, here))
                continue
            }
            let bound = bind(value, width: target.width)
            _ = stamp(here.fileID, here.line)
            append(.assign(target: target.node, value: bound.node, here))
        }
    }

    /// Statements that hold while `condition` is set; chain `.elsewhen` and `.otherwise`.
    @discardableResult
    public func when(
        _ condition: Bit, fileID: String = #fileID, line: Int = #line, _ body: () -> Void
    ) -> WhenChain {
        let here = stamp(fileID, line)
        let statement = When(condition: bind(condition.reference, width: 1).node, location: here)
        append(.when(statement))
        enter(statement.then, body)
        return WhenChain(circuit: self, last: statement)
    }

    func enter(_ block: Block, _ body: () -> Void) {
        blocks.append(block)
        body()
        blocks.removeLast()
    }

    func nested(_ condition: Bit, in block: Block, at here: SourceLocation, _ body: () -> Void) -> When {
        let statement = When(condition: bind(condition.reference, width: 1).node, location: here)
        block.statements.append(.when(statement))
        enter(statement.then, body)
        return statement
    }

    /// `depth` words of `width` bits, without reset, written in `domain`.
    public func memory(
        _ name: String, depth: Int, width: Int, collision: Collision, domain: ClockDomain = .main,
        fileID: String = #fileID, line: Int = #line
    ) -> Memory {
        let here = stamp(fileID, line)
        module.memories.append(.init(
            name: name, depth: depth, width: width, collision: collision, domain: domain, location: here))
        return Memory(circuit: self, index: module.memories.count - 1, width: width, addressWidth: bitsToIndex(depth))
    }

    func write(_ memory: Int, _ address: Unsigned, _ data: Unsigned, addressWidth: Int, width: Int, at here: SourceLocation) {
        for (value, expected, what) in [(address, addressWidth, "address"), (data, width, "word")]
        where !value.reference.isLiteral && value.width > expected {
            report(.widthMismatch, "\(value.width) bits for a memory \(what) of \(expected)", of: value.reference, at: here)
            return
        }
        let address = bind(address.reference, width: addressWidth), data = bind(data.reference, width: width)
        checkAddress(address, of: memory, at: here)
        _ = stamp(here.fileID, here.line)
        append(.write(memory: memory, address: address.node, data: data.node, here))
    }

    /// Reports a constant address beyond the depth.
    func checkAddress(_ address: Reference, of memory: Int, at here: SourceLocation) {
        let memory = module.memories[memory]
        guard let number = module.graph.constant(of: address.node)?.words[0], number >= UInt64(memory.depth) else { return }
        report(.outOfRange, "address \(number) of `\(memory.name)`, which has \(memory.depth) words", of: nil, at: here)
    }

    /// `entries[index]`; 0 beyond the end. Combinational: register the result for a block RAM.
    public func table(
        _ name: String, _ entries: [UInt64], width: Int, index: Unsigned, fileID: String = #fileID, line: Int = #line
    ) -> Unsigned {
        let here = stamp(fileID, line)
        module.graph.tables.append(LookupTable(name: name, width: width, entries: entries))
        let looked = make(.table, width: width, signed: false, attribute: module.graph.tables.count - 1,
                          operands: [index.reference])
        module.graph.setName(name, of: looked.node)
        module.graph.setLocation(of: looked.node, here)
        return Unsigned(looked)
    }

    /// Puts `module` inside this one. Drive the inputs of what is returned, read its outputs.
    ///
    /// - Parameters:
    ///   - domains: for domains of `module`, the domains of this one that they run in; others keep their names.
    ///   - clear: resets the instance while it is set, as the reset does; of a module with one domain, and of that domain.
    public func instance<M: Module>(
        _ name: String, _ module: M, domains: [ClockDomain: ClockDomain] = [:], clear: Register<Bit>? = nil,
        fileID: String = #fileID, line: Int = #line
    ) -> M.Ports {
        let here = stamp(fileID, line)
        let child = elaborator.elaborate(module, at: here)
        let known = Set(child.domains.map(\.domain))
        for unknown in domains.keys.filter({ !known.contains($0) }).sorted(by: { $0.clock < $1.clock }) {
            report(.clockDomain, "\(child.name) has no domain of clock `\(unknown.clock)` and reset `\(unknown.reset)`",
                   of: nil, at: here)
        }
        if clear != nil, child.domains.count != 1 {
            report(.clockDomain, "\(child.name) has \(child.domains.count) domains; only a module of one can be cleared", of: nil, at: here)
        }
        let interface = Interface(circuit: self, instance: self.module.instances.count, at: here)
        let ports = module.ports(interface)
        let connections = portSignals(of: ports).map { path, reference in
            self.module.graph.setName(joinPath(name, path), of: reference.node)
            self.module.graph.setLocation(of: reference.node, here)
            return reference.node
        }
        self.module.instances.append(.init(
            name: name, module: child, connections: connections, domains: domains, clear: clear?.q.reference.node,
            location: here))
        nextUnstamped = self.module.graph.count
        return ports
    }

    /// Says that a value is deliberately left unread.
    public func discard(_ value: any Value, fileID: String = #fileID, line: Int = #line) {
        _ = stamp(fileID, line)
        module.discarded += value.leaves.map(\.reference.node)
    }
}
