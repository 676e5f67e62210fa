import Blocks
import Configuration
import RTL

/// Fetches job descriptors from the ring and along their chains, checks them, and has their parts done one after another:
/// state, command, list, rows, state.
///
/// It runs ahead of the rows: a job's rows are handed to the lane while those of the jobs before are computed and written. It
/// waits where the cascade asks for it: an iteration begins when the one before it in its slot has ended, a state is saved
/// after that too, and direct rows come when no iteration is under way in any slot.
struct CommandProcessor: Module {
    let system: SystemConfiguration

    struct Ports {
        let ring: RingState
        let read: Stream<ControlRead>
        let beat: Stream<Unsigned>
        /// The descriptor at hand; holds while parts of it are done.
        let words: Unsigned
        let rows: Stream<RowContext>
        let command: Stream<CascadeCommand>
        /// Place among `CascadeStatus`, and of which slot if there are several.
        let status: Stream<Unsigned>
        let statusSlot: Unsigned?
        // Parts of a job: valid until they are done, which `ready` says.
        /// Whether the rows are direct.
        let feed: Stream<Bit>
        /// Place of the last entry.
        let loadList: Stream<Unsigned>
        let restore, save: Stream<StateMove>
        /// The layer whose rows are handed out, if it is one of the cascade.
        let layer: Flow<Unsigned>
        /// A list of that layer is still to be written.
        let selects: Bit
        /// The job's rows have been handed out, and its list is written.
        let handedOut: Bit
        let fault: Flow<FaultReport>
        let busy: Bit
        let descriptorAddress: Unsigned
    }

    var suffix: String { system.suffix }

    func ports(_ io: Interface) -> Ports {
        let lane = system.lane
        return Ports(
            ring: io.input(RingState.shape), read: io.source(ControlRead.shape(system)), beat: io.sink(.unsigned(system.dataBits)),
            words: io.output(.unsigned(JobDescriptorWords.width)), rows: io.source(RowContext.shape(system)),
            command: io.source(CascadeCommand.shape(lane)), status: io.sink(.unsigned(CascadeController.statusBits)),
            statusSlot: system.slots > 1 ? io.input(.unsigned(system.slotBits)) : nil,
            feed: io.source(.bit), loadList: io.source(.unsigned(lane.rowKeyBits)),
            restore: io.source(StateMove.shape(system)), save: io.source(StateMove.shape(system)),
            layer: io.output(.flow(.unsigned(layerBits))), selects: io.input(.bit), handedOut: io.output(.bit),
            fault: io.output(.flow(FaultReport.shape)), busy: io.output(.bit),
            descriptorAddress: io.output(.unsigned(MemoryPort.addressBits)))
    }

    /// What is being done.
    enum Phase: Int, CaseIterable {
        case fetch, check, judge, enqueue
        case awaitCascade, askRestore, restore, awaitRestored, begin, list, rows, select, awaitIteration, askSave, save, awaitSaved
        case next, halted
    }

