import RTL
import SeededRandom
import Simulation

/// A module of random expressions over values of 1 to 200 bits, with registers, memories and instances of its kind.
struct RandomModule: Module {
    let seed: UInt64
    let size: Int
    /// Levels of instances below.
    let depth: Int
    /// How many: registers are of any of them and load what comes from any.
    var clocks = 1

    struct Ports {
        let unsigned: [Unsigned]
        let signed: [Signed]
        /// Fills the memory from the outside.
        let fill: Bit
        let address, data: Unsigned
        let outputs: [Unsigned]
        let signedOutputs: [Signed]
    }

    static let memoryDepth = 8

    var suffix: String { "s\(seed)_n\(size)_d\(depth)" + (clocks > 1 ? "_c\(clocks)" : "") }

    static func domain(_ index: Int) -> ClockDomain {
        index == 0 ? .main : ClockDomain(clock: "clock\(index)", reset: "reset\(index)")
    }

    func ports(_ io: Interface) -> Ports {
        var random = SeededGenerator(seed: seed)
        return Ports(
            unsigned: (0..<4).map { _ in io.input(.unsigned(randomWidth(&random))) },
            signed: (0..<4).map { _ in io.input(.signed(randomWidth(&random))) },
            fill: io.input(.bit), address: io.input(.unsigned(3)), data: io.input(.unsigned(70)),
            outputs: (0..<3).map { _ in io.output(.unsigned(randomWidth(&random))) },
            signedOutputs: (0..<3).map { _ in io.output(.signed(randomWidth(&random))) })
    }

    private func randomWidth(_ random: inout SeededGenerator) -> Int {
        switch Int.random(in: 0..<8, using: &random) {
        case 0: 1
        case 1, 2, 3: Int.random(in: 2...20, using: &random)
        case 4: [63, 64, 65, 127, 128, 129, 192].randomElement(using: &random)!
        default: Int.random(in: 21...200, using: &random)
        }
    }

    func body(_ c: Circuit, _ io: Ports) {
        var random = SeededGenerator(seed: seed &+ 1)
        var maker = Maker(c: c, random: SeededGenerator(seed: seed &+ 2))
        maker.unsigned = io.unsigned + [io.address, io.data]
        maker.signed = io.signed
        maker.bits = [io.fill]
        var registers: [Register<Unsigned>] = []
        var signedRegisters: [Register<Signed>] = []
        for index in 0..<4 {
            let reset: Int? = index % 2 == 0 ? 1 : nil
            let unsignedDomain = Self.domain(index % clocks), signedDomain = Self.domain((index + 1) % clocks)
            registers.append(c.register(
                "u\(index)", .unsigned(randomWidth(&random)), reset: reset, domain: unsignedDomain, crossing: true))
            signedRegisters.append(c.register(
                "s\(index)", .signed(randomWidth(&random)), reset: reset.map { -$0 }, domain: signedDomain, crossing: true))
        }
        maker.unsigned += registers.map(\.q)
        maker.signed += signedRegisters.map(\.q)
        let readAddress = c.wire("read_address", .unsigned(3))
        let readEnable = c.wire("read_enable", .bit)
        let memoryDomain = Self.domain(clocks - 1)
        let memory = c.memory("store", depth: Self.memoryDepth, width: 70, collision: .readFirst, domain: memoryDomain)
        maker.unsigned.append(memory.read("stored", readAddress, enable: readEnable))

        for step in 0..<size {
            maker.step(step)
            if depth > 0 && step % (size / 2 + 1) == size / 3 { instance("part\(step)", c, io, &maker) }
        }

        /// What the memory may be given.
        func local<V: Scalar>(_ name: String, _ value: V) -> V {
            clocks == 1 ? value : c.stage(name, value, domain: memoryDomain, crossing: true)
        }
        c.drive(readAddress, local("local_read_address", maker.unsignedValue(3)))
        c.drive(readEnable, local("local_read_enable", maker.bit()))
        c.when(io.fill) {
            memory.write(io.address, io.data)
        }.otherwise {
            let (enable, address, data) = (maker.bit(), maker.unsignedValue(3), maker.unsignedValue(70))
            c.when(local("local_enable", enable)) {
                memory.write(local("local_address", address), local("local_data", data))
            }
        }
        for register in registers {
            let (enable, value) = (maker.bit(), maker.unsignedValue(register.q.width))
            c.when(enable) { register.next(value) }
        }
        for register in signedRegisters {
            let (enable, one, other) = (maker.bit(), maker.signedValue(register.q.width), maker.signedValue(register.q.width))
            c.when(enable) { register.next(one) }.otherwise { register.next(other) }
        }
        for output in io.outputs { c.drive(output, maker.unsignedValue(output.width)) }
        for output in io.signedOutputs { c.drive(output, maker.signedValue(output.width)) }
    }

    private func instance(_ name: String, _ c: Circuit, _ io: Ports, _ maker: inout Maker) {
        // Below, the clocks change places.
        let domains = clocks == 1 ? [:] : Dictionary(uniqueKeysWithValues: (0..<clocks).map {
            (Self.domain($0), Self.domain(clocks - 1 - $0))
        })
        let part = c.instance(
            name, RandomModule(seed: seed &+ 77, size: size / 2, depth: depth - 1, clocks: clocks), domains: domains)
        for input in part.unsigned { c.drive(input, maker.unsignedValue(input.width)) }
        for input in part.signed { c.drive(input, maker.signedValue(input.width)) }
        c.drive(part.fill, io.fill)
        c.drive(part.address, io.address)
        c.drive(part.data, io.data)
        maker.unsigned += part.outputs
        maker.signed += part.signedOutputs
    }
}

