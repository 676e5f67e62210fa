import RTL

/// The exact product of two unsigned numbers by shift and add, one bit of `multiplier` a cycle: no multiplier block.
///
/// Takes the next factors once the product has been taken. From the factors to their product: `multiplierBits + 1` cycles.
public struct SerialMultiplier: Module {
    public let multiplicandBits: Int
    public let multiplierBits: Int

    public init(multiplicandBits: Int, multiplierBits: Int) {
        self.multiplicandBits = multiplicandBits
        self.multiplierBits = multiplierBits
    }

    public struct Factors: Bundle {
        public let multiplicand: Unsigned
        public let multiplier: Unsigned

        public init(multiplicand: Unsigned, multiplier: Unsigned) {
            self.multiplicand = multiplicand
            self.multiplier = multiplier
        }
    }

    public struct Ports {
        public let factors: Stream<Factors>
        public let product: Stream<Unsigned>
    }

    public var suffix: String { "a\(multiplicandBits)_b\(multiplierBits)" }
    public var latency: Int { multiplierBits + 1 }

    public func ports(_ io: Interface) -> Ports {
        let (a, b) = (multiplicandBits, multiplierBits)
        return Ports(
            factors: io.sink(Shape { Factors(multiplicand: $0.make(.unsigned(a)), multiplier: $0.make(.unsigned(b))) }),
            product: io.source(.unsigned(a + b)))
    }

    public func body(_ c: Circuit, _ io: Ports) {
        let idle = c.register("idle", .bit, reset: 1)
        let remaining = c.register("remaining", .unsigned(bitsToCount(multiplierBits)), reset: 0)
        let multiplicand = c.stage("multiplicand", io.factors.payload.multiplicand, enable: io.factors.fires)
        // Above, the sum so far; below, the bits of the multiplier still to come. The product moves in from above.
        let work = c.register("work", .unsigned(multiplicandBits + multiplierBits))
        let sum = c.named("sum", (work.q >> multiplierBits) + mux(work.q[0], multiplicand, 0))
        c.drive(io.factors.ready, idle.q)
        c.drive(io.product.valid, !idle.q & (remaining.q == 0))
        c.drive(io.product.payload, work.q)
        c.when(io.factors.fires) {
            work.next(io.factors.payload.multiplier.extended(to: work.q.width))
            remaining.next(Unsigned(multiplierBits))
            idle.clear()
        }.elsewhen(remaining.q.isNonzero) {
            work.next(multiplierBits == 1 ? sum : concatenate(sum, work.q[1..<multiplierBits]))
            remaining.next(remaining.q &- 1)
        }.elsewhen(io.product.ready) {
            idle.set()
        }
    }
}
