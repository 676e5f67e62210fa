import Blocks
import Configuration
import FixedPoint
import RTL

/// A row that is to be normalised.
struct ClosingRow: Bundle {
    /// Row of its group.
    let slot: Unsigned
    let valueBits: Unsigned

    static func shape(_ prefill: PrefillConfiguration) -> Shape<ClosingRow> {
        Shape { ClosingRow(slot: $0.make(.unsigned(prefill.slotBits)), valueBits: $0.make(.unsigned(formatBits))) }
    }
}

/// Two normalizers that take rows in turn: while the elements of one row leave, the reciprocal of the next is found, so that
/// an output element leaves in every cycle.
package struct NormalizerPair: Module {
    package let prefill: PrefillConfiguration
    /// States have one beat more, of masses, and each row's report comes out.
    package let reports: Bool

    package init(prefill: PrefillConfiguration, reports: Bool = false) {
        self.prefill = prefill
        self.reports = reports
    }

    package struct Ports {
        let row: Stream<ClosingRow>
        let state: Stream<StateBeat>
        let output: Stream<PrefillOutputBeat>
        /// One a row, behind its last element, in the order of the rows; nil unless the unit `reports`.
        let report: Stream<ReportBeat>?
    }

    package var suffix: String { "\(prefill.lane.stateSuffix)_r\(prefill.residentRows)" + (reports ? "_report" : "") }

    private var stateBeats: Int { prefill.lane.stateBeats(reports: reports) }

    package func ports(_ io: Interface) -> Ports {
        Ports(row: io.sink(ClosingRow.shape(prefill)), state: io.sink(StateBeat.shape(prefill.lane)),
              output: io.source(PrefillOutputBeat.shape(prefill)), report: reports ? io.source(ReportBeat.shape) : nil)
    }

    /// Cycles from a row's last state beat to its first element.
    package static let latency = Normalizer.latency

    package func body(_ c: Circuit, _ io: Ports) {
        let lane = prefill.lane
        let normalizers = (0..<2).map { c.instance("normalizer_\($0)", Normalizer(lane: lane, reports: reports)) }

        // Rows, as many as may be under way.
        let slots = Queue(c, "slots", .unsigned(prefill.slotBits), depth: 8)
        let formats = (0..<2).map { Queue(c, "value_bits_\($0)", .unsigned(formatBits), depth: 2) }
        let rowTurn = c.register("row_turn", .bit, reset: 0)
        let room = c.named("room", slots.ready & mux(rowTurn.q, formats[1].ready, formats[0].ready))
        let takeRow = c.named("take_row", io.row.valid & room)
        c.drive(io.row.ready, room)
        slots.push(io.row.payload.slot, when: takeRow)
        c.when(takeRow) { rowTurn.next(!rowTurn.q) }

        // States.
        let stateTurn = c.register("state_turn", .bit, reset: 0)
        let beat = c.register("state_beat", .unsigned(bitsToIndex(stateBeats)), reset: 0)
        c.drive(io.state.ready, mux(stateTurn.q, normalizers[1].state.ready, normalizers[0].state.ready))
        c.when(io.state.fires) {
            beat.next(beat.q &+ 1)
            c.when(beat.q == Unsigned(stateBeats - 1)) {
                beat.next(0)
                stateTurn.next(!stateTurn.q)
            }
        }

        // Elements. A row's slot has come before them: it was given together with its format.
        let outputTurn = c.register("output_turn", .bit, reset: 0)
        let element = mux(outputTurn.q, normalizers[1].output.payload.element, normalizers[0].output.payload.element)
        let last = c.named("last", mux(outputTurn.q, normalizers[1].output.payload.last, normalizers[0].output.payload.last))
        c.send(PrefillOutputBeat(element: element, last: last, slot: slots.output.payload),
               when: mux(outputTurn.q, normalizers[1].output.valid, normalizers[0].output.valid), to: io.output)
        let rowLeaves = c.named("row_leaves", io.output.fires & last)
        c.drive(slots.output.ready, rowLeaves)
        c.discard(slots.output.valid)
        c.when(rowLeaves) { outputTurn.next(!outputTurn.q) }

        for (index, normalizer) in normalizers.enumerated() {
            let mine: (Bit) -> Bit = { index == 0 ? !$0 : $0 }
            formats[index].push(io.row.payload.valueBits, when: takeRow & mine(rowTurn.q))
            c.connect(formats[index].output, to: normalizer.valueBits)
            c.drive(normalizer.state.valid, io.state.valid & mine(stateTurn.q))
            c.drive(normalizer.state.payload, io.state.payload)
            c.drive(normalizer.output.ready, io.output.ready & mine(outputTurn.q))
        }
        if let report = io.report { sendReports(c, normalizers, to: report) }
    }

    /// The reports of both, in turn as their rows.
    private func sendReports(_ c: Circuit, _ normalizers: [Normalizer.Ports], to target: Stream<ReportBeat>) {
        guard let first = normalizers[0].report, let second = normalizers[1].report else {
            preconditionFailure("both report")
        }
        let turn = c.register("report_turn", .bit, reset: 0)
        let beat = target.shape.unpack(mux(turn.q, concatenate(second.payload), concatenate(first.payload)))
        c.send(beat, when: mux(turn.q, second.valid, first.valid), to: target)
        c.drive(first.ready, target.ready & !turn.q)
        c.drive(second.ready, target.ready & turn.q)
        c.when(target.fires) { turn.next(!turn.q) }
        // Nobody needs what the weights are divided by.
        for normalizer in normalizers {
            guard let total = normalizer.total else { preconditionFailure("a normalizer that reports has totals") }
            c.drive(total.ready, true)
            c.discard(total.valid)
            c.discard(total.payload)
        }
    }
}
