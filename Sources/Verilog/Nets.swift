import RTL

/// Decides which terms get a net of their own and what it is called; every other term is written where it is used.
///
/// A term gets a net if it is used twice, if Verilog would misread it inside another expression (see
/// `Term.isRootOnly`), if its user needs a name to select bits from, or if the expression would become too long.
struct Nets {
    /// The name of a term that is a net, declared or temporary.
    private(set) var name: [TermID: String] = [:]
    /// A term that a wire of the module carries needs no temporary.
    private(set) var carrier: [TermID: NodeID] = [:]
    /// Terms that text reaches, each behind its operands.
    private(set) var reached: [TermID] = []

    private let module: ModuleGraph
    private let terms: [Term]
    private var uses: [Int]
    private var use: [Use]
    private var label: [Plan.Sink?]

    /// How the expressions around a term use it.
    private struct Use: OptionSet {
        let rawValue: UInt8
        /// As the right side of an assignment.
        static let assigned = Use(rawValue: 1)
        /// Bits are selected from it, or it selects a word.
        static let selected = Use(rawValue: 2)
        /// It must have its own width and sign whatever surrounds it.
        static let primary = Use(rawValue: 4)
        /// Under a `not`, which turns a comparison round.
        static let negated = Use(rawValue: 8)
    }

    /// Most leaves of one expression; of one whose outer operators are a chain of choices; most levels.
    private static let leafLimit = 12, choiceLimit = 48, depthLimit = 5

    init(module: ModuleGraph, legaliser: Legaliser, plan: Plan, reserved: Set<String>) {
        self.module = module
        terms = legaliser.terms
        uses = [Int](repeating: 0, count: terms.count)
        use = [Use](repeating: [], count: terms.count)
        label = [Plan.Sink?](repeating: nil, count: terms.count)
        for item in plan.items {
            for sink in item.sinks(in: module, legaliser) {
                visit(sink.term, sink)
                if sink.isIndex { use[sink.term].insert(.selected) }
                if sink.isAssignment { use[sink.term].insert(.assigned) }
            }
            if case .wire(let node, _) = item {
                let driver = legaliser[module.drivers[node]!]
                if !terms[driver].isLeaf, carrier[driver] == nil { carrier[driver] = node }
            }
        }
        assignNames(to: chooseTemporaries(), avoiding: reserved)
    }

    private mutating func visit(_ term: TermID, _ sink: Plan.Sink) {
        uses[term] += 1
        guard label[term] == nil else { return }
        label[term] = sink
        var below = sink
        if terms[term].operation == .table {
            below = .init(term: term, label: module.graph.name(of: terms[term].origin)! + "_index", isComplete: true)
        } else {
            below.isComplete = false
        }
        for operand in terms[term].operands {
            visit(operand, below)
            use[operand].formUnion(demand(of: terms[term], on: terms[operand]))
        }
        reached.append(term)
    }

    private func demand(of user: Term, on operand: Term) -> Use {
        switch user.operation {
        case .slice: .selected
        case .extend: user.readsSigned && operand.width > 1 ? .selected : []
        case .multiply: .primary
        case .not: .negated
        case .less, .shiftRight: user.readsSigned ? .primary : []
        default: []
        }
    }

    // MARK: What becomes a temporary

    private mutating func chooseTemporaries() -> Set<TermID> {
        var isNet = terms.map(\.isNet)
        var leaves = [Int](repeating: 1, count: terms.count)
        var depth = [Int](repeating: 0, count: terms.count)
        // Operands are made before their users, so ascending order is from the inside out.
        for term in reached.sorted() where !terms[term].isLeaf {
            measure(term, &isNet, &leaves, &depth)
            let alone = uses[term] == 1 || isCheap(term, isNet)
            let inPlace = !isRootOnly(term, isNet) || uses[term] == 1
                && (use[term] == .assigned || use[term] == .negated && terms[term].operation == .less)
            if carrier[term] == nil, alone, inPlace, isFit(term, for: use[term]) { continue }
            isNet[term] = true
        }
        return Set(reached.filter { isNet[$0] && !terms[$0].isNet && carrier[$0] == nil })
    }

