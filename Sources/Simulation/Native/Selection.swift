import RTL

/// Decides, users before operands, which nodes become an instruction of their own and which dissolve in a user's.
struct Selection {
    enum Choice {
        /// The node's own operation.
        case node
        /// Adders, extensions and multipliers in one sum.
        case sum(products: [Product], terms: [Addend])
        /// a & ~b
        case andNot(Int, Int)
        /// The opposite of a comparison.
        case inverted(Int)
    }

    /// A factor pair; how to read the factors.
    struct Product {
        let a: Int, b: Int
        let isSigned: Bool
    }

    /// A node read as a number of some sign; nil: only its value modulo its width matters.
    struct Addend {
        let node: Int
        let isSigned: Bool?
    }

    private(set) var isNeeded: [Bool]
    private(set) var choices: [Choice]
    private var uses: [Int]
    private let design: FlatDesign
    private var nodes: [FlatNode] { design.nodes }

    init(_ design: FlatDesign) {
        self.design = design
        isNeeded = Array(repeating: false, count: design.nodes.count)
        choices = Array(repeating: .node, count: design.nodes.count)
        uses = Array(repeating: 0, count: design.nodes.count)
    }

    /// Chooses for the nodes of `order`, the operands of `roots`.
    mutating func select(_ order: [Int], roots: [Int]) {
        for root in roots {
            isNeeded[root] = true
            uses[root] += 1
        }
        for node in order { for operand in design.nodes[node].operands { uses[operand] += 1 } }
        for node in order.reversed() where isNeeded[node] {
            choices[node] = choose(node)
            switch choices[node] {
            case .node: for operand in design.nodes[node].operands { isNeeded[operand] = true }
            case .sum(let products, let terms):
                for product in products {
                    isNeeded[product.a] = true
                    isNeeded[product.b] = true
                }
                for term in terms { isNeeded[term.node] = true }
            case .andNot(let a, let b):
                isNeeded[a] = true
                isNeeded[b] = true
            case .inverted(let comparison):
                for operand in design.nodes[comparison].operands { isNeeded[operand] = true }
            }
        }
    }

    private func choose(_ index: Int) -> Choice {
        let node = design.nodes[index]
        switch node.operation {
        case .add where node.width <= 64:
            var products: [Product] = [], terms: [Addend] = []
            for operand in node.operands { collect(operand, isSigned: nil, &products, &terms) }
            return products.isEmpty && terms.count == 2 ? .node : .sum(products: products, terms: terms)
        case .not where isNarrowComparison(node.operands[0]): return .inverted(node.operands[0])
        case .and where node.width <= 64:
            for (a, b) in [(0, 1), (1, 0)] {
                let inverter = node.operands[b]
                guard design.nodes[inverter].operation == .not, uses[inverter] == 1,
                      !isNarrowComparison(design.nodes[inverter].operands[0]) else { continue }
                return .andNot(node.operands[a], design.nodes[inverter].operands[0])
            }
            return .node
        default: return .node
        }
    }

    private func isNarrowComparison(_ index: Int) -> Bool {
        let node = design.nodes[index]
        return (node.operation == .equal || node.operation == .less) && design.nodes[node.operands[0]].width <= 64
    }

    /// Adds the parts of `operand` to a sum in which it counts as a number of sign `isSigned`, or modulo its width.
    private func collect(
        _ operand: Int, isSigned: Bool?, _ products: inout [Product], _ terms: inout [Addend]
    ) {
        var source = operand, sign = isSigned
        let outer = design.nodes[operand]
        // A zero extension reads the same under both signs.
        if outer.operation == .extend, uses[operand] == 1, sign == nil || sign == outer.isSigned || !outer.isSigned {
            source = outer.operands[0]
            sign = outer.isSigned
        }
        let inner = design.nodes[source]
        if uses[source] == 1, inner.operation == .multiply, inner.width <= 64, sign == nil || sign == inner.isSigned {
            products.append(Product(a: inner.operands[0], b: inner.operands[1], isSigned: inner.isSigned))
        } else if uses[source] == 1, inner.operation == .add, sign.map({ cannotOverflow(inner, isSigned: $0) }) ?? true {
            for operand in inner.operands { collect(operand, isSigned: sign, &products, &terms) }
        } else {
            terms.append(Addend(node: operand, isSigned: isSigned))
        }
    }

    private func cannotOverflow(_ sum: FlatNode, isSigned: Bool) -> Bool {
        sum.operands.allSatisfy { significantBits($0, isSigned: isSigned) < sum.width }
    }

    /// Bits that hold the node's value as a number of the given sign.
    private func significantBits(_ index: Int, isSigned: Bool) -> Int {
        let node = design.nodes[index]
        switch node.operation {
        case .extend where !node.isSigned: return design.nodes[node.operands[0]].width + (isSigned ? 1 : 0)
        case .extend where isSigned: return design.nodes[node.operands[0]].width
        case .constant where node.width < 64:
            let word = Int(design.constants[node.attribute].words[0])
            return bitsToHold(isSigned && word >> (node.width - 1) != 0 ? word - 1 << node.width : word, signed: isSigned)
        default: return node.width
        }
    }
}
