import RTL
import SeededRandom

/// Makes random expressions of a wanted kind and width out of the values it knows; most parts are used once, so that
/// the emitter writes them inside one another.
final class ExpressionMaker {
    let c: Circuit
    let census: Census?
    /// The widest value and the deepest expression asked for.
    let widthLimit, depthLimit: Int
    var random: SeededGenerator
    var bits: [Bit] = []
    var unsigned: [Unsigned] = []
    var signed: [Signed] = []

    init(_ c: Circuit, random: SeededGenerator, reduction: RandomModule.Reduction, census: Census?) {
        (self.c, self.random, self.census) = (c, random, census)
        (widthLimit, depthLimit) = (reduction.width, reduction.depth)
    }

    func note(_ names: String...) { census?.note(names) }
    func width() -> Int { random.width(upTo: widthLimit) }
    func anyUnsigned() -> Unsigned { random.pick(unsigned) }
    func anySigned() -> Signed { random.pick(signed) }

    /// An expression by a rule drawn from those that can make `width` bits.
    private func made<V>(_ rules: [Rule<V>], _ width: Int, _ depth: Int) -> V {
        var rule = random.pick(rules)
        while rule.leastWidth > width { rule = random.pick(rules) }
        census?.note(rule.covers)
        return rule.make(self, width, depth - 1)
    }

    func condition(_ depth: Int) -> Bit {
        guard min(depth, depthLimit) > 0, random.chance(7, in: 8) else { return random.pick(bits) }
        return made(Rule.conditions, width(), min(depth, depthLimit))
    }

    func number(_ width: Int, _ depth: Int) -> Unsigned {
        guard min(depth, depthLimit) > 0, random.chance(7, in: 8) else { return knownNumber(width) }
        return made(Rule.numbers, width, min(depth, depthLimit))
    }

    func integer(_ width: Int, _ depth: Int) -> Signed {
        guard min(depth, depthLimit) > 0, random.chance(7, in: 8) else { return knownInteger(width) }
        return made(Rule.integers, width, min(depth, depthLimit))
    }

    /// A value of any shape.
    func value<V: Value>(_ shape: Shape<V>, _ depth: Int) -> V {
        note("Shape.unpack", "Shape.width")
        return shape.unpack(number(shape.width, depth))
    }

    // MARK: Values known

    private func knownNumber(_ width: Int) -> Unsigned {
        if random.chance(1, in: 8) { return constant(width) }
        if random.chance(1, in: 4) { return knownInteger(width).asUnsigned }
        let value = anyUnsigned()
        guard value.width > width else { return value.extended(to: width) }
        let low = random.roll(0...value.width - width)
        return value[low..<low + width]
    }

    private func knownInteger(_ width: Int) -> Signed {
        if random.chance(1, in: 8) { return constant(width).asSigned }
        if random.chance(1, in: 6) { return anyUnsigned().resized(to: width).asSigned }
        let value = anySigned()
        return value.width > width ? value.truncated(to: width) : value.extended(to: width)
    }

    private func constant(_ width: Int) -> Unsigned {
        note("Circuit.constant", "Shape.unsigned", "Shape.signed")
        let low = min(width, 62)
        return switch random.below(3) {
        case 0: c.constant(-random.roll(1...1 << (low - 1)), .signed(width)).asUnsigned
        default: c.constant(random.below(1 << low), .unsigned(low)).extended(to: width)
        }
    }

    /// A literal of at most `width` bits.
    func literal(_ width: Int) -> Int { random.below(1 << min(width, 62)) }

    /// A signed literal of at most `width` bits.
    func signedLiteral(_ width: Int) -> Int {
        let low = min(width, 62) - 1
        return random.roll(-(1 << low)...(1 << low) - 1)
    }

    // MARK: Parts of rules

    /// Several parts of all kinds side by side.
    func joined(_ width: Int, _ depth: Int) -> Unsigned {
        var parts: [any Value] = [], left = width
        while left > 0 {
            let part = parts.count == 4 ? left : random.roll(1...left)
            switch random.below(3) {
            case 0 where part == 1: parts.append(condition(depth))
            case 1: parts.append(integer(part, depth))
            default: parts.append(number(part, depth))
            }
            left -= part
        }
        return concatenate(parts)
    }

    /// Mostly near the widths shifted; a few of more bits than tools take, with and without high bits set.
    func amount(_ depth: Int) -> Unsigned {
        guard random.chance(1, in: 8) else { return number(random.roll(1...9), depth) }
        let width = random.roll(50...70)
        let mask = c.constant(random.chance(1, in: 2) ? 0x3f : 0x1_0000_0000_003f, .unsigned(width))
        return number(width, depth) & mask
    }

    /// A value that stays below `bound`.
    func limited(_ value: Unsigned, below bound: Int) -> Unsigned {
        guard bound < 1 << value.width else { return value }
        return mux(value < Unsigned(bound), value, Unsigned(random.below(bound)))
    }

    /// `body` under 1 to `depth` nested conditions, some with alternatives.
    func conditionally(_ depth: Int, _ body: () -> Void) {
        note("Circuit.when")
        let isFilled = random.chance(2, in: 3)
        let chain = c.when(condition(2)) { if isFilled { perhapsConditionally(depth - 1, body) } }
        if random.chance(1, in: 2) {
            note("WhenChain.elsewhen")
            // Made where it stands, so that its nodes belong to this circuit's order.
            let other = condition(2)
            let rest = chain.elsewhen(other) { perhapsConditionally(depth - 1, body) }
            if random.chance(1, in: 2) { rest.otherwise { perhapsConditionally(depth - 1, body) } }
        } else if random.chance(1, in: 2) || !isFilled {
            note("WhenChain.otherwise")
            chain.otherwise { perhapsConditionally(depth - 1, body) }
        }
    }

    private func perhapsConditionally(_ depth: Int, _ body: () -> Void) {
        if depth > 0, random.chance(1, in: 2) { conditionally(depth, body) } else { body() }
    }

    /// `body` on every path through nested conditions.
    func onEveryPath(_ depth: Int, _ body: () -> Void) {
        guard depth > 0, random.chance(2, in: 3) else { return body() }
        note("Circuit.when", "WhenChain.otherwise")
        let chain = c.when(condition(2)) { onEveryPath(depth - 1, body) }
        guard random.chance(1, in: 2) else { return chain.otherwise { onEveryPath(depth - 1, body) } }
        note("WhenChain.elsewhen")
        let other = condition(2)
        chain.elsewhen(other) { onEveryPath(depth - 1, body) }.otherwise { onEveryPath(depth - 1, body) }
    }
}
