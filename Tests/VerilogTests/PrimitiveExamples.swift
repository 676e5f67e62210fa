import Blocks
import RTL

/// One entry of `Docs/primitives.md`: the lines of its closure appear there beside the Verilog they make.
struct PrimitiveExample {
    let title: String
    let remark: String
    /// The line of this file on which the entry opens.
    let line: Int
    let body: @Sendable (Circuit, SketchPorts) -> Void

    init(_ title: String, _ remark: String, line: Int = #line, body: @escaping @Sendable (Circuit, SketchPorts) -> Void) {
        self.title = title
        self.remark = remark
        self.line = line
        self.body = body
    }

    static let file = #filePath

    static let all: [(section: String, examples: [PrimitiveExample])] = [
        ("Arithmetic", [
            PrimitiveExample("add", "`&+` wraps; `+` is one bit wider, its operands extended.") { c, io in
                _ = c.named("wrapped", io.a &+ io.b)
                _ = c.named("grown", io.a + io.b)
                _ = c.named("signed_sum", io.x + io.y)
            },
            PrimitiveExample("subtract", "The difference of unsigned numbers is signed.") { c, io in
                _ = c.named("wrapped", io.a &- io.b)
                _ = c.named("difference", io.a - io.b)
                _ = c.named("negated", -io.x)
            },
            PrimitiveExample(
                "multiply", "As wide as both operands together. Always alone on its net, whose width and sign make it exact."
            ) { c, io in
                _ = c.named("product", io.a * io.n)
                _ = c.named("signed_product", io.x * io.y)
                _ = c.named("scaled", io.x * 100)
                _ = c.named("sum", io.x * io.y + io.x)
            },
        ]),
        ("Bits", [
            PrimitiveExample("and, or, xor, not", "`!` for one bit.") { c, io in
                _ = c.named("mixed", io.a & io.b | ~io.a)
                _ = c.named("differ", io.s ^ io.t)
                _ = c.named("neither", !(io.s | io.t))
            },
            PrimitiveExample("slice", "Only of something with a name.") { c, io in
                _ = c.named("high", io.a[4..<8])
                _ = c.named("top", io.a[7])
                _ = c.named("carry", (io.a + io.b)[8])
                _ = c.named("halved", io.x >> 1)
            },
            PrimitiveExample("concatenate", "Equal parts are repeated.") { c, io in
                _ = c.named("pair", concatenate(io.a, io.x))
                _ = c.named("shifted", io.a << 3)
                _ = c.named("mask", concatenate(io.s, io.s, io.s, io.s))
            },
            PrimitiveExample("extend", "By zeros or by the sign, written out.") { c, io in
                _ = c.named("zeros", io.a.extended(to: 12))
                _ = c.named("signs", io.x.extended(to: 12))
                _ = c.named("flags", concatenate(io.s).asSigned.extended(to: 4))
            },
            PrimitiveExample("reinterpret", "The same bits: `$signed` or `$unsigned` only where the sign matters.") { c, io in
                _ = c.named("bits", io.x.asUnsigned)
                _ = c.named("as_numbers", io.a.asSigned < io.x)
                _ = c.named("as_bits", io.x.asUnsigned < io.y.asUnsigned)
            },
            PrimitiveExample("reduceAnd, reduceOr, reduceXor", "One bit of all.") { c, io in
                _ = c.named("full", io.a.isAllOnes)
                _ = c.named("busy", io.a.isNonzero & io.s)
                _ = c.named("odd", io.a.parity)
            },
        ]),
        ("Comparisons and choices", [
            PrimitiveExample("equal", "The shorter operand is extended.") { c, io in
                _ = c.named("same", io.a == io.b)
                _ = c.named("last", io.n == 15)
                _ = c.named("other", io.a != io.n)
            },
            PrimitiveExample("less", "A signed comparison stands alone, both operands signed.") { c, io in
                _ = c.named("below", io.a < io.b)
                _ = c.named("at_most", io.a <= io.b)
                _ = c.named("signed_below", io.x < io.y)
                _ = c.named("positive", io.x > 0)
                _ = c.named("not_below", io.x >= io.y)
                _ = c.named("limited", mux(io.x < -100, -100, io.x))
            },
            PrimitiveExample("mux", "A chain of choices reads from the top.") { c, io in
                _ = c.named("chosen", mux(io.s, io.a, io.b))
                _ = c.named("first", mux(io.s, io.a, mux(io.t, io.b, 0)))
                _ = c.named("picked", select(io.n[0..<2], [io.a, io.b, 7, io.a]))
            },
            PrimitiveExample("shiftLeft, shiftRight", "By a variable amount; a constant one is a slice.") { c, io in
                _ = c.named("left", io.a.shiftedLeft(by: io.n))
                _ = c.named("right", io.a.shiftedRight(by: io.n))
                _ = c.named("arithmetic", io.x.shiftedRight(by: io.n))
                _ = c.named("inner", io.x.shiftedRight(by: io.n) + io.y)
            },
            PrimitiveExample("table", "A `case`; 0 beyond the end.") { c, io in
                let square = c.table("square", [0, 1, 4, 9], width: 4, index: io.n)
                _ = c.named("sum", square + io.n)
            },
        ]),
        ("Wires", [
            PrimitiveExample("drive", "The last drive whose conditions hold wins.") { c, io in
                let level = c.wire("level", .unsigned(8))
                c.drive(level, 0)
                c.when(io.s) {
                    c.drive(level, io.a)
                }.elsewhen(io.t) {
                    c.drive(level, io.b)
                }
            },
            PrimitiveExample("temporaries", "What is used twice gets a name after what it feeds and what it is.") { c, io in
                let sum = io.a &+ io.b
                _ = c.named("low", mux(io.s, sum, io.a))
                _ = c.named("high", mux(io.t, sum, io.b))
            },
        ]),
        ("State", [
            PrimitiveExample("register", "Conditions stay conditions, so that flip-flops get their enables.") { c, io in
                let count = c.register("count", .unsigned(8), reset: 3)
                c.when(io.s) {
                    count.next(0)
                }.elsewhen(io.t) {
                    count.next(count.q &+ 1)
                    c.when(io.n == 0) { count.next(io.a) }
                }
            },
            PrimitiveExample("registers in a row", "Neighbours under the same conditions share a block.") { c, io in
                let left = c.stage("left", io.x, enable: io.s)
                let right = c.stage("right", io.y, enable: io.s)
                _ = c.stage("product", left * right, enable: io.s)
            },
            PrimitiveExample(
                "memoryRead and write",
                "One array. Read and write stand in one block, so that a read takes the word from before the write: "
                    + "`.readFirst`, and good for `.undefined`, which promises nothing."
            ) { c, io in
                let words = c.memory("words", depth: 16, width: 8, collision: .readFirst)
                c.when(io.s) { words.write(io.n, io.a) }
                _ = words.read("word", io.b[0..<4], enable: io.t)
            },
        ]),
        ("Clock domains", [
            PrimitiveExample(
                "register of a domain",
                "Everything is on `clock` and `reset` unless it names a `ClockDomain`; each domain in use has its two ports. "
                    + "A register that loads what changes with another clock must say `crossing: true`, or elaboration stops "
                    + "with `CLOCK-CROSSING`. `synchronised` (in `Blocks`) is two such stages."
            ) { c, io in
                let fast = ClockDomain(clock: "fast_clock", reset: "fast_reset")
                let flag = c.stage("flag", io.s)
                let near = c.stage("near", flag, reset: 0, domain: fast, crossing: true)
                let seen = c.stage("seen", near, reset: 0, domain: fast)
                _ = c.stage("taken", io.a, enable: seen, domain: fast)
            },
            PrimitiveExample(
                "memory between two clocks",
                "Written on the memory's clock, read on that of the read port; `.undefined` only, as no RAM promises what an edge "
                    + "reads that comes with a write."
            ) { c, io in
                let fast = ClockDomain(clock: "fast_clock", reset: "fast_reset")
                let words = c.memory("words", depth: 16, width: 8, collision: .undefined)
                c.when(io.s) { words.write(io.n, io.a) }
                _ = words.read("word", io.b[0..<4], enable: io.t, domain: fast)
            },
            PrimitiveExample(
                "instance on another clock",
                "A clock or reset of an instance is connected to the one of that name, or to that of the domain it is given."
            ) { c, io in
                let fast = ClockDomain(clock: "fast_clock", reset: "fast_reset")
                let skid = c.instance("skid", SkidBuffer(bits: 8), domains: [.main: fast])
                c.drive(skid.input.valid, io.s)
                c.drive(skid.input.payload, io.a)
                c.drive(skid.output.ready, io.t)
            },
        ]),
        ("Reset of a part", [
            PrimitiveExample(
                "instance that is cleared",
                "While the register is set, the instance is as in reset: a soft reset without a hand on every register in it."
            ) { c, io in
                let clear = c.register("clear", .bit, reset: 1)
                clear.next(io.s)
                let skid = c.instance("skid", SkidBuffer(bits: 8), clear: clear)
                c.drive(skid.input.valid, io.t)
                c.drive(skid.input.payload, io.a)
                c.drive(skid.output.ready, io.t)
            },
        ]),
        ("Hierarchy", [
            PrimitiveExample(
                "input, instanceOutput", "Every port on a net. An input that only repeats a net is connected to that net."
            ) { c, io in
                let halver = c.instance("halver", Sketch(
                    "Halver",
                    ports: { (number: $0.input(.unsigned(8)) as Unsigned, half: $0.output(.unsigned(7)) as Unsigned) },
                    body: { $0.drive($1.half, $1.number >> 1) }))
                c.drive(halver.number, io.a & io.b)
                _ = c.named("half", halver.half)
            },
        ]),
    ]
}
