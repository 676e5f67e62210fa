import RTL

/// Compiles a flattened design: picks an instruction for each node that needs one and a place for each value.
struct Compiler {
    let design: FlatDesign
    let portWords: Int
    /// What each node's value is, once compiled.
    private(set) var views: [View?]
    var program = Program()

    /// Values needed every cycle, or for looking at names only.
    private var observing = false
    private var selection: Selection
    private var cursor: Int
    private var constantWords: [[UInt64]: Int] = [:]
    private var known: [Instruction: Int] = [:]
    private var materialized: [View: View] = [:]
    /// Words that the result of a node can be computed into: an output's or the next value of a register.
    private var claims: [Int: Int] = [:]

    init(_ design: FlatDesign, ports: [SimulatedPort]) {
        self.design = design
        portWords = ports.reduce(0) { $0 + $1.wordCount }
        views = Array(repeating: nil, count: design.nodes.count)
        selection = Selection(design)
        cursor = portWords
        placeInputs(ports)
        placeState()
        let roots = placeOutputs(ports)
        compile(roots)
        finishOutputs(ports)
        finishState()
        observing = true
        compile(design.signals.map(\.node))
        program.signals = design.signals.map { ($0, views[$0.node]!) }
        program.words = cursor
    }

    // MARK: Places

    mutating func allocate(_ width: Int) -> Int {
        defer { cursor += (width + 63) / 64 }
        return cursor
    }

    private mutating func placeInputs(_ ports: [SimulatedPort]) {
        for node in design.nodes.indices where design.nodes[node].operation == .input {
            let index = design.nodes[node].attribute
            guard index < ports.count, ports[index].isInput else { continue }
            views[node] = View(word: ports[index].firstWord, width: ports[index].width, followsInputs: true)
        }
    }

    /// Registers and read data: first those with a reset value, then the others; their next values in the same order behind.
    private mutating func placeState() {
        let first = cursor
        let registers = design.registers.filter { $0.reset != nil } + design.registers.filter { $0.reset == nil }
        for register in registers {
            let width = design.nodes[register.node].width
            let word = allocate(width)
            views[register.node] = View(word: word, width: width, followsInputs: false)
            if let reset = register.reset { program.resetWords += padded(reset, width: width) }
        }
        for read in design.memories.flatMap(\.reads) {
            let width = design.nodes[read.node].width
            views[read.node] = View(word: allocate(width), width: width, followsInputs: false)
        }
        program.stateWord = first
        program.stateWords = cursor - first
        program.stateWidths = (registers.map(\.node) + design.memories.flatMap(\.reads).map(\.node)).map { design.nodes[$0].width }
        cursor += program.stateWords
        for register in registers {
            guard let next = register.next, claims[next] == nil else { continue }
            claims[next] = views[register.node]!.word + program.stateWords
        }
    }

    private mutating func placeOutputs(_ ports: [SimulatedPort]) -> [Int] {
        for output in design.outputs where claims[output.node] == nil { claims[output.node] = ports[output.port].firstWord }
        var roots: [Int] = []
        for memory in design.memories {
            for read in memory.reads { roots += [read.address, read.enable] }
            for write in memory.writes { roots += [write.address, write.data] + (write.enable.map { [$0] } ?? []) }
        }
        return roots + design.registers.compactMap(\.next) + design.outputs.map(\.node)
    }

    private mutating func finishOutputs(_ ports: [SimulatedPort]) {
        for output in design.outputs { copy(views[output.node]!, to: ports[output.port].firstWord) }
    }

    private mutating func finishState() {
        for register in design.registers {
            let current = views[register.node]!
            if let next = register.next {
                copy(views[next]!, to: current.word + program.stateWords)
            } else if register.reset != nil {
                copy(current, to: current.word + program.stateWords)
            }
        }
        let always = constant(Constant(1, width: 1), width: 1)
        for memory in design.memories {
            let reads = memory.reads.map { read in
                MemoryPlan.Read(enable: bit(views[read.enable]!), address: plain(views[read.address]!).word,
                                  next: views[read.node]!.word + program.stateWords)
            }
            let writes = memory.writes.map { write in
                MemoryPlan.Write(enable: bit(write.enable.map { views[$0]! } ?? always),
                                   address: plain(views[write.address]!).word, data: block(views[write.data]!).word)
            }
            program.memories.append(MemoryPlan(
                depth: memory.depth, width: memory.width, collision: memory.collision, reads: reads, writes: writes))
        }
    }

    // MARK: Emission

    mutating func emit(_ instruction: Instruction, followsInputs: Bool) {
        if observing {
            program.observation.append(instruction)
        } else if followsInputs {
            program.afterInputs.append(instruction)
        } else {
            program.afterState.append(instruction)
        }
    }

    /// Emits for a new value, unless the same is computed already.
    mutating func emit(_ instruction: Instruction, width: Int, followsInputs: Bool, at claim: Int? = nil) -> View {
        var instruction = instruction
        let isList = instruction.opcode == .gather || instruction.opcode == .sum
        if !isList, let word = known[instruction] { return View(word: word, width: width, followsInputs: followsInputs) }
        let key = instruction
        let word = claim ?? allocate(width)
        instruction.target = Int32(word * 8)
        emit(instruction, followsInputs: followsInputs)
        if !isList { known[key] = word }
        return View(word: word, width: width, followsInputs: followsInputs)
    }

