import RTL

/// Compiles a flattened design: picks an instruction for each node that needs one and a place for each value.
struct Compiler {
    let design: FlatDesign
    /// What each node's value is, once compiled.
    private(set) var views: [View?]
    var program = Program()

    /// Where instructions go.
    private enum Target { case cycle, block, observation }

    /// Values that instructions need not compute twice.
    private struct Computed {
        var words: [Instruction: Int] = [:]
        var materialized: [View: View] = [:]
    }

    private var target = Target.cycle
    /// The block being compiled.
    private var blockAfterState: [Instruction] = [], blockAfterInputs: [Instruction] = []
    private var selection: Selection
    private let registersOfBlock: [Blocks.Key: [FlatDesign.Register]]
    private var cursor = 0
    private var constantWords: [[UInt64]: Int] = [:]
    private var computed = Computed()
    /// Valid within the block being compiled only.
    private var computedInBlock = Computed()
    /// Words that the result of a node can be computed into: an output's or the next value of a register.
    private var claims: [Int: Int] = [:]

    init(_ design: FlatDesign, ports: [SimulatedPort]) {
        self.design = design
        registersOfBlock = Dictionary(grouping: design.registers.filter { $0.guardNode != nil }) { Blocks.Key($0)! }
        views = Array(repeating: nil, count: design.nodes.count)
        selection = Selection(design)
        placePorts(ports)
        compileCycle(ports)
        target = .observation
        compile(order(of: design.signals.map(\.node)))
        program.signals = design.signals.map { ($0, views[$0.node]!) }
        program.words = cursor
    }

    // MARK: Places

    mutating func allocate(_ width: Int) -> Int {
        defer { cursor += (width + 63) / 64 }
        return cursor
    }

    private mutating func placePorts(_ ports: [SimulatedPort]) {
        cursor = ports.reduce(0) { $0 + $1.wordCount }
        for input in design.inputs {
            views[input.node] = View(word: ports[input.port].firstWord, width: ports[input.port].width, followsInputs: true)
        }
        for output in design.outputs { claims[output.node] = ports[output.port].firstWord }
    }

    /// Registers and read data, those of a clock and of a block together; their next values in the same order behind.
    private mutating func placeState(_ blocks: Blocks) {
        program.stateWord = cursor
        func place(_ node: Int) {
            let width = design.nodes[node].width
            views[node] = View(word: allocate(width), width: width, followsInputs: false)
            program.stateWidths.append(width)
        }
        func place(_ register: FlatDesign.Register) {
            place(register.node)
            if let reset = register.reset {
                program.resets.append((
                    register.clocks, views[register.node]!.word, padded(reset, width: design.nodes[register.node].width)))
            }
        }
        let reads = design.memories.flatMap(\.reads)
        for clocks in (0..<design.clockCount).map(ClockSet.init(index:)) {
            let first = cursor
            for read in reads where read.clocks == clocks { place(read.node) }
            for register in design.registers where register.clocks == clocks && register.guardNode == nil { place(register) }
            program.alwaysLoaded.append((clocks, first..<cursor))
        }
        for key in blocks.keys {
            let first = cursor
            for register in registersOfBlock[key]! { place(register) }
            program.guardedLoads.append((key.clocks, BitPlace(byte: 0, bit: 0), first..<cursor))
        }
        program.stateWords = cursor - program.stateWord
        cursor += program.stateWords
        for register in design.registers {
            if let next = register.next, claims[next] == nil { claims[next] = nextWord(of: register.node) }
        }
    }

    private func nextWord(of state: Int) -> Int { views[state]!.word + program.stateWords }

    // MARK: A cycle

    private mutating func compileCycle(_ ports: [SimulatedPort]) {
        var done = Array(repeating: false, count: design.nodes.count)
        let live = design.order(from: design.roots, done: &done)
        let blocks = Blocks(design, order: live)
        placeState(blocks)
        let order = order(of: design.roots)
        selection.select(order, roots: design.roots)
        compile(order.filter { blocks.blockOf[$0] == nil })
        for output in design.outputs { copy(views[output.node]!, to: ports[output.port].firstWord) }
        for register in design.registers where register.guardNode == nil { finish(register) }
        finishMemories()
        var nodesOfBlocks = Array(repeating: [Int](), count: blocks.keys.count)
        for node in order { if let block = blocks.blockOf[node] { nodesOfBlocks[block].append(node) } }
        for (block, nodes) in nodesOfBlocks.enumerated() {
            let key = blocks.keys[block]
            compileBlock(block, guard: key.guardNode, nodes, registersOfBlock[key]!)
        }
        // Who looks at a name wants its value in every cycle.
        for node in nodesOfBlocks.joined() { views[node] = nil }
    }

