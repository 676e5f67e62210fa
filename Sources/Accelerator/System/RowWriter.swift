import Blocks
import Configuration
import FixedPoint
import RTL

/// Writes what becomes of the rows of a job, in the order of its heads - outputs, or zeros for heads that were pruned - and then,
/// when all that the job has written is in memory, its completion record.
///
/// An element a cycle; a row's packet is offered once all of it is there.
struct RowWriter: Module {
    let system: SystemConfiguration

    struct Ports {
        let job: Stream<RowContext>
        let output: Stream<OutputBeat>
        let report: Stream<SpAttenLane.RowReport>
        let skipped: Stream<SkippedRow>
        /// Of each job, when its rows have been handed out: entries of the list that it has selected.
        let kept: Stream<Unsigned>
        /// A pulse: a state is on its way.
        let stateSaved: Bit
        /// Everything that has been taken is in memory.
        let allWritten: Bit
        let packet: PacketPort
        // Pulses.
        let rowDone, rowSkipped: Bit
        let jobDone: Bit
        /// With `jobDone`: of the job.
        let interrupts, endsChain: Bit
        let busy: Bit
        /// Of the job at hand.
        let id: Unsigned
        /// If there are several.
        let slot: Unsigned?
    }

    var suffix: String { system.suffix }

    func ports(_ io: Interface) -> Ports {
        func pulse() -> Bit { io.output(.bit) }
        return Ports(
            job: io.sink(RowContext.shape(system)), output: io.sink(OutputBeat.shape), report: io.sink(SpAttenLane.RowReport.shape),
            skipped: io.sink(SkippedRow.shape), kept: io.sink(.unsigned(system.lane.rowKeyBits)), stateSaved: io.input(.bit),
            allWritten: io.input(.bit), packet: .source(io, system), rowDone: pulse(), rowSkipped: pulse(), jobDone: pulse(),
            interrupts: pulse(), endsChain: pulse(), busy: io.output(.bit), id: io.output(.unsigned(32)), slot: system.slots > 1 ? io.output(.unsigned(system.slotBits)) : nil)
    }

    enum Phase: Int, CaseIterable {
        case rows, zeros, send, settle, record, sendRecord, finish
    }

    private var beatElements: Int { system.dataBits / NumericFormats.outputBits }
    private var rowBeats: Int { max(1, system.lane.lane.headSize / beatElements) }
    private var recordBits: Int { 8 * RecordLayout.completionRecord.bytes }
    private var recordBeats: Int { max(1, recordBits / system.dataBits) }

    func body(_ c: Circuit, _ io: Ports) {
        let phase = PhaseRegister<Phase>(c)
        let job = io.job.payload
        let begun = c.register("job_begun", .bit, reset: 0)
        let begins = c.named("job_begins", io.job.valid & !begun.q)
        let active = begun.q
        let ends = c.named("job_ends", phase.is(.finish) & io.allWritten)
        c.when(ends) { begun.clear() }.elsewhen(begins) { begun.set() }
        c.drive(io.job.ready, ends)

        // Rows.
        let head = c.register("head", .unsigned(headCountBits))
        let address = c.register("row_address", .unsigned(MemoryPort.addressBits))
        let beats = Queue(c, "beats", PacketBeat.shape(system), depth: max(4, 2 * max(rowBeats, recordBeats)))
        let isSkipped = c.named("head_is_skipped", job.isCascade & io.skipped.valid & (io.skipped.payload.head == head.q))
        c.discard(io.skipped.payload.layer)
        let hasMore = c.named("has_more", active & phase.is(.rows) & (head.q != job.heads))
        let place = c.register("place", .unsigned(bitsToIndex(beatElements)), reset: 0)
        let inRow = c.register("in_row", .bit, reset: 0)
        let takes = c.named("takes_element", hasMore & io.output.valid & (inRow.q | !isSkipped) & beats.ready)
        c.drive(io.output.ready, hasMore & (inRow.q | !isSkipped) & beats.ready)
        let element = io.output.payload.element.asUnsigned
        let held = (0..<beatElements).map { c.register("held_\($0)", .unsigned(NumericFormats.outputBits)) }
        for (number, register) in held.enumerated() {
            c.when(takes & (place.q == Unsigned(number))) { register.next(element) }
        }
        let rowEnds = c.named("row_ends", takes & io.output.payload.last)
        let beatEnds = c.named("beat_ends", takes & (io.output.payload.last | place.q.isAllOnes))
        c.when(takes) {
            place.next(mux(io.output.payload.last, 0, place.q &+ 1))
            inRow.next(!io.output.payload.last)
        }
        c.when(hasMore & !inRow.q & isSkipped) { phase.go(.zeros) }
        c.when(rowEnds) { phase.go(.send) }

        // Zeros.
        let pushed = c.register("beats_pushed", .unsigned(bitsToIndex(max(rowBeats, recordBeats))), reset: 0)
        let zeroBeat = c.named("zero_beat", phase.is(.zeros) & beats.ready)
        let zerosEnd = c.named("zeros_end", zeroBeat & (pushed.q == Unsigned(rowBeats - 1)))
        c.drive(io.skipped.ready, zerosEnd)
        c.when(zerosEnd) { phase.go(.send) }

        // A row goes to memory.
        let command = io.packet.command
        let rowSent = c.named("row_sent", phase.is(.send) & command.ready)
        c.when(begins) {
            head.next(0)
            address.next(job.outputAddress)
        }.elsewhen(rowSent) {
            head.next(head.q &+ 1)
            address.next(address.q &+ job.outputStride.extended(to: MemoryPort.addressBits))
        }
        c.when(rowSent) { phase.go(.rows) }
        c.when(active & phase.is(.rows) & (head.q == job.heads)) { phase.go(.settle) }

        // What the rows say of themselves.
        let totals = Totals(c, io, begins: begins, rowEnds: rowEnds, zerosEnd: zerosEnd, active: active)
        let saves = c.register("states_saved", .unsigned(2), reset: 0)
        let usesSave = c.named("uses_save", ends & job.savesState)
        c.when(io.stateSaved & !usesSave) {
            saves.next(saves.q &+ 1)
        }.elsewhen(usesSave & !io.stateSaved) {
            saves.next(saves.q &- 1)
        }
        let settled = c.named("settled", totals.isComplete & io.kept.valid & (!job.savesState | saves.q.isNonzero) & io.allWritten)
        c.when(phase.is(.settle) & settled) {
            phase.go(.finish)
            c.when(job.completionAddress.isNonzero) { phase.go(.record) }
        }
        c.drive(io.kept.ready, ends)

        // The completion record.
        let record = completionRecord(c, job, totals, kept: io.kept.payload)
        let recordBeat = c.named("record_beat", phase.is(.record) & beats.ready)
        let recordEnds = c.named("record_ends", recordBeat & (pushed.q == Unsigned(recordBeats - 1)))
        c.when(recordEnds) { phase.go(.sendRecord) }
        c.when(zeroBeat | recordBeat) { pushed.next(mux(zerosEnd | recordEnds, 0, pushed.q &+ 1)) }
        c.when(phase.is(.sendRecord) & command.ready) { phase.go(.finish) }
        c.when(ends) { phase.go(.rows) }

        let packed = concatenate(held.indices.reversed().map { number in
            mux(place.q == Unsigned(number), element, held[number].q)
        })
        let recordData = c.part(pushed.q.truncated(to: bitsToIndex(recordBeats)), of: record, bits: min(recordBits, system.dataBits))
        let data = mux(phase.is(.record), recordData.resized(to: system.dataBits), mux(phase.is(.zeros), 0, packed))
        beats.push(PacketBeat(data: data, last: rowEnds | zerosEnd | recordEnds), when: beatEnds | zeroBeat | recordBeat)
        c.connect(beats.output, to: io.packet.data)
        let rowBytes = 2 * system.lane.lane.headSize - 1
        c.send(PacketCommand(
            address: mux(phase.is(.send), address.q, job.completionAddress),
            bytes: mux(phase.is(.send), c.constant(rowBytes, .unsigned(system.packetLengthBits)),
                       c.constant(recordBits / 8 - 1, .unsigned(system.packetLengthBits))),
            regionFirst: job.regionFirst, regionLast: job.regionLast), when: phase.is(.send) | phase.is(.sendRecord), to: command)

        c.drive(io.rowDone, rowEnds)
        c.drive(io.rowSkipped, zerosEnd)
        c.drive(io.jobDone, ends)
        c.drive(io.interrupts, job.interrupts)
        c.drive(io.endsChain, job.endsChain)
        c.drive(io.busy, io.job.valid | begun.q)
        c.drive(io.id, job.id)
        if let slot = io.slot { c.drive(slot, job.slot) } else { c.discard(job.slot) }
    }

