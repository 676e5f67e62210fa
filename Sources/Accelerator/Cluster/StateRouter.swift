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

    package init(prefill: PrefillConfiguration) { self.prefill = prefill }

    package struct Ports {
        /// One a group of states.
        let tag: Stream<PartialTag>
        let state: Stream<StateBeat>
        let partial: Stream<PartialBeat>
        let merged: Stream<PartialBeat>
        let output: Stream<ClusterOutputBeat>
    }

    package var suffix: String { "\(prefill.lane.stateSuffix)_r\(prefill.residentRows)" }

    package func ports(_ io: Interface) -> Ports {
        Ports(tag: io.sink(PartialTag.shape(prefill)), state: io.sink(StateBeat.shape(prefill.lane)),
              partial: io.source(PartialBeat.shape(prefill)), merged: io.sink(PartialBeat.shape(prefill)),
              output: io.source(ClusterOutputBeat.shape(prefill)))
    }

    /// Rows that may be in the normalizers.
    private static let normalizedRows = 8

    /// Whose output a row is.
    private struct RowOwner: Bundle {
        let output: OutputID
        let epoch: Bit

        static var shape: Shape<RowOwner> { Shape { RowOwner(output: $0.make(OutputID.shape), epoch: $0.make(.bit)) } }
    }

    /// Where in a group a stream of state beats is.
    private struct Place {
        let row, beat: Register<Unsigned>
        /// The beat that comes next is its row's first, its row's last.
        let begins, ends: Bit

        init(_ c: Circuit, _ name: String, _ prefill: PrefillConfiguration) {
            row = c.register("\(name)_row", .unsigned(prefill.slotBits), reset: 0)
            beat = c.register("\(name)_beat", .unsigned(bitsToIndex(prefill.lane.stateBeats)), reset: 0)
            begins = c.named("\(name)_begins", beat.q == 0)
            ends = c.named("\(name)_ends", beat.q == Unsigned(prefill.lane.stateBeats - 1))
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
        let place = Place(c, "own", prefill)
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
        let normalizers = c.instance("normalizers", NormalizerPair(prefill: prefill))
        let owners = Queue(c, "owners", RowOwner.shape, depth: Self.normalizedRows)
        let place = Place(c, "normalized", prefill)
        let room = c.named("room", !place.begins | (normalizers.row.ready & owners.ready))
        let fires = c.named("fires", offered & room & normalizers.state.ready)
        let begins = c.named("row_begins", fires & place.begins)
        c.send(beat.state, when: offered & room, to: normalizers.state)
        c.send(ClosingRow(slot: place.row.q, valueBits: beat.tag.valueBits), when: begins, to: normalizers.row)
        owners.push(RowOwner(output: beat.tag.output, epoch: beat.tag.epoch), when: begins)
        c.when(fires) { place.advance(c, last: beat.last) }
        for unused in [beat.tag.opens, beat.tag.closes] { c.discard(unused) }
        c.discard(beat.tag.lane)
        c.discard(beat.tag.rows)

        let element = normalizers.output, owner = owners.output
        c.send(ClusterOutputBeat(
            element: element.payload.element, last: element.payload.last, row: element.payload.slot,
            output: owner.payload.output, epoch: owner.payload.epoch), when: element.valid & owner.valid, to: io.output)
        c.drive(element.ready, io.output.ready & owner.valid)
        c.drive(owner.ready, element.valid & io.output.ready & element.payload.last)
        return fires
    }
}
