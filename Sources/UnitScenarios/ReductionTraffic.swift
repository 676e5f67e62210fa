import Configuration
import FixedPoint
import GoldenModel
import SeededRandom
import Verification

/// What the lanes of a cluster publish in some launches, and what must come back to them, drawn at random: outputs of random
/// lengths cut between lanes anywhere.
package struct ReductionTraffic: Sendable {
    /// The states of the rows of a group.
    package struct Message: Sendable {
        package var head, sequence: Int
        package var opens, closes: Bool
        /// Of the launch; its lowest bit goes with the message.
        package var epoch: Int
        package var lane: Int
        package var valueBits: Int
        package var states: [PartialState]
        /// Of rows that are reported.
        package var fault = false
    }

    package let prefill: PrefillConfiguration
    package let extraBeats: Int
    /// By lane, in order.
    package var partials, merged: [[Message]]
    private var epoch = 0

    package init(lanes: Int, prefill: PrefillConfiguration, extraBeats: Int = 0) {
        self.prefill = prefill
        self.extraBeats = extraBeats
        partials = Array(repeating: [], count: lanes)
        merged = partials
    }

    package var lanes: Int { partials.count }
    package var mergedRows: Int { merged.joined().reduce(0) { $0 + $1.states.count } }

    /// Elements of a state, those of the extra beats behind them.
    private var elements: Int { prefill.lane.headSize + prefill.lane.mergeElements * extraBeats }

    /// Appends a launch of `outputs` outputs, cut between `participating` lanes anywhere, twice at a place too.
    package mutating func appendLaunch(
        rows: Int, outputs: Int, longest: Int = 4, participating: Int, _ random: inout SeededGenerator
    ) {
        // The tiles of the outputs, one behind another; an output may have none.
        var ends = [0]
        for _ in 0..<outputs { ends.append(ends.last! + random.below(longest + 1)) }
        let cuts = (1..<participating).map { _ in random.below(ends.last! + 1) }.sorted()
        append(ends: ends, bounds: [0] + cuts + [ends.last!], rows: rows, &random)
    }

    /// Appends a launch with one output that lanes `first ..< first + parts` have parts in.
    package mutating func appendOutput(rows: Int, first: Int, parts: Int, _ random: inout SeededGenerator) {
        append(ends: Array(0...first) + [first + parts], bounds: Array(0...first + parts), rows: rows, &random)
    }

    /// Appends a launch in which every two neighbours share an output.
    package mutating func appendNeighbours(rows: Int, _ random: inout SeededGenerator) {
        append(ends: Array(stride(from: 0, through: 2 * lanes, by: 2)).map { max(0, $0 - 1) } + [2 * lanes],
               bounds: Array(stride(from: 0, through: 2 * lanes, by: 2)), rows: rows, &random)
    }

    /// Output i has the tiles `ends[i] ..< ends[i + 1]`, lane x those of `bounds[x] ..< bounds[x + 1]`.
    private mutating func append(ends: [Int], bounds: [Int], rows: Int, _ random: inout SeededGenerator) {
        let valueBits = ValueFormat.supported[random.below(ValueFormat.supported.count)].bits
        for output in 0..<ends.count - 1 {
            let tiles = ends[output]..<ends[output + 1]
            let place = (head: random.below(256), sequence: random.below(256))
            var leaves: [[PartialState]] = Array(repeating: [], count: rows), host: Int?, hasFault = false
            for lane in 0..<bounds.count - 1 {
                let range = bounds[lane]..<bounds[lane + 1]
                let part = range.clamped(to: tiles)
                // A lane without a tile hands on what its neighbours have, if it stands between two tiles of the output.
                let standsBetween = range.isEmpty && tiles.lowerBound < range.lowerBound && range.lowerBound < tiles.upperBound
                guard !part.isEmpty || standsBetween, part != tiles else { continue }
                let states = (0..<rows).map { row in
                    let own = part.map { _ in leafState(&random) }
                    leaves[row] += own
                    return own.reduce(.empty(headSize: elements), MergeUnit.merge)
                }
                let opens = !part.isEmpty && part.lowerBound == tiles.lowerBound
                if opens { host = lane }
                let fault = extraBeats > 0 && random.below(8) == 0
                hasFault = hasFault || fault
                partials[lane].append(Message(
                    head: place.head, sequence: place.sequence, opens: opens,
                    closes: !part.isEmpty && part.upperBound == tiles.upperBound, epoch: epoch, lane: lane,
                    valueBits: valueBits, states: states, fault: fault))
            }
            guard let host else { continue }
            let states = leaves.map { leaves in
                random.shuffled(leaves).reduce(.empty(headSize: elements), MergeUnit.merge)
            }
            merged[host].append(Message(
                head: place.head, sequence: place.sequence, opens: true, closes: true, epoch: epoch, lane: host,
                valueBits: valueBits, states: states, fault: hasFault))
        }
        epoch += 1
    }

    /// The state of one tile: of any class, near each other mostly; or none, where nothing of the tile counts.
    private func leafState(_ random: inout SeededGenerator) -> PartialState {
        let reference: Int
        switch random.below(12) {
        case 0: return .empty(headSize: elements)
        case 1: reference = random.number(in: -2048...2047)
        case 2...5: reference = random.number(in: -33...33)
        default: reference = random.number(in: -100...100)
        }
        return MergeUnit.state(of: leaf(
            reference, elements: elements, tileKeys: NumericFormats.maximumTileKeys, &random))
    }
}

extension ReductionTraffic {
    /// One beat of a message.
    private struct Item {
        let message: Message
        let state: StateItem
        let isLast: Bool
    }

    private func items(_ messages: [Message]) -> [Item] {
        messages.flatMap { message in
            let states = message.states.flatMap { StateItem.beats(of: $0, prefill.lane) }
            return states.enumerated().map { Item(message: message, state: $1, isLast: $0 == states.count - 1) }
        }
    }

    private func encode(_ item: Item, into beat: Beat) throws {
        let message = item.message
        try beat.set("tag_output_head", message.head)
        try beat.set("tag_output_sequence", message.sequence)
        try beat.set("tag_opens", message.opens)
        try beat.set("tag_closes", message.closes)
        try beat.set("tag_epoch", message.epoch & 1)
        try beat.set("tag_lane", message.lane)
        try beat.set("tag_rows", message.states.count - 1)
        try beat.set("tag_value_bits", message.valueBits)
        if extraBeats > 0 { try beat.set("tag_fault", message.fault) }
        try item.state.encode(into: beat, prefix: "state_", prefill.lane)
        try beat.set("last", item.isLast)
    }

    /// Gives everything to a reduction unit and expects what must come of it.
    package func add(to streams: inout StreamScenario) throws {
        for lane in 0..<lanes { try streams.send(items(partials[lane]), to: "partial_\(lane)") { try encode($0, into: $1) } }
        for lane in 0..<lanes { try streams.expect(items(merged[lane]), from: "merged_\(lane)") { try encode($0, into: $1) } }
        try streams.expect("fault", toStay: 0)
    }

    /// Gives everything to a reduction unit and takes whatever comes: the messages do not fit together.
    package func addUnchecked(to streams: inout StreamScenario) throws {
        for lane in 0..<lanes { try streams.send(items(partials[lane]), to: "partial_\(lane)") { try encode($0, into: $1) } }
        for lane in 0..<lanes { try streams.collect(from: "merged_\(lane)") }
    }
}