    private func completionRecord(_ c: Circuit, _ job: RowContext, _ totals: Totals, kept: Unsigned) -> Unsigned {
        RecordLayout.completionRecord.packed(c, [
            "magic": c.constant(RecordLayout.completionMagic, .unsigned(32)), "job_id": job.id, "rows": totals.rows.q,
            "skipped_rows": totals.skipped.q, "faulty_rows": totals.faulty.q, "kept_tokens": kept,
            "unrefined_mass": totals.unrefined.q, "dropped_mass": totals.dropped.q, "cycles": totals.cycles.q,
        ])
    }
}

/// What a job's completion record says of its rows.
private struct Totals {
    let rows, skipped, faulty: Register<Unsigned>
    let unrefined, dropped: Register<Unsigned>
    let cycles: Register<Unsigned>
    /// There is a report of every row that was computed.
    let isComplete: Bit

    init(_ c: Circuit, _ io: RowWriter.Ports, begins: Bit, rowEnds: Bit, zerosEnd: Bit, active: Bit) {
        func counter(_ name: String, _ bits: Int = 16, when counts: Bit) -> Register<Unsigned> {
            let register = c.register(name, .unsigned(bits))
            c.when(begins) { register.next(0) }.elsewhen(counts) { register.next(register.q &+ 1) }
            return register
        }
        rows = counter("rows", when: rowEnds)
        skipped = counter("skipped_rows", when: zerosEnd)
        cycles = counter("job_cycles", 32, when: active)
        let reports = Queue(c, "reports", io.report.shape, depth: 16)
        reports.push(io.report.payload, when: io.report.valid)
        c.drive(io.report.ready, reports.ready)
        let report = reports.output.payload
        let known = c.register("reports_known", .unsigned(16))
        isComplete = c.named("reports_complete", known.q == rows.q)
        let takes = c.named("takes_report", reports.output.valid & active & !isComplete)
        c.drive(reports.output.ready, active & !isComplete)
        c.when(begins) { known.next(0) }.elsewhen(takes) { known.next(known.q &+ 1) }
        faulty = counter("faulty_rows", when: takes & report.fault)
        func largest(_ name: String, _ mass: Signed) -> Register<Unsigned> {
            let register = c.register(name, .unsigned(mass.width))
            // Masses are never negative.
            let value = mass.asUnsigned
            c.when(begins) { register.next(0) }.elsewhen(takes & (value > register.q)) { register.next(value) }
            return register
        }
        unrefined = largest("unrefined_mass", report.unrefined)
        dropped = largest("dropped_mass", report.dropped)
    }
}
