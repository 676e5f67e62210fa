import Accelerator
import Configuration
import FixedPoint
import GoldenModel
import SeededRandom
import Verification

/// The states of a group, and whose they are.
private struct StateGroup {
    let head, sequence: Int
    let opens, closes, epoch: Bool
    let lane: Int
    let format: ValueFormat
    let states: [PartialState]
    /// Of rows that are reported; nil otherwise.
    let fault: Bool?

    init(
        _ index: Int, opens: Bool, closes: Bool, _ prefill: PrefillConfiguration, reports: Bool, _ random: inout SeededGenerator
    ) {
        (self.opens, self.closes) = (opens, closes)
        // Each output once, so that its rows can be told.
        (head, sequence) = (index % 256, index / 256 + random.below(100))
        epoch = random.flip()
        lane = random.below(64)
        format = ValueFormat.supported[index % 4]
        let format = format, rows = index % 3 == 0 ? prefill.residentRows : 1 + random.below(prefill.residentRows)
        let masses = reports ? GoldenModel.LeafCompletion.masses : 0
        states = (0..<rows).map { row in
            (index + row) % 6 == 5 ? .empty(headSize: prefill.lane.headSize + masses)
                : UnitScenario.state(
                    UInt128(1) << UInt128(19 + random.below(30)) + UInt128(random.below(1 << 19)), format, prefill.lane, masses: masses,
                    &random)
        }
        fault = reports ? random.flip() : nil
    }

    func encodeTag(_ beat: Beat, prefix: String) throws {
        try beat.set(prefix + "output_head", head)
        try beat.set(prefix + "output_sequence", sequence)
        try beat.set(prefix + "opens", opens)
        try beat.set(prefix + "closes", closes)
        try beat.set(prefix + "epoch", epoch)
        try beat.set(prefix + "lane", lane)
        try beat.set(prefix + "rows", states.count - 1)
        try beat.set(prefix + "value_bits", format.bits)
        if let fault { try beat.set(prefix + "fault", fault) }
    }
}

extension UnitScenario {
    /// Groups of every role from the lane while merged ones come in, and merged ones once the lane is done: whole outputs of
    /// both in any order, partial ones in that of the lane.
    ///
    /// - Parameter reports: In a lane that prunes: states have masses, and groups faults.
    package static func stateRouter(
        _ prefill: PrefillConfiguration, reports: Bool = false, _ random: SeededGenerator
    ) throws -> UnitScenario {
        let lane = prefill.lane
        var random = random
        let roles = [(true, true), (false, true), (true, true), (true, false), (false, false), (true, true)]
        let own = (0..<12).map { StateGroup($0, opens: roles[$0 % 6].0, closes: roles[$0 % 6].1, prefill, reports: reports, &random) }
        let merged = (12..<19).map { StateGroup($0, opens: true, closes: true, prefill, reports: reports, &random) }
        return try UnitScenario(Accelerator.StateRouter(prefill: prefill, reports: reports)) { streams in
            try streams.send(own, to: "tag") { try $0.encodeTag($1, prefix: "") }
            let states = own.flatMap { $0.states.flatMap { StateItem.beats(of: $0, lane) } }
            try streams.send(states, to: "state") { try $0.encode(into: $1, lane) }
            let mergedBeats = beats(merged, lane), beside = beats(Array(merged[..<5]), lane).count
            let gate = StreamScenario.Gate(after: "state", beats: mergedBeats.indices.map { $0 < beside ? 0 : states.count })
            try streams.send(mergedBeats, to: "merged", gate: gate) { try encode($0, $1, lane) }
            try streams.expect(beats(own.filter { !($0.opens && $0.closes) }, lane), from: "partial") { try encode($0, $1, lane) }
            let complete = own.filter { $0.opens && $0.closes } + merged
            let outputs = complete.flatMap { group in
                group.states.enumerated().flatMap { row, state in
                    Normalizer.outputs(state, valueFormat: group.format).prefix(lane.headSize).enumerated().map { (group: group, row: row, element: $0, output: $1) }
                }
            }
            try streams.expect(outputs, from: "output", inAnyOrder: true) { item, beat in
                try beat.set("element", Int(item.output))
                try beat.set("last", item.element == lane.headSize - 1)
                try beat.set("row", item.row)
                try beat.set("output_head", item.group.head)
                try beat.set("output_sequence", item.group.sequence)
                try beat.set("epoch", item.group.epoch)
            }
            guard reports else { return }
            let rows = complete.flatMap { group in group.states.enumerated().map { (group: group, row: $0, state: $1) } }
            try streams.expect(rows, from: "report", inAnyOrder: true) { item, beat in
                let divided = Normalizer.outputs(item.state, valueFormat: item.group.format)
                try beat.set("unrefined", Int(divided[lane.headSize]))
                try beat.set("dropped", Int(divided[lane.headSize + 1]))
                try beat.set("fault", item.group.fault == true)
                try beat.set("row", item.row)
                try beat.set("output_head", item.group.head)
                try beat.set("output_sequence", item.group.sequence)
                try beat.set("epoch", item.group.epoch)
            }
        }
    }

    private typealias GroupBeat = (group: StateGroup, item: StateItem, last: Bool)

    private static func beats(_ groups: [StateGroup], _ lane: LaneConfiguration) -> [GroupBeat] {
        groups.flatMap { group in
            let items = group.states.flatMap { StateItem.beats(of: $0, lane) }
            return items.enumerated().map { (group, $1, $0 == items.count - 1) }
        }
    }

    private static func encode(_ item: GroupBeat, _ beat: Beat, _ lane: LaneConfiguration) throws {
        try item.group.encodeTag(beat, prefix: "tag_")
        try item.item.encode(into: beat, prefix: "state_", lane)
        try beat.set("last", item.last)
    }
}
