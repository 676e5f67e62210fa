import Blocks
import FixedPoint
import RTL

/// `floor(2^47 / divisor)` for a divisor in 2^23 ..< 2^24, one bit a cycle (Docs/numerics.md 8).
///
/// `start` takes the divisor; `done` is set for one cycle, 26 cycles later, with the quotient.
package struct Reciprocal: Module {
    package init() {}

    package static let divisorBits = NumericFormats.reciprocalMantissaBits
    /// Cycles from `start` to `done`: one to take the divisor, one a bit of the quotient.
    package static let latency = quotientBits + 1
    package static let quotientBits = divisorBits + 1

    package struct Ports {
        let start: Bit
        let divisor: Unsigned
        let done: Bit
        let quotient: Unsigned
    }

    package func ports(_ io: Interface) -> Ports {
        Ports(start: io.input(.bit), divisor: io.input(.unsigned(Self.divisorBits)),
              done: io.output(.bit), quotient: io.output(.unsigned(Self.quotientBits)))
    }

    package func body(_ c: Circuit, _ io: Ports) {
        let divisor = c.stage("held_divisor", io.divisor, enable: io.start)
        // The remainder stays below twice the divisor.
        let remainder = c.register("remainder", .unsigned(Self.divisorBits + 1))
        let quotient = c.register("quotient_bits", .unsigned(Self.quotientBits))
        let remaining = c.register("remaining", .unsigned(bitsToCount(Self.quotientBits)), reset: 0)
        let last = c.register("last", .bit, reset: 0)

        let difference = c.named("difference", remainder.q - divisor)
        let fits = c.named("fits", !difference.isNegative)
        let kept = mux(fits, difference.asUnsigned.truncated(to: Self.divisorBits), remainder.q.truncated(to: Self.divisorBits))
        c.when(io.start) {
            remainder.next(Unsigned(1 << (Self.divisorBits - 1)))
            remaining.next(Unsigned(Self.quotientBits))
        }.elsewhen(remaining.q.isNonzero) {
            remainder.next(kept << 1)
            quotient.next(concatenate(quotient.q.truncated(to: Self.quotientBits - 1), fits))
            remaining.next(remaining.q &- 1)
        }
        last.next(remaining.q == 1)
        c.drive(io.done, last.q)
        c.drive(io.quotient, quotient.q)
    }
}
