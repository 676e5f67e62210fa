import Blocks
import Configuration
import FixedPoint
import RTL

/// The scale that brings the integer scores of a row to base 2: `mantissa * 2^-shift`.
struct ScaleSettings: Bundle {
    let mantissa: Unsigned
    let shift: Unsigned

    static var shape: Shape<ScaleSettings> {
        Shape { ScaleSettings(
            mantissa: $0.make(.unsigned(NumericFormats.scaleMantissaBits)),
            shift: $0.make(.unsigned(NumericFormats.scaleShiftBits))) }
    }
}

/// Scores to base-2 fixed point with 12 fractional bits, rounded half up and saturated (Docs/numerics.md 3).
///
/// One `scale` a row, taken with its last beat. Latency 3 cycles, one beat a cycle.
package struct ScoreScaler: Module {
    package let lane: LaneConfiguration
    /// Scores come doubled (Docs/pruning.md 2).
    package let doubled: Bool

    package init(lane: LaneConfiguration, doubled: Bool = false) {
        self.lane = lane
        self.doubled = doubled
    }

    package struct Ports {
        let scale: Stream<ScaleSettings>
        let scores: Stream<ScoreBeat>
        let scaled: Stream<ScoreBeat>
    }

    package var suffix: String { lane.arraySuffix + (doubled ? "_doubled" : "") }

    package var scoreBits: Int { NumericFormats.scoreBits(headSize: lane.headSize) + (doubled ? 1 : 0) }

    package static let latency = 3

    package func ports(_ io: Interface) -> Ports {
        Ports(scale: io.sink(ScaleSettings.shape),
              scores: io.sink(ScoreBeat.shape(lane, bits: scoreBits)),
              scaled: io.source(ScoreBeat.shape(lane, bits: NumericFormats.scaledScoreBits)))
    }

    package func body(_ c: Circuit, _ io: Ports) {
        let skid = OutputSkid(c, "skid", to: io.scaled)
        let advance = skid.ready
        let scores = io.scores.payload
        let take = c.named("take", io.scores.valid & io.scale.valid & advance)
        c.drive(io.scores.ready, io.scale.valid & advance)
        c.drive(io.scale.ready, take & scores.rowLast)

        let mantissa = io.scale.payload.mantissa.signExtendedByZero
        let shift1 = c.stage("shift_1", io.scale.payload.shift, enable: advance)
        let results = scores.scores.indices.map { slot in
            let product = c.stage("product_\(slot)", scores.scores[slot] * mantissa, enable: advance)
            // Twice the product keeps the bit that decides the rounding.
            let twice = doubled ? product : product << 1
            let shifted = c.stage("shifted_\(slot)", twice.shiftedRight(by: shift1), enable: advance)
            let rounded = c.named("rounded_\(slot)", (shifted + 1) >> 1)
            return c.stage("scaled_\(slot)", saturated(c, rounded, slot), enable: advance)
        }
        let valid = c.delayed("valid", take, by: Self.latency, enable: advance, reset: 0)
        let occupied = scores.occupied.indices.map {
            c.delayed("occupied_\($0)", scores.occupied[$0], by: Self.latency, enable: advance)
        }
        skid.send(ScoreBeat(
            scores: Vector(results), occupied: Vector(occupied),
            tileLast: c.delayed("tile_last", scores.tileLast, by: Self.latency, enable: advance),
            rowLast: c.delayed("row_last", scores.rowLast, by: Self.latency, enable: advance)), when: valid)
    }

    /// The upper limit leaves room for the reference above it to be an integer of 12 bits.
    private func saturated(_ c: Circuit, _ value: Signed, _ slot: Int) -> Signed {
        let bits = NumericFormats.scaledScoreBits
        let highest = (1 << (bits - 1)) - (1 << NumericFormats.scaledScoreFractionBits)
        let lowest = -(1 << (bits - 1))
        let low = c.named("too_low_\(slot)", value < Signed(lowest))
        let high = c.named("too_high_\(slot)", value > Signed(highest))
        return mux(low, Signed(lowest), mux(high, Signed(highest), value.truncated(to: bits)))
    }
}