    func body(_ c: Circuit, _ io: Ports) {
        let phase = PhaseRegister<Phase>(c)

        let fetcher = c.instance("descriptor_fetcher", DescriptorFetcher(bus: system.bus))
        c.drive(fetcher.ring, io.ring)
        c.connect(fetcher.read, to: io.read)
        c.connect(io.beat, to: fetcher.beat)
        c.drive(fetcher.isDone, phase.is(.next))
        let job = JobDescriptorWords(bits: fetcher.words)
        c.drive(io.words, fetcher.words)
        let isOfSlot = (0..<system.slots).map { system.slots == 1 ? nil : c.named("is_of_slot_\($0)", job["slot"] == Unsigned($0)) }
        let iterations = isOfSlot.indices.map { Iteration(c, system.slots == 1 ? "" : "_of_slot_\($0)", $0, isOfSlot[$0]) }
        func ofSlot<V: Selectable>(_ values: [V]) -> V { select(job["slot"], values) }
        let layer = ofSlot(iterations.map(\.layer.q))
        let check = c.instance("job_check", JobCheck(system: system))
        c.drive(check.words, fetcher.words)
        c.drive(check.iterationOpen, ofSlot(iterations.map(\.isOpen.q)))
        c.drive(check.iterationHeads, ofSlot(iterations.map(\.heads.q)))
        c.drive(check.someOpen, iterations.map(\.isOpen.q).anySet)

        c.when(phase.is(.fetch) & fetcher.comes) { phase.go(.check) }
        c.when(phase.is(.check)) { phase.go(.judge) }
        c.when(phase.is(.judge)) { phase.go(.enqueue) }

        let direct = job.flag("direct"), begins = job.flag("begins_iteration")
        c.send(context(job), when: phase.is(.enqueue), to: io.rows)
        c.when(phase.is(.enqueue) & io.rows.ready) {
            phase.go(.rows)
            c.when(direct | begins) { phase.go(.awaitCascade) }
        }
        // The cascade's status may come while the processor does something else: rows, or the last word of a state.
        let answers = iterations.map { $0.answer(c, io) }
        let answered = ofSlot(answers)
        c.when(phase.is(.awaitCascade) & mux(direct, answers.allSet, answered)) {
            phase.go(.begin)
            c.when(job.flag("restores_state")) { phase.go(.askRestore) }
            c.when(direct) { phase.go(.rows) }
            c.when(direct & job.flag("given_list")) { phase.go(.list) }
        }
        c.when(phase.is(.askRestore) & io.command.ready) { phase.go(.restore) }
        c.when(phase.is(.restore) & io.restore.ready) { phase.go(.awaitRestored) }
        c.when(phase.is(.awaitRestored) & answered) { phase.go(.begin) }
        c.when(phase.is(.begin) & io.command.ready) { phase.go(.rows) }
        c.when(phase.is(.list) & io.loadList.ready) { phase.go(.rows) }
        c.when(phase.is(.rows) & io.feed.ready) { phase.go(.select) }
        let ends = c.named("ends_iteration", !direct & (layer + 1 == ofSlot(iterations.map(\.layers.q)).extended(to: layerBits + 1)))
        c.when(phase.is(.select) & !io.selects) {
            phase.go(.next)
            c.when(ends & job.flag("saves_state")) { phase.go(.awaitIteration) }
        }
        c.when(phase.is(.awaitIteration) & answered) { phase.go(.askSave) }
        c.when(phase.is(.askSave) & io.command.ready) { phase.go(.save) }
        c.when(phase.is(.save) & io.save.ready) { phase.go(.awaitSaved) }
        c.when(phase.is(.awaitSaved) & answered) { phase.go(.next) }
        c.when(phase.is(.next)) { phase.go(.fetch) }

        for iteration in iterations {
            iteration.follow(c, job, begins: phase.is(.begin) & io.command.ready, layerEnds: phase.is(.select) & !io.selects & !direct, ends)
        }
        commandCascade(c, io, job, restores: phase.is(.askRestore), begins: phase.is(.begin), saves: phase.is(.askSave))
        c.send(direct, when: phase.is(.rows), to: io.feed)
        // The descriptor is at hand for cycles before its parts are done: what is reckoned from it does not lengthen their ways.
        let lastEntry = c.stage("last_entry", (job["list_entries"] &- 1).truncated(to: system.lane.rowKeyBits))
        c.send(lastEntry, when: phase.is(.list), to: io.loadList)
        moveStates(c, io, job, restores: phase.is(.restore), saves: phase.is(.save))
        let isCascadeLayer = (phase.is(.rows) | phase.is(.select)) & !direct
        c.drive(io.layer.valid, isCascadeLayer)
        c.drive(io.layer.payload, layer)
        c.drive(io.handedOut, phase.is(.select) & !io.selects)

        // What stops it.
        c.drive(io.status.ready, true)
        let isRefused = c.named("is_refused", io.status.valid & io.status.payload.isNonzero)
        let isBad = c.named("is_bad", phase.is(.judge) & check.code.isNonzero)
        c.when(isRefused | isBad) { phase.go(.halted) }
        c.drive(io.fault.valid, isRefused | isBad)
        let field = fetcher.address &+ concatenate(check.word, c.constant(0, .unsigned(2))).extended(to: MemoryPort.addressBits)
        c.drive(io.fault.payload, FaultReport(
            code: mux(isRefused, SystemFault.refused.code, check.code), address: mux(isRefused, fetcher.address, field)))
        c.drive(io.busy, fetcher.busy & !phase.is(.halted))
        c.drive(io.descriptorAddress, fetcher.address)
    }

