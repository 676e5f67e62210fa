import Accelerator
import Configuration
import FixedPoint
import GoldenModel
import SeededRandom
import Verification

extension UnitScenario {
    /// Rows of every value width with extreme sums, weight sums from the least to the greatest, empty rows.
    package static func normalizer(_ lane: LaneConfiguration, _ random: SeededGenerator) throws -> UnitScenario {
        var random = random
        let weightBits = NumericFormats.stateWeightSumBits(maximumContext: lane.maximumContext)
        var rows: [(state: PartialState, format: ValueFormat)] = []
        for format in ValueFormat.supported {
            rows.append((.empty(headSize: lane.headSize), format))
            // The largest score weighs a half at least.
            for bits in NumericFormats.weightFractionBits..<weightBits {
                let lowest = UInt128(1) << (bits - 1)
                let corners = [lowest, 2 * lowest - 1, lowest + UInt128(random.next()) % lowest]
                // Small sums are shifted least: what is below them shows most.
                for weight in bits < NumericFormats.reciprocalMantissaBits ? corners : [corners[random.below(3)]] {
                    rows.append((state(weight, format, lane, &random), format))
                }
            }
        }
        rows.append((.empty(headSize: lane.headSize), ValueFormat.supported[0]))
        return try UnitScenario(Accelerator.Normalizer(lane: lane)) { streams in
            try streams.send(rows.map(\.format.bits), to: "value_bits") { try $1.set("", $0) }
            try streams.send(rows.flatMap { StateItem.beats(of: $0.state, lane) }, to: "state") { try $0.encode(into: $1, lane) }
            let outputs = rows.flatMap { Normalizer.outputs($0.state, valueFormat: $0.format).enumerated() }
            try streams.expect(outputs, from: "output") { output, beat in
                try beat.set("element", Int(output.element))
                try beat.set("last", output.offset == lane.headSize - 1)
            }
        }
    }

    /// Sums within what values of the format can make of that weight, halved between the classes, or far beyond it: the
    /// output saturates.
    static func state(
        _ weight: UInt128, _ format: ValueFormat, _ lane: LaneConfiguration, _ random: inout SeededGenerator
    ) -> PartialState {
        let lower = random.flip() ? UInt128(random.next()) : 0
        let limit = format.bits < NumericFormats.valueBits && random.flip() ? 2047 : format.codeRange.upperBound
        let sums = (0..<lane.headSize).map { _ -> Int128 in
            switch random.below(6) {
            case 0: Int128(weight) * Int128(limit)
            case 1: -Int128(weight) * Int128(limit + 1)
            case 2: Int128(random.below(3) - 1)
            // A tie of the final rounding, or next to one.
            case 3: Int128(weight) * Int128(2 * random.below(limit) + 1) / Int128(2 << format.outputGainBits)
            default: Int128(weight) / 1024 * Int128(random.number(in: -1024 * limit...1024 * limit))
            }
        }
        return PartialState(
            isValid: true, stateClass: random.code(NumericFormats.classBits), upperWeightSum: weight, lowerWeightSum: lower,
            upperOutputSums: sums, lowerOutputSums: sums.map { _ in Int128(lower) * Int128(random.number(in: -limit...limit)) })
    }
}
