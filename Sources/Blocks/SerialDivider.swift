import RTL

/// Quotient and remainder of unsigned numbers by subtraction, `bitsPerCycle` bits of the quotient a cycle.
///
/// Takes the next numbers once the result has been taken. From the numbers to their result: `latency` cycles. What comes of
/// a divisor of 0 means nothing.
public struct SerialDivider: Module {
    public let dividendBits: Int
    public let divisorBits: Int
    public let bitsPerCycle: Int

    public init(dividendBits: Int, divisorBits: Int, bitsPerCycle: Int = 1) {
        precondition(dividendBits % bitsPerCycle == 0, "a dividend has a whole number of steps")
        self.dividendBits = dividendBits
        self.divisorBits = divisorBits
        self.bitsPerCycle = bitsPerCycle
    }

    public struct Numbers: Bundle {
        public let dividend: Unsigned
        public let divisor: Unsigned

        public init(dividend: Unsigned, divisor: Unsigned) {
            self.dividend = dividend
            self.divisor = divisor
        }
    }

    public struct Result: Bundle {
        public let quotient: Unsigned
        public let remainder: Unsigned
    }

    public struct Ports {
        public let numbers: Stream<Numbers>
        public let result: Stream<Result>
    }

    public var suffix: String { "a\(dividendBits)_b\(divisorBits)_s\(bitsPerCycle)" }
    private var steps: Int { dividendBits / bitsPerCycle }
    public var latency: Int { steps + 1 }

    public func ports(_ io: Interface) -> Ports {
        let (a, b) = (dividendBits, divisorBits)
        return Ports(
            numbers: io.sink(Shape { Numbers(dividend: $0.make(.unsigned(a)), divisor: $0.make(.unsigned(b))) }),
            result: io.source(Shape { Result(quotient: $0.make(.unsigned(a)), remainder: $0.make(.unsigned(b))) }))
    }

    public func body(_ c: Circuit, _ io: Ports) {
        let idle = c.register("idle", .bit, reset: 1)
        let remaining = c.register("remaining", .unsigned(bitsToCount(steps)))
        let divisor = c.stage("divisor", io.numbers.payload.divisor, enable: io.numbers.fires)
        let remainder = c.register("remainder_so_far", .unsigned(divisorBits))
        // Above, the bits of the dividend still to come; the quotient moves in from below.
        let work = c.register("work", .unsigned(dividendBits))
        var rest = remainder.q, shifted = work.q
        for step in 0..<bitsPerCycle {
            let next = c.named("partial_\(step)", concatenate(rest, shifted[dividendBits - 1]))
            let difference = c.named("difference_\(step)", next - divisor)
            rest = mux(difference.isNegative, next, difference.asUnsigned).truncated(to: divisorBits)
            shifted = concatenate(shifted[0..<dividendBits - 1], !difference.isNegative)
            shifted = c.named("shifted_\(step)", shifted)
        }
        c.drive(io.numbers.ready, idle.q)
        c.drive(io.result.valid, !idle.q & (remaining.q == 0))
        c.drive(io.result.payload, Result(quotient: work.q, remainder: remainder.q))
        c.when(io.numbers.fires) {
            work.next(io.numbers.payload.dividend)
            remainder.next(0)
            remaining.next(Unsigned(steps))
            idle.clear()
        }.elsewhen(remaining.q.isNonzero) {
            work.next(shifted)
            remainder.next(rest)
            remaining.next(remaining.q &- 1)
        }.elsewhen(io.result.ready) {
            idle.set()
        }
    }
}