/// Makes expressions out of those made before.
private struct Maker {
    let c: Circuit
    var random: SeededGenerator
    var unsigned: [Unsigned] = []
    var signed: [Signed] = []
    var bits: [Bit] = []

    mutating func roll(_ range: ClosedRange<Int>) -> Int { Int.random(in: range, using: &random) }
    mutating func anyUnsigned() -> Unsigned { unsigned[roll(0...unsigned.count - 1)] }
    mutating func anySigned() -> Signed { signed[roll(0...signed.count - 1)] }
    mutating func bit() -> Bit { bits[roll(0...bits.count - 1)] }

    mutating func unsignedValue(_ width: Int) -> Unsigned {
        let value = anyUnsigned()
        guard value.width > width else { return value.extended(to: width) }
        let low = roll(0...value.width - width)
        return value[low..<low + width]
    }

    mutating func signedValue(_ width: Int) -> Signed {
        let value = anySigned()
        return value.width > width ? value.truncated(to: width) : value.extended(to: width)
    }

    mutating func keep(_ value: Unsigned) {
        unsigned.append(value.width > 200 ? value.truncated(to: 200) : value)
    }

    mutating func keep(_ value: Signed) {
        signed.append(value.width > 200 ? value.truncated(to: 200) : value)
    }

    mutating func step(_ number: Int) {
        let (a, b) = (anyUnsigned(), anyUnsigned())
        let (x, y) = (anySigned(), anySigned())
        switch roll(0...35) {
        case 0: keep(a + b)
        case 1: keep(x + y)
        case 2: keep((a - b).asUnsigned)
        case 3: keep(x - y)
        case 4: keep(unsignedValue(roll(1...40)) * unsignedValue(roll(1...40)))
        case 5: keep(signedValue(roll(1...40)) * signedValue(roll(1...24)))
        case 6: keep(a.signExtendedByZero.truncatedIfWide * x.truncatedIfWide)
        case 7: keep(a &+ unsignedValue(a.width))
        case 8: keep(x &- signedValue(x.width))
        case 9: keep(a & unsignedValue(a.width))
        case 10: keep(a | unsignedValue(a.width))
        case 11: keep(a ^ ~unsignedValue(a.width))
        case 12: bits.append(a == b)
        case 13: bits.append(x < y)
        case 14: bits.append(a < b)
        case 15: bits.append(!(x == y) & !(a < b) | !bit())
        case 16: keep(a.shiftedLeft(by: unsignedValue(roll(1...9))))
        case 17: keep(a.shiftedRight(by: unsignedValue(roll(1...9))))
        case 18: keep(x.shiftedRight(by: unsignedValue(roll(1...9))))
        case 19: keep(concatenate(a.fitted(min(a.width, 60)), x, bit(), b.fitted(min(b.width, 40))))
        case 20:
            let low = roll(0...a.width - 1)
            keep(a[low..<low + roll(1...a.width - low)])
        case 21:
            let low = roll(0...x.width - 1)
            keep(x[low..<low + roll(1...x.width - low)].asSigned)
        case 22: keep(mux(bit(), a, b))
        case 23: keep(mux(!bit(), x, y))
        case 24: bits += [a.isNonzero, b.isAllOnes, unsignedValue(roll(1...3)).isAllOnes]
        case 25: bits += [a.parity, x.isNegative, a[roll(0...a.width - 1)]]
        case 26:
            let width = roll(1...90)
            let entries = (0..<roll(1...40)).map { _ in width < 64 ? random.next() & (1 << UInt64(width) - 1) : random.next() }
            keep(c.table("table\(number)", entries, width: width, index: unsignedValue(roll(1...7))))
        case 27: // A sum of products and terms of mixed kinds.
            let p = signedValue(roll(1...20)) * signedValue(roll(1...20)), q = signedValue(roll(1...20)) * signedValue(roll(1...20))
            keep((p + q) + (signedValue(roll(1...30)) + unsignedValue(roll(1...30)).signExtendedByZero))
        case 28:
            let wraps = (unsignedValue(14) &+ unsignedValue(14)) &+ unsignedValue(14)
            keep((wraps + unsignedValue(14)) + (unsignedValue(10) + unsignedValue(12)) + 5)
        case 29: keep(c.named("named\(number)", x + signedValue(roll(1...64))))
        case 30: keep(a << roll(0...5))
        case 31: keep(signedValue(roll(8...40)) + unsignedValue(roll(1...30)).signExtendedByZero)
        case 32: bits.append(signedValue(roll(1...20)) == signedValue(roll(21...40)))
        case 34:
            bits.append(!(signedValue(roll(1...20)) < signedValue(roll(21...40))))
            bits.append(!(unsignedValue(roll(1...20)) == unsignedValue(roll(1...20))))
        case 33: keep(a.shiftedRight(by: unsignedValue(roll(65...80))))
        default: keep((x + signedValue(12)).asUnsigned & (a | 1).fitted(max(x.width, 12) + 1))
        }
    }
}

extension Unsigned {
    /// Cut or extended to a width.
    fileprivate func fitted(_ width: Int) -> Unsigned { self.width > width ? truncated(to: width) : extended(to: width) }
}

extension Signed {
    fileprivate var truncatedIfWide: Signed { width > 90 ? truncated(to: 90) : self }
}
