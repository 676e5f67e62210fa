import RTL

/// Registers that keep their value until some condition holds need neither their next value computed nor loaded
/// before it does. Registers of one condition, and the nodes that only they use, make a *block* that is skipped.
extension FlatDesign {
    /// Fewer words of work than this are computed rather than skipped: a skip costs as much.
    private static let leastWork = 6

    /// Turns `next = mux(condition, value, held)` into `next = value`, loaded under `guardNode`, where it pays.
    mutating func separateHolds() {
        var uses = Array(repeating: 0, count: nodes.count)
        for node in nodes { for operand in node.operands { uses[operand] += 1 } }
        let original = registers
        var maker = GuardMaker()
        for index in registers.indices {
            guard let next = registers[index].next else { continue }
            if case .under(let condition, let value) = load(next, of: registers[index].node, uses, &maker) {
                registers[index].next = value
                registers[index].guardNode = condition
            }
        }
        let blocks = Blocks(self, order: liveOrder())
        for index in registers.indices {
            if let block = blocks.index(of: registers[index]), blocks.work[block] < Self.leastWork {
                registers[index] = original[index]
            }
        }
    }

    /// What a node, taken as the next value of a register, means for it.
    private enum Load {
        case never
        case always
        case under(condition: Int, value: Int)
    }

    private mutating func load(_ next: Int, of register: Int, _ uses: [Int], _ maker: inout GuardMaker) -> Load {
        if next == register { return .never }
        let node = nodes[next]
        guard node.operation == .mux, uses[next] <= 1 else { return .always }
        let condition = node.operands[0], a = node.operands[1], b = node.operands[2]
        switch (load(a, of: register, uses, &maker), load(b, of: register, uses, &maker)) {
        case (.never, .never): return .never
        case (.always, .always): return .always
        case (.always, .never): return .under(condition: condition, value: a)
        case (.never, .always): return .under(condition: maker.make(.not, [condition], in: &self), value: b)
        case (.under(let guardA, let valueA), .never):
            return .under(condition: maker.make(.and, [condition, guardA], in: &self), value: valueA)
        case (.never, .under(let guardB, let valueB)):
            let otherwise = maker.make(.not, [condition], in: &self)
            return .under(condition: maker.make(.and, [otherwise, guardB], in: &self), value: valueB)
        case (.under(let guardA, let valueA), .always):
            let otherwise = maker.make(.not, [condition], in: &self)
            return .under(condition: maker.make(.or, [otherwise, guardA], in: &self), value: mux(condition, valueA, b))
        case (.always, .under(let guardB, let valueB)):
            return .under(condition: maker.make(.or, [condition, guardB], in: &self), value: mux(condition, a, valueB))
        case (.under(let guardA, let valueA), .under(let guardB, let valueB)):
            return .under(condition: maker.make(.mux, [condition, guardA, guardB], in: &self), value: mux(condition, valueA, valueB))
        }
    }

    private mutating func mux(_ condition: Int, _ a: Int, _ b: Int) -> Int {
        append(FlatNode(operation: .mux, isSigned: false, width: nodes[a].width, attribute: 0, operands: [condition, a, b]))
    }

    fileprivate mutating func append(_ node: FlatNode) -> Int {
        nodes.append(node)
        return nodes.count - 1
    }

    /// All nodes a cycle needs, operands first.
    private func liveOrder() -> [Int] {
        var done = Array(repeating: false, count: nodes.count)
        return order(from: roots, done: &done)
    }
}

/// Makes conditions, equal ones once: registers of one condition share a block.
private struct GuardMaker {
    private struct Key: Hashable {
        let operation: Operation
        let operands: [Int]
    }

    private var made: [Key: Int] = [:]

    mutating func make(_ operation: Operation, _ operands: [Int], in design: inout FlatDesign) -> Int {
        let key = Key(operation: operation, operands: operands)
        if let node = made[key] { return node }
        let node = design.append(FlatNode(operation: operation, isSigned: false, width: 1, attribute: 0, operands: operands))
        made[key] = node
        return node
    }
}

/// Which nodes are needed under one guard and clock only.
struct Blocks {
    /// What the registers of a block have in common.
    struct Key: Hashable {
        let guardNode: Int
        let clocks: ClockSet

        /// Nil: the register is in no block.
        init?(_ register: FlatDesign.Register) {
            guard let guardNode = register.guardNode else { return nil }
            (self.guardNode, clocks) = (guardNode, register.clocks)
        }
    }

    /// One a block, in the order of the first register of each.
    private(set) var keys: [Key] = []
    /// For each node its block; nil: needed always, or never.
    private(set) var blockOf: [Int?] = []
    /// Words computed for each block.
    private(set) var work: [Int] = []
    private var indexOfKey: [Key: Int] = [:]

    init(_ design: FlatDesign, order: [Int]) {
        enum Need: Equatable { case none, always, block(Int) }
        var needs = Array(repeating: Need.none, count: design.nodes.count)
        func mark(_ node: Int, _ need: Need) {
            needs[node] = needs[node] == .none || needs[node] == need ? need : .always
        }
        for register in design.registers {
            guard let key = Key(register) else { continue }
            if indexOfKey.updateValue(indexOfKey[key] ?? keys.count, forKey: key) == nil {
                keys.append(key)
                work.append(0)
            }
        }
        for root in design.unguardedRoots { mark(root, .always) }
        for register in design.registers {
            guard let block = index(of: register), let next = register.next else { continue }
            mark(next, .block(block))
            work[block] += (design.nodes[register.node].width + 63) / 64
        }
        for node in order.reversed() { for operand in design.nodes[node].operands { mark(operand, needs[node]) } }
        blockOf = needs.map { if case .block(let block) = $0 { block } else { nil } }
        for node in order {
            guard let block = blockOf[node] else { continue }
            switch design.nodes[node].operation {
            case .constant, .register, .memoryRead, .input, .slice, .extend: break
            default: work[block] += (design.nodes[node].width + 63) / 64
            }
        }
    }

    func index(of register: FlatDesign.Register) -> Int? { Key(register).flatMap { indexOfKey[$0] } }
}
