import RTL
import SeededRandom

/// Makes random expressions of a wanted kind and width out of the values it knows; most parts are used once, so that
/// the emitter writes them inside one another.
struct ExpressionMaker {
    let c: Circuit
    var random: SeededGenerator
    var bits: [Bit]
    var unsigned: [Unsigned]
    var signed: [Signed]

    /// `body` under 1 to `depth` nested conditions, some with alternatives.
    mutating func conditionally(_ depth: Int, _ body: (inout ExpressionMaker) -> Void) {
        let before = condition(2), isChained = random.chance(1, in: 2), isFilled = random.chance(2, in: 3)
        var maker = self
        let chain = c.when(before) { if isFilled { maker.perhapsConditionally(depth - 1, body) } }
        if isChained {
            // Made where it stands, so that its nodes belong to this circuit's order.
            let other = maker.condition(2)
            chain.elsewhen(other) { maker.perhapsConditionally(depth - 1, body) }
        } else if random.chance(1, in: 2) || !isFilled {
            chain.otherwise { maker.perhapsConditionally(depth - 1, body) }
        }
        random = maker.random
    }

    private mutating func perhapsConditionally(_ depth: Int, _ body: (inout ExpressionMaker) -> Void) {
        if depth > 0, random.chance(3, in: 4) { conditionally(depth, body) } else { body(&self) }
    }

    // MARK: Bits

    mutating func condition(_ depth: Int) -> Bit {
        guard depth > 0 else { return bits[random.roll(0...bits.count - 1)] }
        let below = depth - 1, width = random.width()
        switch random.roll(0...20) {
        case 20: // Signed nets compared as bits.
            let value = anySigned()
            return value.asUnsigned < (value &- integer(value.width, below)).asUnsigned
        case 0: return number(width, below) == number(random.width(), below)
        case 1: return integer(width, below) == integer(random.width(), below)
        case 2: return number(width, below) < number(random.width(), below)
        case 3: return integer(width, below) < integer(random.width(), below)
        case 4: return number(width, below) >= number(width, below)
        case 5: return integer(width, below) <= integer(width, below)
        case 6: return number(width, below) != number(width, below)
        case 7: return number(width, below).isNonzero
        case 8: return number(width, below).isAllOnes
        case 9: return number(width, below).parity
        case 10: return integer(width, below).isNegative
        case 11: return number(width, below)[random.roll(0...width - 1)]
        case 12: return condition(below) & condition(below)
        case 13: return condition(below) | condition(below)
        case 14: return condition(below) ^ condition(below)
        case 15: return !condition(below)
        case 16: return mux(condition(below), condition(below), condition(below))
        case 17: return integer(8, below) < Signed(random.roll(-128...127))
        case 18: return number(6, below) > Unsigned(random.roll(0...63))
        default: return [condition(below), condition(below), condition(below)].allSet
        }
    }

    // MARK: Unsigned numbers

    /// A known value cut or extended to a width.
    private mutating func knownNumber(_ width: Int) -> Unsigned {
        if random.chance(1, in: 8) { return literal(width) }
        if random.chance(1, in: 4) { return knownInteger(width).asUnsigned }
        let value = unsigned[random.roll(0...unsigned.count - 1)]
        guard value.width > width else { return value.extended(to: width) }
        let low = random.roll(0...value.width - width)
        return value[low..<low + width]
    }

    private mutating func literal(_ width: Int) -> Unsigned {
        let value = c.constant(random.roll(0...(1 << min(width, 62)) - 1), .unsigned(min(width, 62)))
        return value.extended(to: width)
    }

