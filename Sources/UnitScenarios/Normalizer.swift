import Accelerator
import Configuration
import FixedPoint
import GoldenModel
import SeededRandom
import Verification

extension UnitScenario {
    /// Rows of every value width with extreme sums, weight sums from the least to the greatest, empty rows.
    ///
    /// - Parameter reports: In a lane that prunes: states have masses.
    package static func normalizer(
        _ lane: LaneConfiguration, reports: Bool = false, _ random: SeededGenerator
    ) throws -> UnitScenario {
        var random = random
        let masses = reports ? GoldenModel.LeafCompletion.masses : 0
        let weightBits = NumericFormats.stateWeightSumBits(maximumContext: lane.maximumContext)
        var rows: [(state: PartialState, format: ValueFormat)] = []
        for format in ValueFormat.supported {
            rows.append((.empty(headSize: lane.headSize + masses), format))
            // The largest score weighs a half at least.
            for bits in NumericFormats.weightFractionBits..<weightBits {
                let lowest = UInt128(1) << (bits - 1)
                let corners = [lowest, 2 * lowest - 1, lowest + UInt128(random.next()) % lowest]
                // Small sums are shifted least: what is below them shows most.
                for weight in bits < NumericFormats.reciprocalMantissaBits ? corners : [corners[random.below(3)]] {
                    rows.append((state(weight, format, lane, masses: masses, &random), format))
                }
            }
        }
        rows.append((.empty(headSize: lane.headSize + masses), ValueFormat.supported[0]))
        return try UnitScenario(Accelerator.Normalizer(lane: lane, reports: reports)) { streams in
            try streams.send(rows.map(\.format.bits), to: "value_bits") { try $1.set("", $0) }
            try streams.send(rows.flatMap { StateItem.beats(of: $0.state, lane) }, to: "state") { try $0.encode(into: $1, lane) }
            let divided = rows.map { Normalizer.outputs($0.state, valueFormat: $0.format) }
            let outputs = divided.flatMap { $0.prefix(lane.headSize).enumerated() }
            try streams.expect(outputs, from: "output") { output, beat in
                try beat.set("element", Int(output.element))
                try beat.set("last", output.offset == lane.headSize - 1)
            }
            guard reports else { return }
            try streams.expect(divided, from: "report") { elements, beat in
                try beat.set("unrefined", Int(elements[lane.headSize]))
                try beat.set("dropped", Int(elements[lane.headSize + 1]))
            }
            try streams.expect(rows.map(\.state), from: "total") { state, beat in
                try beat.set("occupied", state.isValid)
                guard state.isValid else { return }
                let sum = state.upperWeightSum + state.lowerWeightSum >> 32
                let bits = UInt128.bitWidth - sum.leadingZeroBitCount
                try beat.set("highest_class", state.stateClass)
                try beat.set("shift", bits - 20)
                try beat.set("reciprocal", (1 << 47) / Int(bits > 24 ? sum >> UInt128(bits - 24) : sum << UInt128(24 - bits)))
            }
        }
    }

    /// Sums within what values of the format can make of that weight, halved between the classes, or far beyond it: the
    /// output saturates.
    static func state(
        _ weight: UInt128, _ format: ValueFormat, _ lane: LaneConfiguration, masses: Int, _ random: inout SeededGenerator
    ) -> PartialState {
        let weightBits = NumericFormats.stateWeightSumBits(maximumContext: lane.maximumContext)
        let lower = random.flip() ? UInt128(random.next()) & (1 << UInt128(weightBits - 1) - 1) : 0
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
            upperOutputSums: sums + (0..<masses).map { _ in mass(of: weight, format, lane, &random) },
            lowerOutputSums: sums.map { _ in Int128(lower) * Int128(random.number(in: -limit...limit)) }
                + (0..<masses).map { _ in Int128(lower) * Int128(random.number(in: 0...limit)) })
    }

    /// A mass as it lies in a state: a part of the row's weight sum, all of it, or thousands of times as much, which only
    /// the dropped keys of a renormalised row can be.
    private static func mass(
        of weight: UInt128, _ format: ValueFormat, _ lane: LaneConfiguration, _ random: inout SeededGenerator
    ) -> Int128 {
        let unit = Int128(1) << Int128(format.bits - 2)
        let most = Int128(1) << Int128(NumericFormats.stateOutputSumBits(maximumContext: lane.maximumContext) - 2)
        let room = most / (Int128(weight) * unit)
        return switch random.below(5) {
        case 0: 0
        case 1: Int128(weight) * unit
        case 2: Int128(weight) * unit * min(room, Int128(1 + random.below(4095)))
        default: Int128(weight) / 1024 * unit * Int128(random.below(2100))
        }
    }
}