    private func context(_ job: JobDescriptorWords) -> RowContext {
        RowContext(
            isCascade: !job.flag("direct"), slot: job["slot"].truncated(to: system.slotBits), heads: job["heads"], outputAddress: job.address("output_address"),
            outputStride: job["output_stride"], regionFirst: job.address("region_first"), regionLast: job.address("region_last"),
            completionAddress: job.address("completion_address"), id: job["job_id"], interrupts: job.flag("interrupts"),
            savesState: job.flag("saves_state"), endsChain: !job["next"].isNonzero)
    }

    private func commandCascade(_ c: Circuit, _ io: Ports, _ job: JobDescriptorWords, restores: Bit, begins: Bit, saves: Bit) {
        func code(_ operation: CascadeOperation) -> Unsigned { Unsigned(operation.rawValue) }
        func ratio(_ name: String) -> RatioSchedule {
            RatioSchedule(
                unpruned: job["\(name)_unpruned"], start: job["\(name)_start"].truncated(to: ratioBits),
                step: job["\(name)_step"].asSigned.truncated(to: ratioBits + 1))
        }
        let lane = system.lane
        c.send(CascadeCommand(
            operation: mux(restores, code(.restore), mux(saves, code(.save), c.constant(CascadeOperation.iterate.rawValue, .unsigned(2)))),
            context: job["context"].truncated(to: lane.lane.contextBits), isNewSequence: job.flag("new_sequence"),
            layers: job["layers"], heads: job["heads"], mode: job["importance_mode"],
            sink: job["sink"].truncated(to: lane.rowKeyBits), recent: job["recent"].truncated(to: lane.rowKeyBits),
            tokenRatio: ratio("token"), headRatio: ratio("head")), when: restores | begins | saves, to: io.command)
    }

    private func moveStates(_ c: Circuit, _ io: Ports, _ job: JobDescriptorWords, restores: Bit, saves: Bit) {
        // The first word and those of the heads, less one, and those of the tokens.
        let lanes = system.lane.importanceLanes
        func words(_ tokens: String) -> Unsigned {
            let count = (job[tokens].truncated(to: system.lane.rowKeyBits) + Unsigned(lanes - 1)) >> lanes.trailingZeroBitCount
            return (count + Unsigned(system.maximumHeads / lanes)).resized(to: system.stateWordBits)
        }
        let address = job.address("state_address")
        c.send(StateMove(address: address, words: c.stage("words_to_restore", words("state_tokens"))), when: restores, to: io.restore)
        c.send(StateMove(address: address, words: c.stage("words_to_save", words("context"))), when: saves, to: io.save)
    }

    /// The iteration of the cascade whose layers come, in a slot.
    private struct Iteration {
        /// It has layers to come.
        let isOpen: Register<Bit>
        let layer, layers, heads: Register<Unsigned>
        /// A command has been given and not answered.
        private let pending: Register<Bit>
        private let slot: Int
        /// If there are several slots: the job at hand is of this one.
        private let isMeant: Bit?

        init(_ c: Circuit, _ name: String, _ slot: Int, _ isMeant: Bit?) {
            isOpen = c.register("iteration_open\(name)", .bit, reset: 0)
            layer = c.register("layer\(name)", .unsigned(layerBits))
            layers = c.register("layers\(name)", .unsigned(layerBits))
            heads = c.register("heads_of_layer\(name)", .unsigned(headCountBits))
            pending = c.register("status_pending\(name)", .bit, reset: 0)
            (self.slot, self.isMeant) = (slot, isMeant)
        }

        private func mine(_ condition: Bit) -> Bit {
            guard let isMeant else { return condition }
            return condition & isMeant
        }

        /// All commands have been answered.
        func answer(_ c: Circuit, _ io: Ports) -> Bit {
            var comes = io.status.valid
            if let answering = io.statusSlot { comes = comes & (answering == Unsigned(slot)) }
            c.when(mine(io.command.fires)) { pending.set() }.elsewhen(comes) { pending.clear() }
            return !pending.q | comes
        }

        func follow(_ c: Circuit, _ job: JobDescriptorWords, begins: Bit, layerEnds: Bit, _ ends: Bit) {
            let (begins, layerEnds) = (mine(begins), mine(layerEnds))
            c.when(begins) {
                isOpen.set()
                layer.next(0)
                layers.next(job["layers"])
                heads.next(job["heads"])
            }.elsewhen(layerEnds) {
                layer.next(layer.q &+ 1)
                c.when(ends) { isOpen.clear() }
            }
        }
    }
}