    /// Puts a value at given words, unless it was computed there.
    private mutating func copy(_ view: View, to word: Int) {
        if view.isBlock && view.word == word { return }
        var move = moving(view)
        move.target = Int32(word * 8)
        emit(move, followsInputs: view.followsInputs)
    }

    private func padded(_ constant: Constant, width: Int) -> [UInt64] {
        let words = (width + 63) / 64
        return Array((constant.words + Array(repeating: 0, count: words)).prefix(words))
    }

    mutating func constant(_ value: Constant, width: Int) -> View {
        let words = padded(value, width: width)
        if let word = constantWords[words] { return View(word: word, width: width, followsInputs: false) }
        let word = allocate(width)
        constantWords[words] = word
        program.constants.append((word, words))
        return View(word: word, width: width, followsInputs: false)
    }

    mutating func zero(width: Int) -> View {
        var view = constant(Constant(0, width: 1), width: 1)
        view.width = width
        return view
    }

    /// The instruction that puts a view's value into words of its own, target aside.
    private func moving(_ view: View) -> Instruction {
        if view.isBlock {
            return view.isWide ? Instruction(opcode: .moveW, count: UInt16(view.words), a: Int32(view.byte))
                : Instruction(opcode: .moveP, a: Int32(view.byte))
        }
        if !view.isWide && view.isLoadable {
            return Instruction(opcode: view.signFilled ? .moveS : .moveU, a: view, mask: lowMask(view.width))
        }
        return Instruction(
            opcode: view.signFilled ? .extractSignedW : .extractW, leftA: UInt8(view.bit % 8), count: UInt16(view.words),
            a: Int32(view.byte), b: Int32(view.bits), mask: lowMask((view.width - 1) % 64 + 1))
    }

    /// The same value in words of its own.
    mutating func materialize(_ view: View) -> View {
        if let done = materialized[view] { return done }
        let result = emit(moving(view), width: view.width, followsInputs: view.followsInputs)
        materialized[view] = result
        return result
    }

    mutating func plain(_ view: View) -> View { view.isPlain ? view : materialize(view) }
    mutating func block(_ view: View) -> View { view.isBlock ? view : materialize(view) }
    /// Something one load can fetch.
    mutating func field(_ view: View) -> View { view.isLoadable ? view : materialize(view) }

    func bit(_ view: View) -> MemoryPlan.Condition { .init(byte: view.byte, bit: view.bit % 8) }

    // MARK: Nodes

    private mutating func compile(_ roots: [Int]) {
        var done = views.map { $0 != nil }
        let order = design.order(from: roots, done: &done)
        selection.select(order, roots: roots)
        for node in order where selection.isNeeded[node] { views[node] = compile(node) }
    }

    private mutating func compile(_ index: Int) -> View {
        let node = design.nodes[index]
        let operands = node.operands
        let claim = observing ? nil : claims[index]
        switch selection.choices[index] {
        case .sum(let products, let terms): return sum(products, terms, width: node.width, at: claim)
        case .andNot(let a, let b):
            return modular(.andNotP, .andNotU, nil, nil, views[a]!, views[b]!, width: node.width, at: claim)
        case .inverted(let comparison):
            let compared = design.nodes[comparison]
            return compare(compared.operation, inverted: true, views[compared.operands[0]]!, views[compared.operands[1]]!,
                           signed: compared.isSigned, at: claim)
        case .node: break
        }
        switch node.operation {
        case .constant: return constant(design.constants[node.attribute], width: node.width)
        case .slice:
            return views[operands[0]]!.slice(low: node.attribute, width: node.width) ?? zero(width: node.width)
        case .extend:
            let operand = views[operands[0]]!
            if let view = operand.extended(to: node.width, signed: node.isSigned) { return view }
            return materialize(operand).extended(to: node.width, signed: node.isSigned)!
        case .concatenate: return concatenate(operands.reversed().map { views[$0]! }, width: node.width, at: claim)
        case .table: return lookUp(design.tables[node.attribute], views[operands[0]]!, width: node.width, at: claim)
        default:
            let values = operands.map { views[$0]! }
            let isWide = node.width > 64 || (node.width == 1 && values.contains { $0.isWide })
            return isWide ? compileWide(node, values, at: claim) : compileNarrow(node, values, at: claim)
        }
    }
}

extension Instruction {
    /// With fields as operands.
    init(opcode: Opcode, a: View, b: View? = nil, mask: UInt64 = 0) {
        self.init(opcode: opcode, a: Int32(a.byte), b: Int32(b?.byte ?? 0), mask: mask)
        (leftA, rightA) = a.shifts
        if let b { (leftB, rightB) = b.shifts }
    }
}

extension View {
    /// Left, then right, to leave the stored bits of a load.
    var shifts: (left: UInt8, right: UInt8) { (UInt8(64 - bit % 8 - bits), UInt8(64 - bits)) }
}
