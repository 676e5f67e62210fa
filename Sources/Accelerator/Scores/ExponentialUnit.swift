import Blocks
import Configuration
import FixedPoint
import Foundation
import RTL

/// `2^-delta` by a table of 512 segments and linear interpolation (Docs/numerics.md 5). Latency 4 enabled cycles.
package struct ExponentialUnit: Module {
    package init() {}

    package struct Ports {
        /// The pipeline moves.
        let advance: Bit
        /// Distance below the reference, 12 fractional bits.
        let delta: Unsigned
        /// Weight, 20 fractional bits.
        let weight: Unsigned
    }

    package static let latency = 4
    package static let deltaBits = NumericFormats.scaledScoreBits + 1

    package func ports(_ io: Interface) -> Ports {
        Ports(advance: io.input(.bit), delta: io.input(.unsigned(Self.deltaBits)),
              weight: io.output(.unsigned(NumericFormats.weightBits)))
    }

    package func body(_ c: Circuit, _ io: Ports) {
        let fraction = NumericFormats.scaledScoreFractionBits
        let segmentBits = NumericFormats.exponentialSegmentBits
        let remainderBits = fraction - segmentBits
        let entryBits = NumericFormats.exponentialFractionBits + 1
        let advance = io.advance

        // The table, looked up by the fraction's upper bits.
        let entry = c.table("exponential", Self.table, width: entryBits + Self.slopeBits,
                            index: io.delta[remainderBits..<fraction])
        let looked = c.stage("entry", entry, enable: advance)
        let remainder1 = c.stage("remainder_1", io.delta[0..<remainderBits], enable: advance)
        let whole = io.delta >> fraction
        let vanishes1 = c.stage("vanishes_1", whole >= Unsigned(Self.vanishingShift), enable: advance)
        let shift1 = c.stage("shift_1", whole.truncated(to: bitsToCount(Self.vanishingShift)), enable: advance)

        // base - round(slope * remainder)
        let base1 = looked >> Self.slopeBits
        let slope1 = looked.truncated(to: Self.slopeBits)
        let product = c.stage("product", slope1 * remainder1, enable: advance)
        let base2 = c.stage("base_2", base1, enable: advance)
        let shift2 = c.stage("shift_2", shift1, enable: advance)
        let vanishes2 = c.stage("vanishes_2", vanishes1, enable: advance)
        let drop = c.named("drop", (product + Unsigned(1 << (remainderBits - 1))) >> remainderBits)
        let mantissa = c.stage("mantissa", base2 &- drop.extended(to: entryBits), enable: advance)
        let shift3 = c.stage("shift_3", shift2, enable: advance)
        let vanishes3 = c.stage("vanishes_3", vanishes2, enable: advance)

        // The shift keeps one bit below the weight's last, which decides the rounding.
        let shifted = c.named("shifted", (mantissa >> 1).shiftedRight(by: shift3))
        let rounded = c.named("rounded", (shifted + 1) >> 1)
        let weight = mux(vanishes3, 0, rounded.truncated(to: NumericFormats.weightBits))
        c.drive(io.weight, c.stage("weight_4", weight, enable: advance))
    }

    /// From here on the weight rounds to zero.
    static let vanishingShift = NumericFormats.exponentialFractionBits

    /// round(2^22 * 2^(-j/512)) for j = 0...512.
    private static let bases: [UInt64] = {
        let segments = 1 << NumericFormats.exponentialSegmentBits
        let one = Double(1 << NumericFormats.exponentialFractionBits)
        return (0...segments).map { UInt64((one * exp2(-Double($0) / Double(segments))).rounded()) }
    }()

    /// The first segment is the steepest.
    static let slopeBits = bitsToCount(Int(bases[0] - bases[1]))

    /// Base of segment j, and below it its fall to the next.
    static let table: [UInt64] = bases.indices.dropLast().map {
        bases[$0] << UInt64(slopeBits) | (bases[$0] - bases[$0 + 1])
    }
}
