import Blocks
import Configuration
import FixedPoint
import RTL

/// Sends the states of a lane where they belong: those of outputs that the lane has alone to its normalizers, the others
/// to the reduction, from which those that the lane is host of come back to the normalizers.
///
/// The states of a group stay together on either way. Publishing waits for nothing but the reduction: a merged group
/// that stands in the normalizers' way keeps only groups that go to them from following.
package struct StateRouter: Module {
    package let prefill: PrefillConfiguration
    /// States have one beat more, of masses, and each row's report comes out beside its elements.
    package let reports: Bool

    package init(prefill: PrefillConfiguration, reports: Bool = false) {
        self.prefill = prefill
        self.reports = reports
    }

    package struct Ports {
        /// One a group of states.
        let tag: Stream<PartialTag>
        let state: Stream<StateBeat>
        let partial: Stream<PartialBeat>
        let merged: Stream<PartialBeat>
        let output: Stream<ClusterOutputBeat>
        /// One a row, behind its last element, in the order of the rows; nil unless the unit `reports`.
        let report: Stream<ClusterReport>?
    }

    package var suffix: String { "\(prefill.lane.stateSuffix)_r\(prefill.residentRows)" + (reports ? "_report" : "") }

    private var stateBeats: Int { prefill.lane.stateBeats(reports: reports) }

    package func ports(_ io: Interface) -> Ports {
        let partial = PartialBeat.shape(prefill, reports: reports)
        return Ports(
            tag: io.sink(PartialTag.shape(prefill, reports: reports)), state: io.sink(StateBeat.shape(prefill.lane)),
            partial: io.source(partial), merged: io.sink(partial), output: io.source(ClusterOutputBeat.shape(prefill)),
            report: reports ? io.source(ClusterReport.shape(prefill)) : nil)
    }

    /// Rows that may be in the normalizers.
    private static let normalizedRows = 8

    /// Whose output a row is.
    private struct RowOwner: Bundle {
        let output: OutputID
        let epoch: Bit

        static var shape: Shape<RowOwner> { Shape { RowOwner(output: $0.make(OutputID.shape), epoch: $0.make(.bit)) } }
    }

    /// A row whose report is to come.
    private struct ReportedRow: Bundle {
        let owner: RowOwner
        let row: Unsigned
        let fault: Bit

        static func shape(_ prefill: PrefillConfiguration) -> Shape<ReportedRow> {
            Shape { ReportedRow(
                owner: $0.make(RowOwner.shape), row: $0.make(.unsigned(prefill.slotBits)), fault: $0.make(.bit)) }
        }
    }

    /// Where in a group a stream of state beats is.
    private struct Place {
        let row, beat: Register<Unsigned>
        /// The beat that comes next is its row's last.
        let ends: Bit

        init(_ c: Circuit, _ name: String, _ router: StateRouter) {
            row = c.register("\(name)_row", .unsigned(router.prefill.slotBits), reset: 0)
            beat = c.register("\(name)_beat", .unsigned(bitsToIndex(router.stateBeats)), reset: 0)
            ends = c.named("\(name)_ends", beat.q == Unsigned(router.stateBeats - 1))
        }

        /// One beat further; to the beginning behind the group's last.
        func advance(_ c: Circuit, last: Bit) {
            beat.next(beat.q &+ 1)
            c.when(ends) {
                beat.next(0)
                row.next(row.q &+ 1)
            }
            c.when(last) { row.next(0) }
        }
    }

    package func body(_ c: Circuit, _ io: Ports) {
        // The lane's own states.
        let place = Place(c, "own", self)
        let tag = io.tag.payload
        let own = PartialBeat(
            tag: tag, state: io.state.payload, last: c.named("own_last", place.ends & (place.row.q == tag.rows)))
        let ownValid = c.named("own_valid", io.tag.valid & io.state.valid)
        let goesOut = c.named("goes_out", !(tag.opens & tag.closes))
        let partials = OutputSkid(c, "partial_skid", to: io.partial)
        partials.send(own, when: ownValid & goesOut)

        // A group that has been offered to the normalizers is not interrupted.
        let chosen = c.register("chosen", .bit, reset: 0), choseMerged = c.register("chose_merged", .bit)
        let takesMerged = c.named("takes_merged", mux(chosen.q, choseMerged.q, io.merged.valid))
        let offered = c.named("offered", mux(takesMerged, io.merged.valid, ownValid & !goesOut))
        let beat = c.wire("beat", io.merged.shape)
        c.drive(beat, own)
        c.when(takesMerged) { c.drive(beat, io.merged.payload) }
        let fires = normalize(c, io, beat, offered)
        c.when(offered) {
            chosen.next(!(fires & beat.last))
            choseMerged.next(takesMerged)
        }

        let ownTaken = c.named("own_taken", ownValid & mux(goesOut, partials.ready, fires & !takesMerged))
        c.drive(io.state.ready, ownTaken)
        c.drive(io.tag.ready, ownTaken & own.last)
        c.drive(io.merged.ready, fires & takesMerged)
        c.when(ownTaken) { place.advance(c, last: own.last) }
    }

    /// Normalises the rows of groups, and says whose elements come out.
    ///
    /// - Returns: The beat offered is taken.
    private func normalize(_ c: Circuit, _ io: Ports, _ beat: PartialBeat, _ offered: Bit) -> Bit {
        let normalizers = c.instance("normalizers", NormalizerPair(prefill: prefill, reports: reports))
        let owners = Queue(c, "owners", RowOwner.shape, depth: Self.normalizedRows)
        let reported: Queue<ReportedRow>? = reports
            ? Queue(c, "reported_rows", ReportedRow.shape(prefill), depth: Self.normalizedRows) : nil
        let ownersReady = if let reported { owners.ready & reported.ready } else { owners.ready }
        let place = Place(c, "normalized", self)
        let atStart = c.named("at_row_start", place.beat.q == 0)
        let room = c.named("room", !atStart | (normalizers.row.ready & ownersReady))
        let fires = c.named("fires", offered & room & normalizers.state.ready)
        let begins = c.named("row_begins", fires & atStart)
        c.send(beat.state, when: offered & room, to: normalizers.state)
        c.send(ClosingRow(slot: place.row.q, valueBits: beat.tag.valueBits), when: begins, to: normalizers.row)
        let owner = RowOwner(output: beat.tag.output, epoch: beat.tag.epoch)
        owners.push(owner, when: begins)
        c.when(fires) { place.advance(c, last: beat.last) }
        for unused in [beat.tag.opens, beat.tag.closes] { c.discard(unused) }
        c.discard(beat.tag.lane)
        c.discard(beat.tag.rows)

        let element = normalizers.output, its = owners.output
        c.send(ClusterOutputBeat(
            element: element.payload.element, last: element.payload.last, row: element.payload.slot,
            output: its.payload.output, epoch: its.payload.epoch), when: element.valid & its.valid, to: io.output)
        c.drive(element.ready, io.output.ready & its.valid)
        c.drive(its.ready, element.valid & io.output.ready & element.payload.last)
        if let reported, let fault = beat.tag.fault, let masses = normalizers.report, let target = io.report {
            reported.push(ReportedRow(owner: owner, row: place.row.q, fault: fault), when: begins)
            report(c, masses, of: reported.output, to: target)
        }
        return fires
    }

    /// Says whose masses they are.
    private func report(
        _ c: Circuit, _ masses: Stream<ReportBeat>, of row: Stream<ReportedRow>, to target: Stream<ClusterReport>
    ) {
        let its = row.payload
        c.send(ClusterReport(
            unrefined: masses.payload.unrefined, dropped: masses.payload.dropped, fault: its.fault, row: its.row,
            output: its.owner.output, epoch: its.owner.epoch), when: masses.valid & row.valid, to: target)
        c.drive(masses.ready, target.ready & row.valid)
        c.drive(row.ready, target.ready & masses.valid)
    }
}
