import RTL

/// One way to make an expression; expressions have the width asked for, conditions one bit of operands so wide.
struct Rule<V>: Sendable {
    /// The parts of the DSL it uses.
    let covers: [String]
    let leastWidth: Int
    /// Of the maker, the width and the depth left for operands.
    let make: @Sendable (ExpressionMaker, Int, Int) -> V
}

extension Array {
    fileprivate mutating func add<V>(
        _ covers: String..., leastWidth: Int = 1, make: @escaping @Sendable (ExpressionMaker, Int, Int) -> V
    ) where Element == Rule<V> {
        append(Rule(covers: covers, leastWidth: leastWidth, make: make))
    }
}

extension Rule where V == Bit {
    static let conditions: [Rule<Bit>] = {
        var rules: [Rule<Bit>] = []
        rules.add("Unsigned ==") { m, w, d in m.number(w, d) == m.number(m.width(), d) }
        rules.add("Unsigned !=") { m, w, d in m.number(w, d) != m.number(m.width(), d) }
        rules.add("Unsigned <") { m, w, d in m.number(w, d) < m.number(m.width(), d) }
        rules.add("Unsigned >") { m, w, d in m.number(w, d) > m.number(w, d) }
        rules.add("Unsigned <=") { m, w, d in m.number(w, d) <= m.number(w, d) }
        rules.add("Unsigned >=") { m, w, d in m.number(w, d) >= m.number(m.width(), d) }
        rules.add("Signed ==") { m, w, d in m.integer(w, d) == m.integer(m.width(), d) }
        rules.add("Signed !=") { m, w, d in m.integer(w, d) != m.integer(m.width(), d) }
        rules.add("Signed <") { m, w, d in m.integer(w, d) < m.integer(m.width(), d) }
        rules.add("Signed >") { m, w, d in m.integer(w, d) > m.integer(w, d) }
        rules.add("Signed <=") { m, w, d in m.integer(w, d) <= m.integer(w, d) }
        rules.add("Signed >=") { m, w, d in m.integer(w, d) >= m.integer(m.width(), d) }
        rules.add("Unsigned >") { m, w, d in m.number(w, d) > Unsigned(m.literal(w)) }
        rules.add("Signed <") { m, w, d in m.integer(w, d) < Signed(m.signedLiteral(w)) }
        rules.add("Signed.asUnsigned") { m, w, d in m.integer(w, d).asUnsigned < m.integer(w, d).asUnsigned }
        rules.add("Unsigned.isNonzero") { m, w, d in m.number(w, d).isNonzero }
        rules.add("Unsigned.isAllOnes") { m, w, d in m.number(w, d).isAllOnes }
        rules.add("Unsigned.parity") { m, w, d in m.number(w, d).parity }
        rules.add("Signed.isNegative") { m, w, d in m.integer(w, d).isNegative }
        rules.add("Unsigned[bit]") { m, w, d in m.number(w, d)[m.random.below(w)] }
        rules.add("Signed[bit]") { m, w, d in m.integer(w, d)[m.random.below(w)] }
        rules.add("Bit &") { m, w, d in m.condition(d) & m.condition(d) }
        rules.add("Bit |") { m, w, d in m.condition(d) | m.condition(d) }
        rules.add("Bit ^") { m, w, d in m.condition(d) ^ m.condition(d) }
        rules.add("Bit !") { m, w, d in !m.condition(d) }
        rules.add("Bit ==") { m, w, d in m.condition(d) == m.condition(d) }
        rules.add("Bit !=") { m, w, d in m.condition(d) != m.condition(d) }
        rules.add("mux(Bit)") { m, w, d in mux(m.condition(d), m.condition(d), m.condition(d)) }
        rules.add("mux(Bit)") { m, w, d in mux(m.condition(d), true, m.condition(d)) }
        rules.add("select", "Bit.mux") { m, w, d in select(m.number(2, d), (0..<3).map { _ in m.condition(d) }) }
        rules.add("Array.allSet") { m, w, d in [m.condition(d), m.condition(d), m.condition(d)].allSet }
        rules.add("Array.anySet") { m, w, d in [m.condition(d), m.condition(d)].anySet }
        // One bit at a variable place.
        rules.add("Unsigned.shiftedRight") { m, w, d in m.number(w, d).shiftedRight(by: m.amount(d))[0] }
        return rules
    }()
}

