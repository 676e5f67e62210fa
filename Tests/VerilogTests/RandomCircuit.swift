import RTL
import SeededRandom

extension SeededGenerator {
    mutating func roll(_ range: ClosedRange<Int>) -> Int { Int.random(in: range, using: &self) }
    mutating func chance(_ one: Int, in many: Int) -> Bool { roll(1...many) <= one }
}

/// A module of random statements: every operation, widths of 1 to 200 bits, nested conditions, registers with and
/// without reset, a memory, a table and an instance.
///
/// While `load` is set every register takes an input and the memory is filled, so that its state becomes known.
struct RandomCircuit: Module {
    let seed: UInt64
    let statements: Int
    let hasChild: Bool

    /// Cycles of `load` after which all state is known.
    static let loadCycles = 10

    struct Ports {
        let load: Bit
        let slot: Unsigned
        let bit: [Bit]
        let unsigned: [Unsigned]
        let signed: [Signed]
        let outBit: [Bit]
        let outUnsigned: [Unsigned]
        let outSigned: [Signed]
    }

    var suffix: String { "s\(seed)_n\(statements)" + (hasChild ? "_c" : "") }

    func ports(_ io: Interface) -> Ports {
        var random = SeededGenerator(seed: seed)
        return Ports(
            load: io.input(.bit), slot: io.input(.unsigned(3)),
            bit: (0..<2).map { _ in io.input(.bit) },
            unsigned: (0..<3).map { _ in io.input(.unsigned(random.width())) },
            signed: (0..<3).map { _ in io.input(.signed(random.width())) },
            outBit: (0..<2).map { _ in io.output(.bit) },
            outUnsigned: (0..<4).map { _ in io.output(.unsigned(random.width())) },
            outSigned: (0..<4).map { _ in io.output(.signed(random.width())) })
    }

    func body(_ c: Circuit, _ io: Ports) {
        var maker = ExpressionMaker(c: c, random: SeededGenerator(seed: seed &+ 1), bits: io.bit, unsigned: io.unsigned, signed: io.signed)
        var registers: [(Register<Unsigned>, Register<Signed>)] = []
        for index in 0..<4 {
            let isReset = maker.random.chance(1, in: 2)
            registers.append((
                c.register("u\(index)", .unsigned(maker.random.width()), reset: isReset ? 1 : nil),
                c.register("s\(index)", .signed(maker.random.width()), reset: isReset ? -1 : nil)))
        }
        let flag = c.register("flag", .bit, reset: 1)
        maker.unsigned += registers.map(\.0.q)
        maker.signed += registers.map(\.1.q)
        maker.bits.append(flag.q)
        let memory = c.memory("store", depth: 8, width: maker.random.width(), collision: .readFirst)
        maker.unsigned.append(memory.read(
            "stored", mux(io.load, 0, maker.number(3, 2)), enable: io.load | maker.condition(2)))
        maker.unsigned.append(memory.read("stored_too", mux(io.load, 1, maker.number(3, 1)), enable: true))

        for index in 0..<statements { statement(index, c, io, &maker, registers) }
        if hasChild { instance(c, io, &maker) }

        maker.conditionally(2) { maker in c.when(maker.condition(2)) { flag.next(maker.condition(2)) } }
        c.when(!io.load) {
            maker.conditionally(2) { maker in
                memory.write(maker.number(3, 2), maker.number(memory.width, 3))
            }
            maker.conditionally(1) { maker in
                memory.write(maker.number(3, 2), maker.number(memory.width, 3))
            }
        }
        c.when(io.load) {
            for (unsigned, signed) in registers {
                unsigned.next(io.unsigned[0].resized(to: unsigned.q.width))
                signed.next(io.signed[0].resized(to: signed.q.width))
            }
            flag.next(io.bit[0])
            memory.write(io.slot, io.unsigned[1].resized(to: memory.width))
        }
        for output in io.outBit { c.drive(output, maker.condition(4)) }
        for output in io.outUnsigned { c.drive(output, maker.number(output.width, 5)) }
        for output in io.outSigned { c.drive(output, maker.integer(output.width, 5)) }
    }

    private func statement(
        _ index: Int, _ c: Circuit, _ io: Ports, _ maker: inout ExpressionMaker, _ registers: [(Register<Unsigned>, Register<Signed>)]
    ) {
        switch maker.random.roll(0...6) {
        case 0: maker.unsigned.append(c.named("n\(index)", maker.number(maker.random.width(), 4)))
        case 1: maker.signed.append(c.named("m\(index)", maker.integer(maker.random.width(), 4)))
        case 2: // Kept without a name, to be used several times.
            maker.unsigned.append(maker.number(maker.random.width(), 3))
            maker.signed.append(maker.integer(maker.random.width(), 3))
            maker.bits.append(maker.condition(3))
        case 3:
            let wire = c.wire("w\(index)", .signed(maker.random.width()))
            c.drive(wire, maker.integer(wire.width, 2))
            maker.conditionally(3) { maker in c.drive(wire, maker.integer(wire.width, 3)) }
            maker.signed.append(wire)
        case 4:
            let width = maker.random.width(upTo: 90)
            let entries = (0..<maker.random.roll(1...20)).map { _ in
                width < 64 ? maker.random.next() & (1 << UInt64(width) - 1) : maker.random.next()
            }
            maker.unsigned.append(c.table("t\(index)", entries, width: width, index: maker.number(maker.random.roll(1...6), 2)))
        default:
            let (unsigned, signed) = registers[maker.random.roll(0...registers.count - 1)]
            maker.conditionally(3) { maker in
                unsigned.next(maker.number(unsigned.q.width, 3))
                if maker.random.chance(2, in: 3) { signed.next(maker.integer(signed.q.width, 3)) }
            }
        }
    }

    private func instance(_ c: Circuit, _ io: Ports, _ maker: inout ExpressionMaker) {
        let child = c.instance("child", RandomCircuit(seed: seed &+ 5000, statements: statements / 2, hasChild: false))
        c.drive(child.load, io.load)
        c.drive(child.slot, io.slot)
        for port in child.bit { c.drive(port, mux(io.load, io.bit[0], maker.condition(2))) }
        for (index, port) in child.unsigned.enumerated() {
            let known = io.unsigned[0].resized(to: port.width)
            // The last only repeats what it is driven by.
            c.drive(port, index == 2 ? known : mux(io.load, known, maker.number(port.width, 2)))
        }
        for port in child.signed {
            c.drive(port, mux(io.load, io.signed[1].resized(to: port.width), maker.integer(port.width, 2)))
        }
        maker.bits += child.outBit
        maker.unsigned += child.outUnsigned
        maker.signed += child.outSigned
    }
}

extension Signed {
    fileprivate func resized(to width: Int) -> Signed { width < self.width ? truncated(to: width) : extended(to: width) }
}

extension SeededGenerator {
    mutating func width(upTo limit: Int = 200) -> Int {
        switch roll(0...9) {
        case 0, 1: 1
        case 2: min(limit, [2, 31, 32, 33, 63, 64, 65, 127, 128, 129].randomElement(using: &self)!)
        case 3...6: roll(2...min(limit, 24))
        default: roll(1...limit)
        }
    }
}
