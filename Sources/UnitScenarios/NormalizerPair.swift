import Accelerator
import Configuration
import FixedPoint
import GoldenModel
import SeededRandom
import Verification

extension UnitScenario {
    /// Rows of every value width in turn, so that the two normalizers never have the same, an empty one among them.
    ///
    /// - Parameter reports: In a lane that prunes: states have masses.
    package static func normalizerPair(
        _ prefill: PrefillConfiguration, reports: Bool = false, _ random: SeededGenerator
    ) throws -> UnitScenario {
        let lane = prefill.lane, masses = reports ? GoldenModel.LeafCompletion.masses : 0
        var random = random
        let rows = (0..<11).map { index -> (slot: Int, format: ValueFormat, state: PartialState) in
            let format = ValueFormat.supported[index % 4], weight = UInt128(1) << UInt128(19 + 5 * index) + UInt128(random.below(1 << 19))
            return ((index * 3 + index / 8) % prefill.residentRows, format,
                    index == 4 ? .empty(headSize: lane.headSize + masses) : state(weight, format, lane, masses: masses, &random))
        }
        return try UnitScenario(Accelerator.NormalizerPair(prefill: prefill, reports: reports)) { streams in
            try streams.send(rows, to: "row") { row, beat in
                try beat.set("slot", row.slot)
                try beat.set("value_bits", row.format.bits)
            }
            try streams.send(rows.flatMap { StateItem.beats(of: $0.state, lane) }, to: "state") { try $0.encode(into: $1, lane) }
            let outputs = rows.flatMap { row in
                Normalizer.outputs(row.state, valueFormat: row.format).prefix(lane.headSize).enumerated().map { (slot: row.slot, index: $0, output: $1) }
            }
            try streams.expect(outputs, from: "output") { item, beat in
                try beat.set("element", Int(item.output))
                try beat.set("last", item.index == lane.headSize - 1)
                try beat.set("slot", item.slot)
            }
            guard reports else { return }
            try streams.expect(rows, from: "report") { row, beat in
                let divided = Normalizer.outputs(row.state, valueFormat: row.format)
                try beat.set("unrefined", Int(divided[lane.headSize]))
                try beat.set("dropped", Int(divided[lane.headSize + 1]))
            }
        }
    }
}