extension Rule where V == Unsigned {
    static let numbers: [Rule<Unsigned>] = {
        var rules: [Rule<Unsigned>] = []
        rules.add("Unsigned &+") { m, w, d in m.number(w, d) &+ m.number(w, d) }
        rules.add("Unsigned &-") { m, w, d in m.number(w, d) &- m.number(w, d) }
        rules.add("Unsigned &+") { m, w, d in m.number(w, d) &+ Unsigned(m.literal(w)) }
        rules.add("Unsigned &") { m, w, d in m.number(w, d) & m.number(w, d) }
        rules.add("Unsigned |") { m, w, d in m.number(w, d) | m.number(w, d) }
        rules.add("Unsigned &", "Unsigned ~") { m, w, d in m.number(w, d) & ~m.number(w, d) }
        rules.add("Unsigned |") { m, w, d in m.number(w, d) | Unsigned(m.literal(w)) }
        rules.add("Unsigned ^") { m, w, d in m.number(w, d) ^ m.number(w, d) }
        rules.add("Unsigned ~") { m, w, d in ~m.number(w, d) }
        rules.add("Unsigned +", leastWidth: 2) { m, w, d in m.number(w - 1, d) + m.number(m.random.roll(1...w - 1), d) }
        rules.add("Unsigned -", "Signed.asUnsigned", leastWidth: 2) { m, w, d in
            (m.number(w - 1, d) - m.number(m.random.roll(1...w - 1), d)).asUnsigned
        }
        rules.add("Unsigned *", leastWidth: 2) { m, w, d in
            let part = m.random.roll(1...w - 1)
            return m.number(part, d) * m.number(w - part, d)
        }
        rules.add("Unsigned *") { m, w, d in
            (m.anySigned().asUnsigned.resized(to: 90) * m.anyUnsigned().resized(to: 90)).resized(to: w)
        }
        rules.add("mux(Unsigned)") { m, w, d in mux(m.condition(d), m.number(w, d), m.number(m.random.roll(1...w), d)) }
        rules.add("mux(Unsigned)") { m, w, d in mux(m.condition(d), m.number(w, d), Unsigned(m.literal(w))) }
        rules.add("select", "Unsigned.mux") { m, w, d in select(m.number(2, d), (0..<3).map { _ in m.number(w, d) }) }
        rules.add("concatenate", leastWidth: 2) { m, w, d in m.joined(w, d) }
        rules.add("concatenate") { m, w, d in
            let bit = m.random.pick(m.bits)
            return concatenate((0..<w).map { _ in bit as any Value })
        }
        rules.add("Unsigned[bits]") { m, w, d in
            let low = m.random.below(9)
            return m.number(w + low + m.random.below(9), d)[low..<low + w]
        }
        rules.add("Signed[bits]") { m, w, d in m.integer(w + 3, d)[2..<w + 2] }
        rules.add("Unsigned.truncated") { m, w, d in m.number(w + m.random.below(20), d).truncated(to: w) }
        rules.add("Unsigned.extended") { m, w, d in m.number(m.random.roll(1...w), d).extended(to: w) }
        rules.add("Unsigned.resized") { m, w, d in m.number(m.width(), d).resized(to: w) }
        rules.add("Unsigned.shiftedLeft") { m, w, d in m.number(w, d).shiftedLeft(by: m.amount(d)) }
        rules.add("Unsigned.shiftedRight") { m, w, d in m.number(w, d).shiftedRight(by: m.amount(d)) }
        rules.add("Signed.asUnsigned") { m, w, d in m.integer(w, d).asUnsigned }
        rules.add("Bit.asUnsigned") { m, w, d in m.condition(d).asUnsigned.extended(to: w) }
        rules.add("Unsigned <<") { m, w, d in
            let zeros = m.random.below(w)
            return m.number(w - zeros, d) << zeros
        }
        rules.add("Unsigned >>") { m, w, d in
            let dropped = m.random.below(12)
            return m.number(w + dropped, d) >> dropped
        }
        return rules
    }()
}