    /// See `Term.isRootOnly`; the opposite of a comparison is as much of one.
    private func isRootOnly(_ term: TermID, _ isNet: [Bool]) -> Bool {
        guard terms[term].operation == .not else { return terms[term].isRootOnly(among: terms) }
        let operand = terms[term].operands[0]
        return terms[operand].operation == .less && !isNet[operand] && terms[operand].isRootOnly(among: terms)
    }

    /// Counts what a term would take if written out, giving nets to its largest operands until it is short enough.
    private func measure(_ term: TermID, _ isNet: inout [Bool], _ leaves: inout [Int], _ depth: inout [Int]) {
        let operation = terms[term].operation
        let written = terms[term].operands
        func continues(_ operand: TermID) -> Bool {
            terms[operand].operation == operation
                && (isChain(operation) || operation == .mux && operand == written[2])
        }
        while true {
            var leafCount = 0, level = 0
            for operand in written {
                leafCount += isNet[operand] ? 1 : leaves[operand]
                if !isNet[operand] { level = max(level, depth[operand] + (continues(operand) ? 0 : 1)) }
            }
            leaves[term] = max(1, leafCount)
            depth[term] = isCheap(term, isNet) ? 0 : max(1, level)
            let limit = operation == .concatenate ? Int.max : operation == .mux ? Self.choiceLimit : Self.leafLimit
            if leafCount <= limit && level <= Self.depthLimit { return }
            let candidates = written.filter { !isNet[$0] && leaves[$0] > 1 }
            guard let largest = candidates.max(by: { (leaves[$0], depth[$0]) < (leaves[$1], depth[$1]) }) else { return }
            isNet[largest] = true
        }
    }

    private func isChain(_ operation: Operation) -> Bool {
        switch operation {
        case .and, .or, .xor, .add, .concatenate: true
        default: false
        }
    }

    /// As short as a name would be.
    private func isCheap(_ term: TermID, _ isNet: [Bool]) -> Bool {
        switch terms[term].operation {
        case .slice: true
        case .not, .extend: isSimple(terms[term].operands[0], isNet)
        default: false
        }
    }

    private func isSimple(_ term: TermID, _ isNet: [Bool]) -> Bool {
        isNet[term] || terms[term].isLeaf || terms[term].operation == .slice
    }

    private func isFit(_ term: TermID, for use: Use) -> Bool {
        switch terms[term].operation {
        case .slice: true
        case .extend, .concatenate: !use.contains(.selected)
        default: use.isDisjoint(with: [.selected, .primary])
        }
    }

    // MARK: What it is called

    private mutating func assignNames(to temporaries: Set<TermID>, avoiding reserved: Set<String>) {
        var taken = reserved
        for term in reached {
            if terms[term].isNet {
                name[term] = module.graph.name(of: terms[term].origin)!
            } else if let wire = carrier[term] {
                name[term] = module.graph.name(of: wire)!
            } else if temporaries.contains(term) {
                let sink = label[term]!
                let isWhole = sink.isComplete && sink.term == term
                let base = sink.label.prefix(100) + (isWhole ? "" : "_" + noun(terms[term]))
                var candidate = String(base), number = 1
                while !taken.insert(candidate.lowercased()).inserted {
                    number += 1
                    candidate = "\(base)_\(number)"
                }
                name[term] = candidate
            }
        }
    }

    /// What a term is, in a word.
    private func noun(_ term: Term) -> String {
        switch term.operation {
        case .add: "sum"
        case .subtract: "difference"
        case .multiply: "product"
        case .and: "and"
        case .or: "or"
        case .xor: "xor"
        case .not: "not"
        case .equal: "equal"
        case .less: "less"
        case .shiftLeft: "left"
        case .shiftRight: "right"
        case .concatenate: "joined"
        case .slice: "bits"
        case .extend: "extended"
        case .mux: "choice"
        case .reduceAnd: "all"
        case .reduceOr: "any"
        case .reduceXor: "parity"
        default: "value"
        }
    }
}
