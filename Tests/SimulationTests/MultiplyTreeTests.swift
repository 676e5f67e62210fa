import RTL
import SeededRandom
import Simulation
import Testing

/// 64 products of 12-bit numbers a cycle, summed by a pipelined tree into an accumulator: the shape of a Q.K lane.
struct MultiplyTree: Module {
    var lanes = 64

    struct Ports {
        let valid, clear: Bit
        let a, b: Vector<Signed>
        let products: Vector<Signed>
        let sum: Signed
    }

    var suffix: String { "n\(lanes)" }

    func ports(_ io: Interface) -> Ports {
        Ports(valid: io.input(.bit), clear: io.input(.bit), a: io.input(.vector(lanes, signed: 12)),
              b: io.input(.vector(lanes, signed: 12)), products: io.output(.vector(lanes, signed: 24)), sum: io.output(.signed(40)))
    }

    func body(_ c: Circuit, _ io: Ports) {
        let a = c.register("a_held", .vector(lanes, signed: 12)), b = c.register("b_held", .vector(lanes, signed: 12))
        c.when(io.valid) {
            a.next(io.a)
            b.next(io.b)
        }
        var valid = c.stage("valid_products", c.stage("valid_held", io.valid, reset: 0), reset: 0)
        var level = (0..<lanes).map { c.stage("product_\($0)", a.q[$0] * b.q[$0]) }
        c.drive(io.products, level)
        var depth = 0
        while level.count > 1 {
            depth += 1
            if depth % 2 == 0 { valid = c.stage("valid_\(depth)", valid, reset: 0) }
            level = stride(from: 0, to: level.count, by: 2).map { i in
                let sum = level[i] + level[i + 1]
                return depth % 2 == 0 ? c.stage("sum_\(depth)_\(i / 2)", sum) : sum
            }
        }
        let total = c.register("total", .signed(40), reset: 0)
        c.when(io.clear) { total.next(0) }.elsewhen(valid) { total.next(total.q &+ level[0].extended(to: 40)) }
        c.drive(io.sum, total.q)
    }
}

@Suite struct MultiplyTreeTests {
    private func dot(_ a: [UInt64], _ b: [UInt64]) -> Int {
        func element(_ words: [UInt64], _ index: Int) -> Int {
            let low = index * 12, shift = UInt64(low % 64)
            let bits = words[low / 64] >> shift | (low % 64 > 52 ? words[low / 64 + 1] << (64 - shift) : 0)
            return Int(bits & 0xfff) - (bits & 0x800 != 0 ? 4096 : 0)
        }
        return (0..<64).reduce(0) { $0 + element(a, $1) * element(b, $1) }
    }

    /// 20,000 beats through the kernel of a lane.
    @Test func sumsEveryBeat() throws {
        let design = try Design(MultiplyTree())
        let simulator = NativeSimulator(design, seed: 1)
        let a = try simulator.handle("a"), b = try simulator.handle("b"), sum = try simulator.handle("sum")
        simulator.applyReset()
        try simulator.poke("valid", 1)
        var random = SeededGenerator(seed: 5)
        let cycles = 20_000
        // The words repeat, so that the expected sum is quick to find.
        let words = (0..<64).map { _ in (0..<12).map { _ in random.next() } }
        for cycle in 0..<cycles {
            a.words = words[cycle % 64]
            b.words = words[(cycle + 7) % 64]
            simulator.settle()
            simulator.clockEdge()
        }
        try simulator.poke("valid", 0)
        simulator.run(10)
        simulator.settle()
        let expected = (0..<cycles).reduce(0) { $0 + dot(words[$1 % 64], words[($1 + 7) % 64]) }
        #expect(sum.value == (expected << 24) >> 24)
    }
}