extension Rule where V == Signed {
    static let integers: [Rule<Signed>] = {
        var rules: [Rule<Signed>] = []
        rules.add("Signed &+") { m, w, d in m.integer(w, d) &+ m.integer(w, d) }
        rules.add("Signed &-") { m, w, d in m.integer(w, d) &- m.integer(w, d) }
        rules.add("Signed &-") { m, w, d in Signed(m.signedLiteral(w)) &- m.integer(w, d) }
        rules.add("Signed +", leastWidth: 2) { m, w, d in m.integer(w - 1, d) + m.integer(m.random.roll(1...w - 1), d) }
        rules.add("Signed -", leastWidth: 2) { m, w, d in m.integer(w - 1, d) - m.integer(m.random.roll(1...w - 1), d) }
        rules.add("Unsigned -", leastWidth: 2) { m, w, d in m.number(w - 1, d) - m.number(m.random.roll(1...w - 1), d) }
        rules.add("Signed -x", leastWidth: 2) { m, w, d in -m.integer(w - 1, d) }
        rules.add("Signed *", leastWidth: 2) { m, w, d in
            let part = m.random.roll(1...w - 1)
            return m.integer(part, d) * m.integer(w - part, d)
        }
        rules.add("Signed *") { m, w, d in
            let product = m.integer(m.random.roll(1...40), d) * m.anySigned().extended(to: 200)
            return product.width > w ? product.truncated(to: w) : product.extended(to: w)
        }
        rules.add("mux(Signed)") { m, w, d in mux(m.condition(d), m.integer(w, d), m.integer(m.random.roll(1...w), d)) }
        rules.add("mux(Signed)") { m, w, d in mux(m.condition(d), Signed(m.signedLiteral(w)), m.integer(w, d)) }
        rules.add("select", "Signed.mux") { m, w, d in select(m.number(2, d), (0..<4).map { _ in m.integer(w, d) }) }
        rules.add("Signed.extended") { m, w, d in m.integer(m.random.roll(1...w), d).extended(to: w) }
        rules.add("Signed.truncated") { m, w, d in m.integer(w + m.random.below(20), d).truncated(to: w) }
        rules.add("Signed.shiftedRight") { m, w, d in m.integer(w, d).shiftedRight(by: m.amount(d)) }
        rules.add("Signed.shiftedLeft") { m, w, d in m.integer(w, d).shiftedLeft(by: m.amount(d)) }
        rules.add("Unsigned.asSigned") { m, w, d in m.number(w, d).asSigned }
        rules.add("Unsigned.signExtendedByZero", leastWidth: 2) { m, w, d in m.number(w - 1, d).signExtendedByZero }
        rules.add("Signed <<") { m, w, d in
            let zeros = m.random.below(w)
            return m.integer(w - zeros, d) << zeros
        }
        rules.add("Signed >>") { m, w, d in
            let dropped = m.random.below(12)
            return m.integer(w + dropped, d) >> dropped
        }
        // A sum of products and terms of mixed kinds.
        rules.add("Signed +", "Signed *", leastWidth: 40) { m, w, d in
            let a = m.integer(m.random.roll(1...18), d) * m.integer(m.random.roll(1...18), d)
            let b = m.integer(m.random.roll(1...18), d) * m.integer(m.random.roll(1...18), d)
            let c = m.integer(m.random.roll(1...30), d) + m.number(m.random.roll(1...30), d).signExtendedByZero
            return ((a + b) + c).extended(to: w)
        }
        return rules
    }()
}