    private func order(of roots: [Int]) -> [Int] {
        var done = views.map { $0 != nil }
        return design.order(from: roots, done: &done)
    }

    /// Computes the next values of the registers under a guard, unless it keeps them from loading.
    private mutating func compileBlock(_ block: Int, guard condition: Int, _ nodes: [Int], _ registers: [FlatDesign.Register]) {
        let condition = views[condition]!
        program.guardedLoads[block].condition = bit(condition)
        target = .block
        compile(nodes)
        for register in registers { finish(register) }
        target = .cycle
        if condition.followsInputs {
            append(blockAfterState + blockAfterInputs, under: condition, to: &program.afterInputs)
        } else {
            append(blockAfterState, under: condition, to: &program.afterState)
            append(blockAfterInputs, under: condition, to: &program.afterInputs)
        }
        blockAfterState = []
        blockAfterInputs = []
        computedInBlock = Computed()
    }

    private func append(_ block: [Instruction], under condition: View, to code: inout [Instruction]) {
        if block.isEmpty { return }
        code.append(Instruction(
            opcode: .skipUnless, bitC: UInt8(condition.bit % 8), a: Int32(block.count), c: Int32(condition.byte)))
        code += block
    }

    /// Sees to it that a register's next value is where it is loaded from.
    private mutating func finish(_ register: FlatDesign.Register) {
        if let next = register.next {
            copy(views[next]!, to: nextWord(of: register.node))
        } else if register.reset != nil {
            copy(views[register.node]!, to: nextWord(of: register.node))
        }
    }

    private mutating func finishMemories() {
        let always = constant(Constant(1, width: 1), width: 1)
        for memory in design.memories {
            let reads = memory.reads.map { read in
                MemoryPlan.Read(clocks: read.clocks, enable: bit(views[read.enable]!),
                                address: plain(views[read.address]!).word, next: nextWord(of: read.node))
            }
            let writes = memory.writes.map { write in
                MemoryPlan.Write(clocks: memory.writeClocks, enable: bit(write.enable.map { views[$0]! } ?? always),
                                 address: plain(views[write.address]!).word, data: block(views[write.data]!).word)
            }
            program.memories.append(MemoryPlan(
                depth: memory.depth, width: memory.width, collision: memory.collision, reads: reads, writes: writes))
            program.memoryPaths.append(memory.path)
        }
    }

    // MARK: Emission


    mutating func emit(_ instruction: Instruction, followsInputs: Bool) {
        switch (target, followsInputs) {
        case (.observation, _): program.observation.append(instruction)
        case (.cycle, false): program.afterState.append(instruction)
        case (.cycle, true): program.afterInputs.append(instruction)
        case (.block, false): blockAfterState.append(instruction)
        case (.block, true): blockAfterInputs.append(instruction)
        }
    }

    /// Emits for a new value, unless the same is computed already.
    mutating func emit(_ instruction: Instruction, width: Int, followsInputs: Bool, at claim: Int? = nil) -> View {
        var instruction = instruction
        let isList = instruction.opcode == .gather || instruction.opcode == .sum
        if !isList, let word = computed.words[instruction] ?? computedInBlock.words[instruction] {
            return View(word: word, width: width, followsInputs: followsInputs)
        }
        let key = instruction
        let word = claim ?? allocate(width)
        instruction.target = Int32(word * 8)
        emit(instruction, followsInputs: followsInputs)
        if !isList { if target == .block { computedInBlock.words[key] = word } else { computed.words[key] = word } }
        return View(word: word, width: width, followsInputs: followsInputs)
    }

    /// Puts a value at given words, unless it was computed there.
    mutating func copy(_ view: View, to word: Int) {
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
        if let done = computed.materialized[view] ?? computedInBlock.materialized[view] { return done }
        let result = emit(moving(view), width: view.width, followsInputs: view.followsInputs)
        if target == .block { computedInBlock.materialized[view] = result } else { computed.materialized[view] = result }
        return result
    }

    mutating func plain(_ view: View) -> View { view.isPlain ? view : materialize(view) }
    mutating func block(_ view: View) -> View { view.isBlock ? view : materialize(view) }
    /// Something one load can fetch.
    mutating func field(_ view: View) -> View { view.isLoadable ? view : materialize(view) }

    func bit(_ view: View) -> BitPlace { .init(byte: view.byte, bit: view.bit % 8) }

    // MARK: Nodes

    private mutating func compile(_ order: [Int]) {
        for node in order where target == .observation || selection.isNeeded[node] { views[node] = compile(node) }
    }

    private mutating func compile(_ index: Int) -> View {
        let node = design.nodes[index]
        let operands = node.operands
        let claim = target == .observation ? nil : claims[index]
        switch target == .observation ? .node : selection.choices[index] {
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