    mutating func number(_ width: Int, _ depth: Int) -> Unsigned {
        guard depth > 0 else { return knownNumber(width) }
        let below = depth - 1
        switch random.roll(0...25) {
        case 25: return (anySigned().asUnsigned * anySigned().asUnsigned).resized(to: width)
        case 0: return number(width, below) &+ number(width, below)
        case 1: return number(width, below) &- number(width, below)
        case 2: return number(width, below) & number(width, below)
        case 3: return number(width, below) | number(width, below)
        case 4: return number(width, below) ^ number(width, below)
        case 5: return ~number(width, below)
        case 6 where width > 1: return number(width - 1, below) + number(random.roll(1...width - 1), below)
        case 7 where width > 1: return (number(width - 1, below) - number(random.roll(1...width - 1), below)).asUnsigned
        case 8 where width > 1, 9 where width > 1:
            let part = random.roll(1...width - 1)
            return number(part, below) * number(width - part, below)
        case 10: return mux(condition(below), number(width, below), number(random.roll(1...width), below))
        case 11 where width > 1: return joined(width, below)
        case 12:
            let low = random.roll(0...8)
            return number(width + low + random.roll(0...8), below)[low..<low + width]
        case 13: return number(width + random.roll(0...20), below).truncated(to: width)
        case 14: return number(random.roll(1...width), below).extended(to: width)
        case 15: return number(width, below).shiftedLeft(by: amount(below))
        case 16: return number(width, below).shiftedRight(by: amount(below))
        case 17: return integer(width, below).asUnsigned
        case 18:
            let zeros = random.roll(0...width - 1)
            return number(width - zeros, below) << zeros
        case 19: return number(width + random.roll(0...9), below).resized(to: width)
        case 20:
            let dropped = random.roll(0...12)
            return number(width + dropped, below) >> dropped
        case 21: return select(number(2, below), (0..<3).map { _ in number(width, below) })
        case 22: return integer(width + 3, below)[2..<width + 2]
        case 23 where width > 1: return concatenate((0..<width).map { _ in bits[0] as any Value })
        default: return knownNumber(width)
        }
    }

    /// Several parts of all kinds side by side.
    private mutating func joined(_ width: Int, _ depth: Int) -> Unsigned {
        var parts: [any Value] = [], left = width
        while left > 0 {
            let part = parts.count == 5 ? left : random.roll(1...left)
            switch random.roll(0...2) {
            case 0 where part == 1: parts.append(condition(depth))
            case 1: parts.append(integer(part, depth))
            default: parts.append(number(part, depth))
            }
            left -= part
        }
        return concatenate(parts)
    }

    /// Mostly near the widths shifted; a few of more bits than tools take, with and without high bits set.
    private mutating func amount(_ depth: Int) -> Unsigned {
        guard random.chance(1, in: 6) else { return number(random.roll(1...9), depth) }
        let width = random.roll(33...70)
        let mask = c.constant(random.chance(1, in: 2) ? 0x3f : 0x1_0000_0000_003f, .unsigned(max(width, 50)))
        return number(max(width, 50), depth) & mask
    }

    // MARK: Signed numbers

    private mutating func anySigned() -> Signed { signed[random.roll(0...signed.count - 1)] }

    private mutating func knownInteger(_ width: Int) -> Signed {
        if random.chance(1, in: 8) { return literal(width).asSigned }
        if random.chance(1, in: 6) { return unsigned[random.roll(0...unsigned.count - 1)].resized(to: width).asSigned }
        let value = anySigned()
        return value.width > width ? value.truncated(to: width) : value.extended(to: width)
    }

    mutating func integer(_ width: Int, _ depth: Int) -> Signed {
        guard depth > 0 else { return knownInteger(width) }
        let below = depth - 1
        switch random.roll(0...18) {
        case 0: return integer(width, below) &+ integer(width, below)
        case 1: return integer(width, below) &- integer(width, below)
        case 2 where width > 1: return integer(width - 1, below) + integer(random.roll(1...width - 1), below)
        case 3 where width > 1: return integer(width - 1, below) - integer(random.roll(1...width - 1), below)
        case 4 where width > 1: return number(width - 1, below) - number(random.roll(1...width - 1), below)
        case 5 where width > 1, 6 where width > 1:
            let part = random.roll(1...width - 1)
            return integer(part, below) * integer(width - part, below)
        case 7: return mux(condition(below), integer(width, below), integer(random.roll(1...width), below))
        case 8: return integer(random.roll(1...width), below).extended(to: width)
        case 9: return integer(width + random.roll(0...20), below).truncated(to: width)
        case 10, 11: return integer(width, below).shiftedRight(by: amount(below))
        case 12: return integer(width, below).shiftedLeft(by: amount(below))
        case 13: return number(width, below).asSigned
        case 14 where width > 1: return number(width - 1, below).signExtendedByZero
        case 15:
            let dropped = random.roll(0...12)
            return integer(width + dropped, below) >> dropped
        case 16 where width > 1: return -integer(width - 1, below)
        case 17:
            let zeros = random.roll(0...width - 1)
            return integer(width - zeros, below) << zeros
        default: return knownInteger(width)
        }
    }
}
